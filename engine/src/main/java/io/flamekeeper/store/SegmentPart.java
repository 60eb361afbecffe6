package io.flamekeeper.store;

import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.RowTable;

/// A [Partition] of a segment.
final class SegmentPart implements Part {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Partition partition;

    SegmentPart(Partition partition) {
        this.partition = partition;
    }

    @Override
    public Object dictionaryKey() {
        return partition.key();
    }

    @Override
    public Object contentKey() {
        return partition.key();
    }

    @Override
    public String service() {
        return partition.service();
    }

    @Override
    public long firstMillis() {
        return partition.firstMillis();
    }

    @Override
    public long lastMillis() {
        return partition.lastMillis();
    }

    @Override
    public SeriesTable series() {
        return partition.series();
    }

    @Override
    public boolean hasRows(int series, TimeRange range) {
        RowTable rows = partition.rows();
        return firstAt(rows, series, range.startMillis())
                < firstAt(rows, series, range.endMillis());
    }

    @Override
    public void forEachTotal(int series, TimeRange range, Grid grid, TotalVisitor visitor) {
        RowTable rows = partition.rows();
        int end = firstAt(rows, series, range.endMillis());
        for (int row = firstAt(rows, series, range.startMillis()); row < end; row++) {
            visitor.total(timeMillis(rows, row), rows.total(row), 1);
        }
    }

    @Override
    public void addSelf(
            int[] series, TimeRange range, SpanFilter spans, long[] self, ScanMeter meter) {
        for (int one : series) {
            addSelf(one, range, spans, self, meter);
        }
    }

    private void addSelf(
            int series, TimeRange range, SpanFilter spans, long[] self, ScanMeter meter) {
        RowTable rows = partition.rows();
        int end = firstAt(rows, series, range.endMillis());
        int row = firstAt(rows, series, range.startMillis());
        var pairs = new PairArrays(0);
        while (row < end) {
            int block = rows.blockOf(row);
            int blockEnd = Math.min(end, rows.blockEnd(block));
            meter.scan(blockEnd - row, pairCount(rows, row, blockEnd));
            byte[] bytes = partition.readBlock(block);
            for (; row < blockEnd; row++) {
                pairs = pairs.atLeast(rows.pairCount(row));
                partition.readPairs(bytes, row, pairs.node, pairs.value, pairs.spanId);
                Pairs.addSelf(
                        pairs.node,
                        pairs.value,
                        pairs.spanId,
                        rows.hasSpans(row),
                        rows.pairCount(row),
                        spans,
                        self);
            }
        }
    }

    /// Where the pairs of one row are decoded to.
    private record PairArrays(int[] node, long[] value, long[] spanId) {
        PairArrays(int count) {
            this(new int[count], new long[count], new long[count]);
        }

        PairArrays atLeast(int count) {
            return count <= node.length ? this : new PairArrays(Math.max(count, 2 * node.length));
        }
    }

    private static long pairCount(RowTable rows, int from, int to) {
        long count = 0;
        for (int row = from; row < to; row++) {
            count += rows.pairCount(row);
        }
        return count;
    }

    private static long timeMillis(RowTable rows, int row) {
        return Math.floorDiv(rows.timeNanos(row), NANOS_PER_MILLI);
    }

    /// First row of the series at or after `millis`.
    private static int firstAt(RowTable rows, int series, long millis) {
        int low = rows.seriesStart(series);
        int high = rows.seriesEnd(series);
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (timeMillis(rows, middle) < millis) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public SymbolTable symbols() {
        return partition.symbols();
    }

    @Override
    public StackTable stacks() {
        return partition.stacks();
    }
}
