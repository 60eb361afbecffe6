package io.flamekeeper.store;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.segment.PairReader;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.RowTable;
import io.flamekeeper.segment.SpanReader;
import java.util.BitSet;

/// Adds pairs of certain spans or traces: of rows whose spans lie in blocks that the index names. For one thread.
final class SampleScan {
    /// Rows between two questions whether to go on.
    private static final int ROWS_MAX = 1 << 12;

    private final RowTable.Reader rows;
    private final SampleFilter filter;
    private final long[] self;
    private final Part.ScanMeter meter;
    private final PairReader pairs;
    private final SpanReader spans;
    private final BitSet blocks;
    private long[] spanId = new long[0];
    private long[] traceId = new long[0];
    private int matched;

    SampleScan(
            Partition partition,
            RowTable.Reader rows,
            SampleFilter filter,
            long[] self,
            Part.ScanMeter meter) {
        this.rows = rows;
        this.filter = filter;
        this.self = self;
        this.meter = meter;
        pairs = partition.pairs();
        spans = partition.spans();
        blocks =
                filter.isOfTraces()
                        ? spans.blocksOf(filter.traceIds())
                        : spans.blocksOf(filter.spanIds());
    }

    /// Adds what the series have in `[start, end)`.
    void add(int[] series, long start, long end) {
        if (blocks.isEmpty()) {
            return;
        }
        int nextRow = -1;
        long span = 0;
        for (int one : series) {
            int to = rows.seriesEnd(one);
            int row = rows.firstAt(rows.seriesStart(one), to, start);
            if (row < to && row != nextRow) {
                span = rows.spanStart(row);
            }
            for (; row < to && rows.timeMillis(row) < end; row++) {
                if (row % ROWS_MAX == 0) {
                    meter.scan(0, 0);
                }
                if (rows.hasSpans(row)) {
                    long count = rows.pairEnd(row) - rows.pairStart(row);
                    addRow(row, span, (int) count);
                    span += count;
                }
                nextRow = row + 1;
            }
        }
    }

    private void addRow(int row, long span, int count) {
        if (count == 0) {
            return;
        }
        int block = blocks.nextSetBit((int) (span / BitPacking.BLOCK));
        if (block < 0 || block > (span + count - 1) / BitPacking.BLOCK) {
            return;
        }
        meter.scan(1, count);
        if (spanId.length < count) {
            spanId = new long[Math.max(count, 2 * spanId.length)];
            traceId = new long[2 * spanId.length];
        }
        if (filter.isOfTraces()) {
            if (!spans.readTraces(span, count, traceId)) {
                return;
            }
        } else {
            spans.read(span, count, spanId);
        }
        matched = 0;
        pairs.forEach(rows.pairStart(row), rows.pairEnd(row), rows.pairEnd(row), this::addMatching);
    }

    private void addMatching(int[] node, long[] value, int from, int to) {
        for (int pair = from; pair < to; pair++) {
            if (filter.matches(spanId[matched], traceId[2 * matched], traceId[2 * matched + 1])) {
                self[node[pair]] = SaturatedMath.add(self[node[pair]], value[pair]);
            }
            matched++;
        }
    }
}
