package io.flamekeeper.store;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.segment.PairReader;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.RowTable;
import io.flamekeeper.segment.SumTable;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Adds pairs of one partition: sums where there are any, rows in the gaps that these leave. Rows that are
/// neighbours in the file are read together. For one thread.
final class SegmentScan {
    /// Pairs between two calls of the meter.
    private static final long PAIRS_MAX = 64L * BitPacking.BLOCK;

    private final Partition partition;
    private final RowTable.Reader rows;
    private final long[] self;
    private final Part.ScanMeter meter;
    private final PairReader pairs;
    private @Nullable PairReader sumPairs;

    /// Times `[gap[2 · i], gap[2 · i + 1])` that no sum was used for, ascending.
    private long[] gap = new long[8];

    private int gapEnd;

    /// Rows `[pendingFrom, pendingTo)` are to be added.
    private int pendingFrom;

    private int pendingTo;

    SegmentScan(Partition partition, RowTable.Reader rows, long[] self, Part.ScanMeter meter) {
        this.partition = partition;
        this.rows = rows;
        this.self = self;
        this.meter = meter;
        this.pairs = partition.pairs();
    }

    /// Adds the owner's sums of whole buckets in `[start, end)`; the rest becomes the gaps.
    ///
    /// @param sums  small buckets first
    /// @param owner type or series
    void addSums(List<SumTable.Reader> sums, int owner, long start, long end) {
        gapEnd = 0;
        cover(sums, sums.size() - 1, owner, start, end);
    }

    private void cover(List<SumTable.Reader> sums, int kind, int owner, long start, long end) {
        if (kind < 0) {
            addGap(start, end);
            return;
        }
        SumTable.Reader all = sums.get(kind);
        int sumEnd = all.end(owner);
        long done = start;
        int sum = all.firstAt(all.start(owner), sumEnd, start);
        for (; sum < sumEnd && all.startMillis(sum) + all.bucketMillis() <= end; sum++) {
            long bucket = all.startMillis(sum);
            if (done < bucket) {
                cover(sums, kind - 1, owner, done, bucket);
            }
            if (sumPairs == null) {
                sumPairs = partition.sumPairs();
            }
            add(sumPairs, all.pairStart(sum), all.pairEnd(sum), 0);
            done = bucket + all.bucketMillis();
        }
        if (done < end) {
            cover(sums, kind - 1, owner, done, end);
        }
    }

    private void addGap(long start, long end) {
        if (gapEnd > 0 && gap[gapEnd - 1] == start) {
            gap[gapEnd - 1] = end;
            return;
        }
        if (gapEnd == gap.length) {
            gap = Arrays.copyOf(gap, 2 * gapEnd);
        }
        gap[gapEnd++] = start;
        gap[gapEnd++] = end;
    }

    /// Adds the rows of the series that lie in the gaps.
    void addGaps(int series) {
        int end = rows.seriesEnd(series);
        int from = rows.seriesStart(series);
        for (int i = 0; i < gapEnd && from < end; i += 2) {
            if (gap[i] > partition.firstMillis()) {
                from = rows.firstAt(from, end, gap[i]);
            }
            int to =
                    gap[i + 1] > partition.lastMillis() ? end : rows.firstAt(from, end, gap[i + 1]);
            addRows(from, to);
            from = to;
        }
    }

    private void addRows(int from, int to) {
        if (from == to) {
            return;
        }
        if (from != pendingTo) {
            finish();
            pendingFrom = from;
        }
        pendingTo = to;
    }

    /// Adds what is still to be added.
    void finish() {
        if (pendingFrom < pendingTo) {
            add(
                    pairs,
                    rows.pairStart(pendingFrom),
                    rows.pairEnd(pendingTo - 1),
                    pendingTo - pendingFrom);
        }
        pendingFrom = pendingTo;
    }

    /// @param rowCount rows that the pairs `[from, to)` are of
    private void add(PairReader reader, long from, long to, long rowCount) {
        long untold = rowCount;
        for (long at = from; at < to; ) {
            long end = Math.min(to, at - at % BitPacking.BLOCK + PAIRS_MAX);
            meter.scan(untold, end - at);
            untold = 0;
            reader.addTo(at, end, self);
            at = end;
        }
        if (untold > 0) {
            meter.scan(untold, 0);
        }
    }
}
