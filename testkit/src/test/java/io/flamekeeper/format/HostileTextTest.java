package io.flamekeeper.format;

import static io.flamekeeper.format.TextFormatsTest.GROUPS;
import static io.flamekeeper.format.TextFormatsTest.LINES;
import static io.flamekeeper.format.TextFormatsTest.SPEEDSCOPE;
import static io.flamekeeper.format.TextFormatsTest.TREE;
import static io.flamekeeper.format.TextFormatsTest.TRIE;
import static io.flamekeeper.format.TextFormatsTest.file;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.testkit.StackBytes;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever the bytes are, reading ends soon, with stacks or with a refusal that names a reason, and takes
/// memory in proportion to the bytes.
@Timeout(300)
class HostileTextTest {
    private static final List<TextFormat> FORMATS = List.of(GROUPS, LINES, TREE, TRIE, SPEEDSCOPE);
    private static final Set<ErrorCode> REFUSALS =
            Set.of(ErrorCode.MALFORMED_PROFILE, ErrorCode.LIMIT_EXCEEDED);
    private static final List<String> NAMES =
            List.of("main", "mäin", "a", "ab", "java/lang/Thread.run");

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long ALLOCATED_BASE = 8 << 20;
    private static final long ALLOCATED_PER_BYTE = 200;
    private static final long NANOS_MAX = 5_000_000_000L;

    /// What is loaded and linked by the first reading is not its own.
    @BeforeAll
    static void warmUp() {
        for (TextFormat format : FORMATS) {
            try {
                format.read("{} 1".getBytes(UTF_8));
            } catch (FlamekeeperException refused) {
                assertThat(refused).hasMessageContaining("expected");
            }
        }
    }

