package io.flamekeeper.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.column.Checksum;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.Damage;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.testkit.TextProfiles;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// What is whole passes; what is not as it was written is named.
class SegmentCheckTest {
    /// Where hardly anything can be changed that something else does not contradict.
    private static final Set<String> SURE =
            Set.of("blocks of pairs", "blocks of sums", "indexes of spans", "indexes of traces");

    private static List<Damage> check(byte[] bytes) throws IOException {
        List<Damage> found = new ArrayList<>();
        Segment segment = SegmentFormatTest.open(bytes);
        SegmentCheck.run(segment, found::add);
        segment.release();
        return found;
    }

    @Test
    void anySegmentAsWritten_isWell() throws IOException {
        for (int level = 0; level <= 3; level++) {
            for (long seed = 1; seed <= 10; seed++) {
                byte[] bytes = SegmentFormatTest.written(seed, 60, SumPlan.ofLevel(level));
                assertThat(check(bytes)).as("level %d, seed %d", level, seed).isEmpty();
            }
        }
        for (int version = 1; version <= 2; version++) {
            assertThat(check(SegmentFormatTest.fixture(version))).isEmpty();
        }
    }

    @Test
    void anyByteFlipped_isNamedWithWhatIsLost() throws IOException {
        long seed = 31;
        var random = new SplittableRandom(seed);
        byte[] bytes = SegmentFormatTest.written(seed, 30, SumPlan.ofLevel(3));
        assertThat(check(bytes)).isEmpty();
        int unreadable = 0;
        for (int at = 0; at < bytes.length; at++) {
            byte[] flipped = bytes.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            try {
                assertThat(check(flipped))
                        .as("byte %d", at)
                        .isNotEmpty()
                        .allSatisfy(damage -> {
                            assertThat(damage.what()).startsWith("a.seg").contains("(expected: ");
                            assertThat(damage.lost()).contains("profiles of service 'svc-");
                        });
            } catch (FlamekeeperException e) {
                assertThat(e.code()).as("byte %d", at).isEqualTo(ErrorCode.CORRUPT_DATA);
                unreadable++;
            }
        }
        System.out.printf(
                "segment: flips %d, named %d, cannot be opened %d, missed 0, seed %d%n",
                bytes.length, bytes.length - unreadable, unreadable, seed);
        assertThat(unreadable).isLessThan(bytes.length / 4);
    }

    /// Not decay but a writer's mistake: the checksums are right. What nothing contradicts, such as another name of a
    /// function or a bit that pads, passes.
    @Test
    void anyByteChangedAndSignedAgain_isNamedIfAnythingContradictsIt() throws IOException {
        long seed = 32;
        var random = new SplittableRandom(seed);
        byte[] bytes = SegmentFormatTest.written(seed, 30, SumPlan.ofLevel(3));
        Segment whole = SegmentFormatTest.open(bytes);
        var named = new TreeMap<String, Integer>();
        int changesOfEach = 200;
        for (Map.Entry<String, List<Stretch>> kind : stretches(bytes, whole).entrySet()) {
            named.put(kind.getKey(), 0);
            for (int i = 0; i < changesOfEach; i++) {
                byte[] changed = bytes.clone();
                Stretch stretch = kind.getValue().get(random.nextInt(kind.getValue().size()));
                changed[stretch.start + random.nextInt(stretch.length)] ^=
                        (byte) (1 << random.nextInt(8));
                stretch.sign(changed, (int) whole.partitionsEnd());
                if (isNamed(changed)) {
                    named.merge(kind.getKey(), 1, Integer::sum);
                }
            }
        }
        System.out.printf(
                "segment: changed and signed again, named of %d each: %s, seed %d%n",
                changesOfEach, named, seed);
        assertThat(named)
                .allSatisfy((kind, count) ->
                        assertThat(count).as(kind).isGreaterThan(SURE.contains(kind) ? 180 : 20));
    }

