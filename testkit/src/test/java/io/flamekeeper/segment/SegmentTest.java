package io.flamekeeper.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SegmentTest {
    /// Everything that is known of a row, in ids.
    private static String text(
            SeriesTable table,
            int series,
            long timeNanos,
            long durationNanos,
            long period,
            long total,
            Map<List<Long>, Long> valueByNodeAndSpan) {
        return List.of(
                        table.labels(series),
                        table.type(series),
                        timeNanos,
                        durationNanos,
                        period,
                        total,
                        valueByNodeAndSpan)
                .toString();
    }

    private static Map<List<Long>, Long> pairs(
            int count, int[] node, long[] value, long[] spanId, boolean hasSpans) {
        var byNodeAndSpan =
                new TreeMap<List<Long>, Long>((a, b) -> a.toString().compareTo(b.toString()));
        for (int pair = 0; pair < count; pair++) {
            byNodeAndSpan.put(List.of((long) node[pair], hasSpans ? spanId[pair] : 0), value[pair]);
        }
        return byNodeAndSpan;
    }

    @Test
    void rows_writtenAndRead_areEqualInEveryColumn() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        var profiles = new RandomProfiles(5, new RandomProfiles.Shape(1, 300, 500, 4, 400));
        var dictionary = new Dictionary(5);
        var interner = new GroupInterner();
        List<ProfileRow> rows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            rows.addAll(interner.intern(profiles.next(), dictionary));
        }
        SeriesTable series = dictionary.view().series();
        List<String> expected =
                rows.stream()
                        .map(row ->
                                text(
                                        series,
                                        row.series(),
                                        row.timeNanos(),
                                        row.durationNanos(),
                                        row.period(),
                                        row.total(),
                                        pairs(
                                                row.pairCount(),
                                                row.node(),
                                                row.value(),
                                                row.spanId(),
                                                row.hasSpans())))
                        .toList();

        try (VfsFile file = vfs.create("a.seg")) {
            var writer = new SegmentWriter(file, 3, 17);
            writer.add(TenantId.ANONYMOUS, "service-0", dictionary.view(), rows);
            assertThat(writer.finish()).isEqualTo(file.size());
        }
        Segment segment = Segment.open(vfs, "a.seg");
        Partition partition = segment.partitions().getFirst();

        assertThat(partition.tenant()).isEqualTo(TenantId.ANONYMOUS);
        assertThat(partition.service()).isEqualTo("service-0");
        assertThat(partition.rowCount()).isEqualTo(rows.size());
        List<String> found = new ArrayList<>();
        RowTable table = partition.rows();
        int[] node = new int[1000];
        long[] value = new long[1000];
        long[] spanId = new long[1000];
        for (int id = 0; id < partition.series().count(); id++) {
            for (int row = table.seriesStart(id); row < table.seriesEnd(id); row++) {
                byte[] block = partition.readBlock(table.blockOf(row));
                partition.readPairs(block, row, node, value, spanId);
                found.add(
                        text(
                                partition.series(),
                                id,
                                table.timeNanos(row),
                                table.durationNanos(row),
                                table.period(row),
                                table.total(row),
                                pairs(
                                        table.pairCount(row),
                                        node,
                                        value,
                                        spanId,
                                        table.hasSpans(row))));
            }
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(table.blockOf(rows.size() - 1)).as("several blocks").isGreaterThan(2);
        assertThat(Arrays.copyOf(partition.stacks().parent(), 50))
                .containsExactly(Arrays.copyOf(dictionary.view().stacks().parent(), 50));
    }

    @Test
    void release_lastReference_closesTheFile() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        try (VfsFile file = vfs.create("a.seg")) {
            new SegmentWriter(file, 0, 1).finish();
        }
        Segment segment = Segment.open(vfs, "a.seg");
        assertThat(segment.partitions()).isEmpty();
        assertThat(segment.tryAcquire()).isTrue();
        segment.release();
        assertThat(segment.tryAcquire()).isTrue();
        segment.release();
        segment.release();
        assertThat(segment.tryAcquire()).isFalse();
    }
}
