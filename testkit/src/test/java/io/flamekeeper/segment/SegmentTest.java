package io.flamekeeper.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TraceId;
import io.flamekeeper.segment.SegmentHeader.Compacted;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.testkit.TextProfiles;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SegmentTest {
    private static final SegmentHeader HEADER = SegmentHeader.sealed(17, 3, 17);

    /// Everything that is known of a row, in ids.
    private static String text(SeriesTable table, ProfileRow row) {
        return List.of(
                        table.labels(row.series()),
                        table.type(row.series()),
                        row.timeNanos(),
                        row.durationNanos(),
                        row.period(),
                        row.total(),
                        IntStream.range(0, row.pairCount())
                                .mapToObj(pair ->
                                        "%d:%x:%s=%d"
                                                .formatted(
                                                        row.node()[pair],
                                                        row.hasSpans() ? row.spanId()[pair] : 0,
                                                        row.hasTraces()
                                                                ? trace(row, pair)
                                                                : TraceId.NONE,
                                                        row.value()[pair]))
                                .sorted()
                                .toList())
                .toString();
    }

    private static TraceId trace(ProfileRow row, int pair) {
        return new TraceId(row.traceId()[2 * pair], row.traceId()[2 * pair + 1]);
    }

    private static List<String> texts(PartitionSource source) throws IOException {
        List<String> texts = new ArrayList<>();
        RowCursor rows = source.rows();
        while (rows.next()) {
            int count = rows.pairCount();
            texts.add(
                    text(
                            source.series(),
                            new ProfileRow(
                                    rows.series(),
                                    rows.timeNanos(),
                                    rows.durationNanos(),
                                    rows.period(),
                                    rows.total(),
                                    Arrays.copyOf(rows.node(), count),
                                    Arrays.copyOf(rows.value(), count),
                                    rows.hasSpans()
                                            ? Arrays.copyOf(rows.spanId(), count)
                                            : new long[0],
                                    rows.hasTraces()
                                            ? Arrays.copyOf(rows.traceId(), 2 * count)
                                            : new long[0])));
        }
        return texts;
    }

    private static Segment write(SimulatedVfs vfs, SumPlan plan, PartitionSource... sources)
            throws IOException {
        try (VfsFile file = vfs.create("a.seg")) {
            var writer = new SegmentWriter(file, HEADER);
            for (PartitionSource source : sources) {
                writer.add(source, plan);
            }
            assertThat(writer.finish()).isEqualTo(file.size());
        }
        return Segment.open(vfs, "a.seg");
    }

    @Test
    void rows_writtenAndRead_areEqualInEveryColumn() throws IOException {
        long seed = 5;
        var profiles = new RandomProfiles(seed, new RandomProfiles.Shape(1, 300, 500, 4, 400));
        var dictionary = new Dictionary(seed);
        var interner = new GroupInterner();
        List<ProfileRow> rows = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            rows.addAll(interner.intern(profiles.next(), dictionary));
        }
        SeriesTable series = dictionary.view().series();
        List<String> expected = rows.stream().map(row -> text(series, row)).toList();
        List<UploadMark> uploads =
                List.of(new UploadMark(3, -1, 1_000), new UploadMark(-3, 9, 2_000));
        var source =
                new HeadSource(
                        TenantId.ANONYMOUS,
                        "service-0",
                        dictionary.view(),
                        HeadSource.Rows.of(rows),
                        uploads);

        Segment segment = write(SimulatedVfs.empty(Faults.NONE), SumPlan.ofLevel(2), source);
        Partition partition = segment.partitions().getFirst();

        assertThat(segment.header()).isEqualTo(HEADER);
        assertThat(partition.tenant()).isEqualTo(TenantId.ANONYMOUS);
        assertThat(partition.service()).isEqualTo("service-0");
        assertThat(partition.rowCount()).isEqualTo(rows.size()).isGreaterThan(1024);
        assertThat(partition.pairCount())
                .isEqualTo(rows.stream().mapToLong(ProfileRow::pairCount).sum());
        assertThat(partition.uploads()).containsExactlyInAnyOrderElementsOf(uploads);
        assertThat(texts(source)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(texts(partition)).as("seed %d", seed).isEqualTo(texts(source));
        assertThat(Arrays.copyOf(partition.stacks().parent(), 50))
                .containsExactly(Arrays.copyOf(dictionary.view().stacks().parent(), 50));
    }

    @Test
    void partition_writtenFromAnother_isTheSameBytes() throws IOException {
        var profiles = new RandomProfiles(6, new RandomProfiles.Shape(1, 30, 50, 3, 40));
        var dictionary = new Dictionary(6);
        var interner = new GroupInterner();
        List<ProfileRow> rows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            rows.addAll(interner.intern(profiles.next(), dictionary));
        }
        var source =
                new HeadSource(
                        TenantId.ANONYMOUS,
                        "service-0",
                        dictionary.view(),
                        HeadSource.Rows.of(rows),
                        List.of());
        var first = SimulatedVfs.empty(Faults.NONE);
        var second = SimulatedVfs.empty(Faults.NONE);

        Segment segment = write(first, SumPlan.ofLevel(3), source);
        write(second, SumPlan.ofLevel(3), segment.partitions().getFirst());

        assertThat(second.content().get("a.seg")).isEqualTo(first.content().get("a.seg"));
    }

    @Test
    void blocksOf_spanOrTraceOfManyThousands_isItsBlockAndHardlyAnother() throws IOException {
        long seed = 8;
        int pairs = 150;
        var random = new SplittableRandom(seed);
        var dictionary = new Dictionary(seed);
        int series =
                dictionary.internSeries(Labels.of(Map.of("service_name", "svc")), TextProfiles.CPU);
        List<ProfileRow> rows = new ArrayList<>();
        for (int row = 0; row < 1_500; row++) {
            rows.add(
                    ProfileRow.of(
                            series,
                            row,
                            0,
                            0,
                            new int[pairs],
                            random.longs(pairs, 1, 9).toArray(),
                            random.longs(pairs).sorted().toArray(),
                            random.longs(pairs + pairs).toArray()));
        }
        var source =
                new HeadSource(
                        TenantId.ANONYMOUS,
                        "svc",
                        dictionary.view(),
                        HeadSource.Rows.of(rows),
                        List.of());
        Segment segment = write(SimulatedVfs.empty(Faults.NONE), SumPlan.NONE, source);
        SpanReader spans = segment.partitions().getFirst().spans();
        int others = 0;
        for (int question = 0; question < 300; question++) {
            int row = random.nextInt(rows.size());
            int pair = random.nextInt(pairs);
            int block = (row * pairs + pair) / 1_024;
            for (BitSet found :
                    List.of(
                            spans.blocksOf(rows.get(row).spanId()[pair]),
                            spans.blocksOf(trace(rows.get(row), pair)),
                            spans.blocksOf(
                                    new TraceId(random.nextLong(), 1),
                                    trace(rows.get(row), pair)))) {
                assertThat(found.get(block))
                        .as("seed %d, row %d, pair %d", seed, row, pair)
                        .isTrue();
                others += found.cardinality() - 1;
            }
        }
        assertThat(others).as("blocks that hash alike").isLessThan(30);
    }

    @Test
    void series_inCanonicalOrder_areSortedByTypeThenLabels() {
        long seed = 7;
        var random = new SplittableRandom(seed);
        var profiles = new RandomProfiles(seed, RandomProfiles.Shape.SMALL);
        for (int round = 0; round < 30; round++) {
            var dictionary = new Dictionary(round);
            for (int i = 0; i < random.nextInt(1, 40); i++) {
                profiles.next()
                        .profiles()
                        .forEach(profile ->
                                dictionary.internSeries(profile.labels(), profile.type()));
            }
            SeriesTable found = CanonicalSeries.of(dictionary.view().series());
            for (int series = 1; series < found.count(); series++) {
                int byType = found.type(series - 1).id().compareTo(found.type(series).id());
                assertThat(byType).as("seed %d", seed).isNotPositive();
                if (byType == 0) {
                    assertThat(found.labels(series - 1)).isLessThan(found.labels(series));
                }
            }
        }
    }

    @Test
    void header_ofCompactedSegment_isReadBack() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        var header =
                new SegmentHeader(
                        1L << 40,
                        3,
                        Optional.of(new TenantId("team-a")),
                        new Compacted(List.of(1L, 7L, 1L << 33)));
        try (VfsFile file = vfs.create("a.seg")) {
            new SegmentWriter(file, header).finish();
        }
        assertThat(Segment.open(vfs, "a.seg").header()).isEqualTo(header);
    }

    @Test
    void release_lastReference_closesTheFile() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        Segment segment = write(vfs, SumPlan.NONE);
        assertThat(segment.partitions()).isEmpty();
        assertThat(segment.tryAcquire()).isTrue();
        segment.release();
        assertThat(segment.tryAcquire()).isTrue();
        segment.release();
        segment.release();
        assertThat(segment.tryAcquire()).isFalse();
    }
}