    /// Reads, and checks everything that must hold for any bytes.
    ///
    /// @return whether it was refused
    private static boolean isRefused(TextFormat format, byte[] body) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        try {
            format.read(body).profiles().forEach(HostileTextTest::checkConsistent);
            return false;
        } catch (FlamekeeperException e) {
            assertThat(e.code()).isIn(REFUSALS);
            assertThat(e).hasMessageContaining(" (expected: ").hasMessageContaining(format.name());
            return true;
        } finally {
            assertThat(System.nanoTime() - start).as(format.name()).isLessThan(NANOS_MAX);
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                    .as("%s: bytes allocated for %d", format.name(), body.length)
                    .isLessThan(ALLOCATED_BASE + ALLOCATED_PER_BYTE * body.length);
        }
    }

    private static void checkConsistent(RawProfile raw) {
        assertThat(raw.sampleCount()).isLessThanOrEqualTo(DecodeLimits.DEFAULTS.samplesMax());
        for (int sample = 0; sample < raw.sampleCount(); sample++) {
            assertThat(raw.stack()[sample]).isBetween(0, raw.stacks().count() - 1);
        }
        int[] depth = new int[raw.stacks().count()];
        for (int node = 1; node < depth.length; node++) {
            int parent = raw.stacks().parent()[node];
            assertThat(parent >= 0 && parent < node).isTrue();
            depth[node] = depth[parent] + 1;
            assertThat(depth[node] <= DecodeLimits.DEFAULTS.stackDepthMax()).isTrue();
            int frame = raw.stacks().frame()[node];
            assertThat(frame >= 0 && frame < raw.symbols().frames().count()).isTrue();
        }
    }

    private static byte[] drawn(TextFormat format, SplittableRandom random) {
        var bytes = new StackBytes(StackBytes.drawn(random, NAMES), random);
        return switch (format.name()) {
            case "groups", "lines" -> bytes.groups();
            case "tree" -> bytes.tree();
            case "trie" -> bytes.trie();
            default -> random.nextBoolean() ? bytes.sampled("seconds") : bytes.evented("none");
        };
    }

    @Test
    void read_cutAtEveryByte_isRefusedWhereverTheFormatCanTell() {
        var random = seeded();
        for (TextFormat format : List.of(TREE, SPEEDSCOPE)) {
            byte[] whole = drawn(format, random);
            assertThat(isRefused(format, whole)).isFalse();
            int step = 1 + whole.length / 1_000;
            for (int length = 0; length < whole.length; length += step) {
                assertThat(isRefused(format, Arrays.copyOf(whole, length)))
                        .as("%s, %d of %d bytes", format.name(), length, whole.length)
                        .isTrue();
            }
        }
        // A trie may end before any node, and a node has three bytes at least.
        byte[] trie = drawn(TRIE, random);
        int refused = 0;
        for (int length = 0; length < trie.length; length++) {
            refused += isRefused(TRIE, Arrays.copyOf(trie, length)) ? 1 : 0;
        }
        assertThat(refused).isGreaterThanOrEqualTo(trie.length / 2);
    }

    @Test
    void read_changedBytes_areSurvived() {
        var random = seeded();
        for (TextFormat format : FORMATS) {
            int refused = 0;
            for (int round = 0; round < 20; round++) {
                byte[] whole = drawn(format, random);
                for (int change = 0; change < 500 && whole.length > 0; change++) {
                    byte[] changed = whole.clone();
                    for (int bytes = 1 + random.nextInt(3); bytes > 0; bytes--) {
                        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
                    }
                    refused += isRefused(format, changed) ? 1 : 0;
                }
            }
            System.out.println(refused + " of 10000 changed uploads refused: " + format.name());
        }
    }

    @Test
    void read_noise_isSurvived() {
        var random = seeded();
        for (int round = 0; round < 5_000; round++) {
            byte[] noise = new byte[random.nextInt(400)];
            random.nextBytes(noise);
            byte[] small = new byte[noise.length];
            for (int i = 0; i < small.length; i++) {
                small[i] = (byte) (noise[i] & 7);
            }
            for (TextFormat format : FORMATS) {
                isRefused(format, noise);
                isRefused(format, small);
            }
        }
    }

    /// A tree or trie that is one chain of nodes below the root.
    private static byte[] chain(int nodes, String name, long self) {
        var out = new ByteArrayOutputStream();
        StackBytes.writeNode(out, new byte[0], 0, 1);
        for (int node = 1; node <= nodes; node++) {
            StackBytes.writeNode(out, name.getBytes(UTF_8), self, node < nodes ? 1 : 0);
        }
        return out.toByteArray();
    }

    @Test
    void tree_aMillionDeep_isReadOrRefused() {
        assertThat(isRefused(TREE, chain(1_000_000, "a", 0))).isFalse();
        assertThat(isRefused(TREE, chain(1_000_000, "a", 1))).isTrue();
        assertThat(isRefused(TREE, chain(100_000, "a", 1))).as("they are cut alike").isFalse();
    }

    @Test
    void trie_aMillionDeep_isReadOrRefused() {
        assertThat(isRefused(TRIE, chain(1_000_000, "a;", 0))).isFalse();
        assertThat(isRefused(TRIE, chain(1_000_000, "a;", 1))).isTrue();
        assertThat(isRefused(TRIE, chain(1_000_000, "a", 0))).isFalse();
        assertThat(isRefused(TRIE, chain(1_000_000, "", 1))).isFalse();
    }

    /// Each node is a name that has one byte more than the one before.
    @Test
    void trie_namesThatGrowByOne_areRefusedBeforeTheyFillMemory() {
        assertThat(isRefused(TRIE, chain(1_000_000, "a", 1))).isTrue();
    }

    /// A few bytes each that all spell the same long name again.
    @ParameterizedTest
    @ValueSource(strings = {"", ";", "b"})
    void trie_manyEndsOfALongBeginning_areRefusedBeforeTheyTakeLong(String end) {
        var out = new ByteArrayOutputStream();
        StackBytes.writeNode(out, "x".repeat(60_000).getBytes(UTF_8), 1, 1_000_000);
        for (int node = 0; node < 1_000_000; node++) {
            StackBytes.writeNode(out, end.getBytes(UTF_8), 1, 0);
        }
        assertThat(isRefused(TRIE, out.toByteArray())).isTrue();
    }

    @Test
    void groups_deepLinesAndLongOnes_areReadOrRefused() {
        byte[] deep = ("a;".repeat(32_000) + " 1\n").repeat(60).getBytes(UTF_8);
        assertThat(isRefused(GROUPS, deep)).isFalse();
        byte[] wide = new byte[4 << 20];
        var random = seeded();
        for (int i = 0; i < wide.length; i++) {
            wide[i] =
                    (byte)
                            (i % 8 == 7
                                    ? '\n'
                                    : i % 8 == 6
                                            ? '1'
                                            : i % 8 == 5 ? ' ' : 'a' + random.nextInt(26));
        }
        assertThat(isRefused(GROUPS, wide)).as("more stacks than may be").isTrue();
        assertThat(isRefused(GROUPS, "a".repeat(70_000).getBytes(UTF_8))).isTrue();
    }

    @Test
    void speedscope_aHundredThousandCallsDeep_isReadOrRefused() {
        int calls = 100_000;
        var events = new StringBuilder();
        for (int i = 0; i < calls; i++) {
            events.append("{\"type\":\"O\",\"at\":").append(i).append(",\"frame\":0},");
        }
        for (int i = 0; i < calls; i++) {
            events.append(i == 0 ? "" : ",")
                    .append("{\"type\":\"C\",\"at\":")
                    .append(calls)
                    .append(",\"frame\":0}");
        }
        assertThat(isRefused(SPEEDSCOPE, file(evented(events.toString())))).isFalse();
        assertThat(isRefused(SPEEDSCOPE, "[".repeat(1_000_000).getBytes(UTF_8))).isTrue();
        assertThat(isRefused(SPEEDSCOPE, ("{\"a\":" + "[".repeat(1_000_000)).getBytes(UTF_8)))
                .isTrue();
    }

    /// Their starts are doubles that all have one hash.
    @Test
    void speedscope_manyProfilesThatAreNearlyAlike_areToldApartInTime() {
        var profiles = new StringBuilder();
        for (int profile = 0; profile < 60_000; profile++) {
            int high = 0x3ff0_0000 + profile;
            double start =
                    Double.longBitsToDouble((long) high << Integer.SIZE | (high ^ 0x1234_5678));
            profiles.append(profile == 0 ? "" : ",")
                    .append("{\"type\":\"sampled\",\"unit\":\"none\",\"startValue\":")
                    .append(start)
                    .append(",\"samples\":[],\"weights\":[]}");
        }
        assertThat(isRefused(SPEEDSCOPE, file(profiles.toString()))).isFalse();
    }

    private static String evented(String events) {
        return "{\"type\":\"evented\",\"name\":\"p\",\"unit\":\"seconds\",\"startValue\":0,\"endValue\":1,\"events\":["
                + events
                + "]}";
    }

    /// The name of a profile is the label of each sample, however long it is.
    @Test
    void speedscope_longNameOfAProfileWithManyEvents_isNotSpelledForEach() {
        var events = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            events.append(i == 0 ? "" : ",")
                    .append("{\"type\":\"")
                    .append(i % 2 == 0 ? "O" : "C")
                    .append("\",\"at\":")
                    .append(i)
                    .append(",\"frame\":0}");
        }
        String profile =
                evented(events.toString()).replace("\"p\"", "\"" + "p".repeat(500_000) + "\"");
        assertThat(isRefused(SPEEDSCOPE, file(profile))).isFalse();
    }

    @Test
    void speedscope_manyFieldsOfOneHash_areReadInTheirTime() {
        var fields = new StringBuilder();
        for (int i = 0; i < 1 << 16; i++) {
            fields.append('"');
            for (int bit = 0; bit < 16; bit++) {
                fields.append((i >>> bit & 1) == 0 ? "Aa" : "BB");
            }
            fields.append("\":0,");
        }
        String body = new String(file(""), UTF_8).replaceFirst("\\{", "{" + fields);
        assertThat(isRefused(SPEEDSCOPE, body.getBytes(UTF_8))).isFalse();
    }

    /// Columns: what an upload has, and what the refusal says of it.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'sampled','unit':'seconds','name':'p','samples':[[0]],'weights':[NaN]} | not JSON",
                "{'type':'sampled','unit':'seconds','name':'p','samples':[[0]],'weights':[-1]} | a weight, 0 or more",
                "{'type':'sampled','unit':'seconds','name':'p','samples':[[0]],'weights':[1e400]} | below 2^63",
                "{'type':'sampled','unit':'seconds','name':'p','samples':[[0]],'weights':[1e10]} | below 2^63",
                "{'type':'sampled','unit':'none','name':'p','samples':[[0]],'weights':[9223372036854775808]} | below 2^63",
                "{'type':'sampled','unit':'none','name':'p','samples':[[0]],'weights':['1']} | a number",
                "{'type':'sampled','unit':'none','name':'p','samples':[[0]],'weights':[null]} | a number",
                "{'type':'sampled','unit':'none','name':'p','samples':[[0],[1]],'weights':[1]} | 2 samples and 1 weights",
                "{'type':'sampled','unit':'none','name':'p','samples':[[2]],'weights':[1]} | a frame, one of 2",
                "{'type':'sampled','unit':'none','name':'p','samples':[[-1]],'weights':[1]} | a frame, one of 2",
                "{'type':'sampled','unit':'none','name':'p','samples':[[0.5]],'weights':[1]} | a frame, one of 2",
                "{'type':'sampled','unit':'none','name':'p','samples':[0],'weights':[1]} | an array",
                "{'type':'sampled','unit':'hours','name':'p','samples':[],'weights':[]} | unit is 'hours'",
                "{'type':'graph','unit':'none','name':'p'} | type of profile 0 is 'graph'",
                "{'type':'evented','unit':'none','name':'p','events':[{'type':'O','at':1,'frame':0}]} | ends with 1 open frames",
                "{'type':'evented','unit':'none','name':'p','events':[{'type':'C','at':1,'frame':0}]} | closes frame 0",
                "{'type':'evented','unit':'none','name':'p','events':[{'type':'O','at':1,'frame':0},{'type':'C','at':1,'frame':1}]} | closes frame 1",
                "{'type':'evented','unit':'none','name':'p','events':[{'type':'O','at':1,'frame':0},{'type':'C','at':0,'frame':0}]} | not earlier",
                "{'type':'evented','unit':'none','name':'p','events':[{'type':'X','at':1,'frame':0}]} | is 'X'",
                "{'type':'evented','unit':'none','name':'p','events':[{'type':'O','at':1}]} | is not complete",
                "{'type':'evented','unit':'none','name':'p','events':7} | an array",
            })
    void speedscope_contradictions_areNamed(String row) {
        String[] cell = row.replace('\'', '"').split(" \\| ");
        assertRefused(SPEEDSCOPE, file(cell[0]), cell[1].replace('"', '\''));
    }

    @Test
    void speedscope_whatIsNone_isRefused() {
        assertRefused(SPEEDSCOPE, new byte[0], "(expected: an object)");
        assertRefused(SPEEDSCOPE, "{}".getBytes(UTF_8), "$schema is ''");
        assertRefused(SPEEDSCOPE, "{} x".getBytes(UTF_8), "not JSON");
        assertRefused(SPEEDSCOPE, new byte[] {'"', (byte) 0xff, '"'}, "not UTF-8");
        assertRefused(SPEEDSCOPE, new String(file(""), UTF_8).getBytes(UTF_16LE), "not JSON");
        String marked = "\ufeff" + new String(file(""), UTF_8);
        assertThat(isRefused(SPEEDSCOPE, marked.getBytes(UTF_8))).isFalse();
    }

    private static void assertRefused(TextFormat format, byte[] body, String why) {
        assertThat(isRefused(format, body)).isTrue();
        assertThatThrownBy(() -> format.read(body)).hasMessageContaining(why);
    }

    private static byte[] node(int[] nameLength, long self, long calls) {
        var out = new ByteArrayOutputStream();
        for (int value : nameLength) {
            out.write(value);
        }
        StackBytes.varint(out, self);
        StackBytes.varint(out, calls);
        return out.toByteArray();
    }

    @Test
    void treeAndTrie_hugeNumbers_areRefused() {
        int[] tenBytes = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01};
        int[] elevenBytes = Arrays.copyOf(tenBytes, 11);
        elevenBytes[9] = 0xff;
        for (TextFormat format : List.of(TREE, TRIE)) {
            assertRefused(format, node(tenBytes, 0, 0), "truncated");
            assertRefused(format, node(elevenBytes, 0, 0), "does not end");
            assertRefused(format, node(new int[] {0}, -1, 0), "amount is 18446744073709551615");
            assertRefused(format, node(new int[] {0}, 1, -1), "is 18446744073709551615");
        }
        assertRefused(TREE, node(new int[] {0}, 0, 16_001), "calls 16001 others");
        assertRefused(TREE, node(new int[] {1, 'a'}, 0, 0), "root has a name");
        assertRefused(TREE, chain(1, "x".repeat(65_536), 1), "name at byte");
        byte[] twice = {0, 1, 0, 0, 1, 0};
        assertRefused(TREE, twice, "over at byte 3");
        byte[] noText = {0, 0, 1, 1, (byte) 0xff, 1, 0};
        assertRefused(TREE, noText, "not UTF-8");
        assertRefused(TRIE, noText, "not UTF-8");
    }

    private static SplittableRandom seeded() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("seed " + seed);
        return new SplittableRandom(seed);
    }
}
