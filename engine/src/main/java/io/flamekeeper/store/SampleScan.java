package io.flamekeeper.store;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.segment.PairReader;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.RowTable;
import io.flamekeeper.segment.SpanReader;
import java.util.Arrays;
import java.util.BitSet;

/// Adds pairs of certain spans or traces: of the rows whose spans lie in blocks that the index names. For one thread.
final class SampleScan {
    private final RowTable.Reader rows;
    private final SampleFilter filter;
    private final long[] self;
    private final Part.ScanMeter meter;
    private final PairReader pairs;
    private final SpanReader spans;
    private long[] spanId = new long[0];
    private long[] traceId = new long[0];
    private int pair;

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
    }

    /// Adds what the series have in `[start, end)`.
    ///
    /// @param series ascending
    void add(int[] series, long start, long end) {
        BitSet blocks =
                filter.isOfTraces()
                        ? spans.blocksOf(filter.traceIds())
                        : spans.blocksOf(filter.spanIds());
        int row = 0;
        for (int block = blocks.nextSetBit(0); block >= 0; block = blocks.nextSetBit(block + 1)) {
            meter.scan(0, 0);
            long blockEnd = Math.min(spans.count(), (block + 1L) * BitPacking.BLOCK);
            row = Math.max(row, rows.rowOfSpan((long) block * BitPacking.BLOCK));
            int last = rows.rowOfSpan(blockEnd - 1);
            for (long span = rows.spanStart(row); row <= last; row++) {
                int count = rows.spans(row);
                long millis = rows.timeMillis(row);
                if (count > 0
                        && millis >= start
                        && millis < end
                        && Arrays.binarySearch(series, rows.seriesOf(row)) >= 0) {
                    addRow(row, span, count);
                }
                span += count;
            }
        }
    }

    private void addRow(int row, long span, int count) {
        if (spanId.length < count) {
            spanId = new long[Math.max(count, 2 * spanId.length)];
            traceId = new long[2 * spanId.length];
        }
        if (hasAny(span, count)) {
            meter.scan(1, count);
            pair = 0;
            long from = rows.pairStart(row);
            pairs.forEach(from, from + count, from + count, this::addMatching);
        }
    }

    /// Reads spans or traces of a row; whether any of them counts.
    private boolean hasAny(long span, int count) {
        if (filter.isOfTraces()) {
            if (!spans.readTraces(span, count, traceId)) {
                return false;
            }
        } else {
            spans.read(span, count, spanId);
        }
        for (int i = 0; i < count; i++) {
            if (matches(i)) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(int i) {
        return filter.matches(spanId[i], traceId[2 * i], traceId[2 * i + 1]);
    }

    private void addMatching(int[] node, long[] value, int from, int to) {
        for (int at = from; at < to; at++) {
            if (matches(pair++)) {
                self[node[at]] = SaturatedMath.add(self[node[at]], value[at]);
            }
        }
    }
}
