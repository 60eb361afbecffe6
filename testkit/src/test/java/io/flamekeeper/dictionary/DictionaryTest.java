package io.flamekeeper.dictionary;

import static org.assertj.core.api.Assertions.assertThat;

import com.dynatrace.hash4j.hashing.Hashing;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.testkit.RandomProfiles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DictionaryTest {
    private static final RandomProfiles.Shape SHAPE = new RandomProfiles.Shape(1, 60, 120, 3, 40);

    /// Everything in it, as bytes.
    private static byte[] encoded(DictionaryView view) {
        var sink = new ByteSink(1024);
        DictionaryCodec.write(view, new Dictionary.Mark(0, 0, 0, 0, 0, 0), sink);
        return sink.toByteArray();
    }

    @Test
    void rollback_afterAnyNumberOfGroups_leavesNoTrace() {
        for (long seed = 1; seed <= 60; seed++) {
            var random = new SplittableRandom(seed);
            var profiles = new RandomProfiles(seed, SHAPE);
            var tried = new Dictionary(seed);
            var untouched = new Dictionary(seed + 1);
            var interner = new GroupInterner();
            for (int round = 0; round < 25; round++) {
                ProfileGroup group = profiles.next();
                if (random.nextBoolean()) {
                    Dictionary.Mark mark = tried.mark();
                    interner.intern(group, tried);
                    interner.intern(profiles.next(), tried);
                    tried.rollbackTo(mark);
                } else {
                    List<ProfileRow> rows = interner.intern(group, tried);
                    assertThat(rows)
                            .as("seed %d", seed)
                            .usingRecursiveComparison()
                            .isEqualTo(interner.intern(group, untouched));
                }
                assertThat(encoded(tried.view()))
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(encoded(untouched.view()));
            }
        }
    }

    @Test
    void view_whileTheWriterGoesOn_staysAsItWas() {
        var profiles = new RandomProfiles(1, SHAPE);
        var dictionary = new Dictionary(1);
        var interner = new GroupInterner();
        List<DictionaryView> views = new ArrayList<>();
        List<byte[]> then = new ArrayList<>();
        for (int round = 0; round < 40; round++) {
            interner.intern(profiles.next(), dictionary);
            views.add(dictionary.view());
            then.add(encoded(dictionary.view()));
            Dictionary.Mark mark = dictionary.mark();
            interner.intern(profiles.next(), dictionary);
            dictionary.rollbackTo(mark);
        }
        for (int round = 0; round < 40; round++) {
            assertThat(encoded(views.get(round))).isEqualTo(then.get(round));
        }
    }

    @Test
    void intern_sameGroupAgain_addsNothing() {
        ProfileGroup group = new RandomProfiles(2, SHAPE).next();
        var dictionary = new Dictionary(2);
        List<ProfileRow> first = new GroupInterner().intern(group, dictionary);
        Dictionary.Mark mark = dictionary.mark();
        List<ProfileRow> second = new GroupInterner().intern(group, dictionary);
        assertThat(dictionary.mark()).isEqualTo(mark);
        assertThat(second).usingRecursiveComparison().isEqualTo(first);
    }

    @Test
    void intern_hashesAllEqual_keepsEverythingApart() {
        var table = new IdTable();
        for (int id = 0; id < 500; id++) {
            table.put(7, id);
        }
        for (int id = 499; id >= 250; id--) {
            table.remove(7, id);
        }
        List<Integer> found = new ArrayList<>();
        for (int slot = table.first(7); table.isTaken(slot); slot = table.next(slot)) {
            assertThat(table.mayBe(slot, 7)).isTrue();
            found.add(table.id(slot));
        }
        assertThat(found).hasSize(250).doesNotHaveDuplicates().allMatch(id -> id < 250);
    }

    @Test
    void idTable_putsAndRemovalsInAnyOrder_keepsEveryIdFindable() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("seed " + seed);
        var random = new SplittableRandom(seed);
        var table = new IdTable();
        Map<Integer, Integer> hashById = new HashMap<>();
        for (int round = 0; round < 20_000; round++) {
            int id = random.nextInt(300);
            Integer hash = hashById.remove(id);
            if (hash == null) {
                hashById.put(id, random.nextInt(40));
                table.put(hashById.get(id), id);
            } else {
                table.remove(hash, id);
            }
            int asked = random.nextInt(300);
            int askedHash = hashById.getOrDefault(asked, random.nextInt(40));
            boolean found = false;
            for (int slot = table.first(askedHash); table.isTaken(slot); slot = table.next(slot)) {
                found |= table.mayBe(slot, askedHash) && table.id(slot) == asked;
            }
            assertThat(found).isEqualTo(hashById.containsKey(asked));
        }
    }

    @Test
    void pairTable_putsAndRemovalsInAnyOrder_isAMap() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("seed " + seed);
        var random = new SplittableRandom(seed);
        var table = new PairTable(seed);
        Map<Long, Integer> expected = new HashMap<>();
        for (int round = 0; round < 50_000; round++) {
            long key = PairTable.key(random.nextInt(-1, 20), random.nextInt(20));
            if (expected.remove(key) != null) {
                table.remove(key);
            } else {
                int id = random.nextInt(Integer.MAX_VALUE);
                expected.put(key, id);
                table.put(key, id);
            }
            long asked = PairTable.key(random.nextInt(-1, 20), random.nextInt(20));
            assertThat(table.find(asked)).isEqualTo(expected.getOrDefault(asked, PairTable.NONE));
        }
    }

    /// Functions are guessed by name, and an id that was taken back is given to another function.
    @Test
    void functions_internedAndRolledBackAtRandom_areThoseOfAMap() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("seed " + seed);
        var random = new SplittableRandom(seed);
        var functions = new FunctionIds(Hashing.wyhashFinal4(seed));
        var expected = new LinkedHashMap<List<Long>, Integer>();
        for (int round = 0; round < 50_000; round++) {
            if (random.nextInt(100) == 0) {
                int mark = random.nextInt(functions.count() + 1);
                functions.rollbackTo(mark);
                expected.values().removeIf(id -> id >= mark);
            }
            int name = random.nextInt(40);
            int system = random.nextInt(2);
            int file = random.nextInt(2);
            long line = random.nextInt(3) == 0 ? 1L << 40 | name : random.nextInt(2);
            int next = expected.size();
            assertThat(functions.intern(name, system, file, line))
                    .isEqualTo(
                            expected.computeIfAbsent(
                                    List.of((long) name, (long) system, (long) file, line),
                                    _ -> next));
        }
    }

    /// Among them those that do not fit into 64 bits, each by another column.
    @Test
    void frames_internedAndRolledBackAtRandom_areThoseOfAMap() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("seed " + seed);
        var random = new SplittableRandom(seed);
        var frames = new FrameIds(seed, Hashing.wyhashFinal4(seed));
        var expected = new LinkedHashMap<List<Long>, Integer>();
        long[] lines = {0, 1, (1 << 24) - 1, 1 << 24, Long.MAX_VALUE, -1};
        int[] mappings = {-1, 0, 1, 126, 127, 128, Integer.MAX_VALUE};
        long[] addresses = {0, 0, 0, 1, -1};
        for (int round = 0; round < 50_000; round++) {
            if (random.nextInt(100) == 0) {
                int mark = random.nextInt(frames.count() + 1);
                frames.rollbackTo(mark);
                expected.values().removeIf(id -> id >= mark);
            }
            int function = random.nextInt(-1, 3);
            long line = lines[random.nextInt(lines.length)];
            int mapping = mappings[random.nextInt(mappings.length)];
            long address = addresses[random.nextInt(addresses.length)];
            int inlined = random.nextInt(2);
            int next = expected.size();
            assertThat(frames.intern(function, line, mapping, address, inlined == 1))
                    .isEqualTo(
                            expected.computeIfAbsent(
                                    List.of(
                                            (long) function,
                                            line,
                                            (long) mapping,
                                            address,
                                            (long) inlined),
                                    _ -> next));
        }
    }

    /// The table of nodes holds only what has siblings; here everything comes and goes.
    @Test
    void nodes_internedAndRolledBackAtRandom_areThoseOfAMap() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("seed " + seed);
        var random = new SplittableRandom(seed);
        var nodes = new NodeIds(seed);
        var expected = new LinkedHashMap<List<Integer>, Integer>();
        for (int round = 0; round < 50_000; round++) {
            if (random.nextInt(200) == 0) {
                int mark = 1 + random.nextInt(nodes.count());
                nodes.rollbackTo(mark);
                expected.values().removeIf(id -> id >= mark);
            }
            List<Integer> pair =
                    List.of(
                            Math.max(0, nodes.count() - 1 - random.nextInt(20)),
                            random.nextInt(1 + random.nextInt(5)));
            int next = expected.size() + 1;
            assertThat(nodes.intern(pair.get(0), pair.get(1)))
                    .isEqualTo(expected.computeIfAbsent(pair, _ -> next));
        }
    }

    @Test
    void codec_deltasOfGroups_rebuildTheDictionary() {
        var profiles = new RandomProfiles(3, SHAPE);
        var written = new Dictionary(3);
        var read = new Dictionary(4);
        var interner = new GroupInterner();
        for (int round = 0; round < 30; round++) {
            Dictionary.Mark before = written.mark();
            interner.intern(profiles.next(), written);
            var sink = new ByteSink(64);
            DictionaryCodec.write(written.view(), before, sink);
            var source = new ByteSource("delta", sink.array(), 0, sink.size());
            DictionaryCodec.read(source, read);
            source.expectEnd();
        }
        assertThat(encoded(read.view())).isEqualTo(encoded(written.view()));
        assertThat(read.mark()).isEqualTo(written.mark());
    }
}