    private static boolean isNamed(byte[] bytes) throws IOException {
        try {
            return !check(bytes).isEmpty();
        } catch (FlamekeeperException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATA);
            return true;
        }
    }

    /// Bytes that have one checksum.
    ///
    /// @param crcAt where it is
    private record Stretch(int start, int length, int crcAt) {
        void sign(byte[] bytes, int tableStart) {
            putInt(bytes, crcAt, Checksum.of(bytes, start, length));
            int tailCrc = bytes.length - 8;
            putInt(bytes, tailCrc, Checksum.of(bytes, tableStart, tailCrc - tableStart));
        }
    }

    private static void putInt(byte[] bytes, int at, int value) {
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    }

    /// By what they are. All but the table of contents: sizes that it lies about take any amount of memory.
    private static Map<String, List<Stretch>> stretches(byte[] bytes, Segment segment) {
        Map<String, List<Stretch>> all = new TreeMap<>();
        int headerEnd = (int) segment.partitionsStart();
        all.put("header", List.of(new Stretch(16, headerEnd - 20, headerEnd - 4)));
        for (Partition partition : segment.partitions()) {
            PairBlocks pairs = partition.pairBlocks();
            PairBlocks sums = partition.sumBlocks();
            SpanBlocks spans = partition.spanBlocks();
            all.computeIfAbsent("blocks of pairs", _ -> new ArrayList<>())
                    .addAll(blocks(partition, pairs.offset(), pairs.bytes()));
            all.computeIfAbsent("blocks of sums", _ -> new ArrayList<>())
                    .addAll(blocks(partition, sums.offset(), sums.bytes()));
            all.computeIfAbsent("blocks of spans", _ -> new ArrayList<>())
                    .addAll(blocks(partition, spans.offset(), spans.bytes()));
            all.computeIfAbsent("indexes of spans", _ -> new ArrayList<>())
                    .addAll(blocks(partition, spans.pieceOffset(), spans.pieceBytes()));
            partition
                    .traceBlocks()
                    .ifPresent(traces -> {
                        BlockIndex index = traces.index();
                        all.computeIfAbsent("blocks of traces", _ -> new ArrayList<>())
                                .addAll(blocks(partition, traces.offset(), traces.bytes()));
                        all.computeIfAbsent("indexes of traces", _ -> new ArrayList<>())
                                .addAll(blocks(partition, index.offset(), index.bytes()));
                    });
            for (StoredSection section : partition.sections()) {
                int start = (int) section.start();
                int crc = Checksum.of(bytes, start, section.bytes());
                int at = (int) segment.partitionsEnd();
                while (ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at) != crc) {
                    at++;
                }
                all.computeIfAbsent(section.name(), _ -> new ArrayList<>())
                        .add(new Stretch(start, section.bytes(), at));
            }
        }
        return all;
    }

    private static List<Stretch> blocks(
            Partition partition, PackedLongs offsets, PackedLongs lengths) {
        List<Stretch> all = new ArrayList<>();
        PackedLongs.Reader offset = offsets.reader(new PackedBlock.Decoder());
        PackedLongs.Reader length = lengths.reader(new PackedBlock.Decoder());
        for (int block = 0; block < offsets.count(); block++) {
            int start = (int) (partition.start() + offset.get(block));
            int checked = (int) length.get(block) - Integer.BYTES;
            all.add(new Stretch(start, checked, start + checked));
        }
        return all;
    }

    @Test
    void rowThatIsNotTheSumOfItsPairs_isNamed() throws IOException {
        assertThat(faults(row -> with(row, row.total() + 1, row.node())))
                .containsExactly(
                        "a.seg, section ROWS of service 'svc': row 0: total 8 (expected: 7, the sum of its pairs)");
    }

    @Test
    void nodeThatIsNotThere_isNamed() throws IOException {
        assertThat(faults(row -> with(row, row.total(), new int[] {1, 99})))
                .containsExactly(
                        "a.seg, block 0 of the pairs of service 'svc': nodes 1 to 99 (expected: 0 to 2)");
    }

    private static ProfileRow with(ProfileRow row, long total, int[] node) {
        return new ProfileRow(
                row.series(),
                row.timeNanos(),
                row.durationNanos(),
                row.period(),
                total,
                node,
                row.value(),
                row.spanId(),
                row.traceId());
    }

    /// Of a segment of one row, 3 in node 1 and 4 in node 2, that is changed before it is written.
    private static List<String> faults(UnaryOperator<ProfileRow> change) throws IOException {
        var dictionary = new Dictionary(1);
        ProfileGroup group =
                TextProfiles.cpu(
                        "svc",
                        1_000,
                        """
                        3     4
                        main  main
                              work
                        """);
        ProfileRow row = new GroupInterner().intern(group, dictionary).getFirst();
        var vfs = SimulatedVfs.empty(Faults.NONE);
        try (VfsFile file = vfs.create("a.seg")) {
            var writer = new SegmentWriter(file, SegmentHeader.sealed(1, 0, 1));
            writer.add(
                    new HeadSource(
                            TenantId.ANONYMOUS,
                            "svc",
                            dictionary.view(),
                            HeadSource.Rows.of(List.of(change.apply(row))),
                            List.of()),
                    SumPlan.NONE);
            writer.finish();
        }
        return check(Objects.requireNonNull(vfs.content().get("a.seg"))).stream()
                .map(Damage::what)
                .toList();
    }
}
