package io.flamekeeper.store;

import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.RowTable;
import io.flamekeeper.segment.SumPlan.Scope;
import io.flamekeeper.segment.SumTable;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A [Partition] of a segment. Answers with the sums of whole buckets, the largest that fit, and with rows for
/// the edges and for buckets that have no sum. As both saturate, it makes no difference but of time.
final class SegmentPart implements Part {
    private final Partition partition;

    /// What was used last, for whoever comes next; it remembers where in the table it is.
    private final AtomicReference<RowTable.@Nullable Reader> idle = new AtomicReference<>();

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
    public SymbolTable symbols() {
        return partition.symbols();
    }

    @Override
    public StackTable stacks() {
        return partition.stacks();
    }

    @Override
    public boolean hasRows(int series, TimeRange range) {
        if (!range.overlaps(firstMillis(), lastMillis())) {
            return false;
        }
        RowTable.Reader rows = takeReader();
        int from = rows.seriesStart(series);
        int to = rows.seriesEnd(series);
        boolean found = from < to;
        if (found && !range.covers(firstMillis(), lastMillis())) {
            int first = rows.firstAt(from, to, range.startMillis());
            found = first < to && rows.timeMillis(first) < range.endMillis();
        }
        idle.set(rows);
        return found;
    }

    private RowTable.Reader takeReader() {
        RowTable.Reader reader = idle.getAndSet(null);
        return reader == null ? partition.rowTable().reader() : reader;
    }

    @Override
    public void forEachTotal(int series, TimeRange range, Grid grid, TotalVisitor visitor) {
        if (range.overlaps(firstMillis(), lastMillis())) {
            RowTable.Reader rows = takeReader();
            List<SumTable.Reader> sums =
                    readers(
                            grid.equals(Grid.FINEST)
                                    ? List.of()
                                    : partition.sums().of(Scope.SERIES));
            new Totals(series, rows, sums, grid, visitor)
                    .visit(
                            sums.size() - 1,
                            Math.max(range.startMillis(), firstMillis()),
                            Math.min(range.endMillis(), lastMillis() + 1));
            idle.set(rows);
        }
    }

    private static List<SumTable.Reader> readers(List<SumTable.Sums> kinds) {
        return kinds.stream().map(SumTable.Sums::reader).toList();
    }

    /// Totals of one series.
    ///
    /// @param sums small buckets first
    private record Totals(
            int series,
            RowTable.Reader rows,
            List<SumTable.Reader> sums,
            Grid grid,
            TotalVisitor visitor) {
        /// Visits what lies in `[start, end)`, in buckets of `sums[kind]` and smaller ones.
        ///
        /// @param kind -1 = row by row
        void visit(int kind, long start, long end) {
            if (kind < 0) {
                visitRows(start, end);
                return;
            }
            SumTable.Reader all = sums.get(kind);
            long width = all.bucketMillis();
            int sumEnd = all.end(series);
            long done = start;
            // A range often starts behind the first millisecond of a bucket; then the rest of it is
            // inside.
            int sum = all.firstAt(all.start(series), sumEnd, start - 1);
            for (; sum < sumEnd && all.startMillis(sum) + width <= end; sum++) {
                long bucket = all.startMillis(sum);
                if (grid.isOneCell(bucket + 1, bucket + width - 1)) {
                    if (done < bucket) {
                        visit(kind - 1, done, bucket);
                    }
                    visitSum(all, sum, bucket, done <= bucket);
                    done = bucket + width;
                }
            }
            if (done < end) {
                visit(kind - 1, done, end);
            }
        }

        private void visitSum(SumTable.Reader all, int sum, long bucket, boolean withFirst) {
            if (withFirst && all.firstRows(sum) > 0) {
                if (all.restRows(sum) > 0 && grid.isOneCell(bucket, bucket + 1)) {
                    visitor.total(
                            bucket,
                            SaturatedMath.add(all.firstTotal(sum), all.restTotal(sum)),
                            all.firstRows(sum) + all.restRows(sum));
                    return;
                }
                visitor.total(bucket, all.firstTotal(sum), all.firstRows(sum));
            }
            if (all.restRows(sum) > 0) {
                visitor.total(bucket + 1, all.restTotal(sum), all.restRows(sum));
            }
        }

        private void visitRows(long start, long end) {
            int to = rows.seriesEnd(series);
            int row = rows.firstAt(rows.seriesStart(series), to, start);
            for (; row < to && rows.timeMillis(row) < end; row++) {
                visitor.total(rows.timeMillis(row), rows.total(row), 1);
            }
        }
    }

    @Override
    public void addSelf(
            int[] series, TimeRange range, SampleFilter filter, long[] self, ScanMeter meter) {
        if (series.length == 0 || !range.overlaps(firstMillis(), lastMillis())) {
            return;
        }
        RowTable.Reader rows = takeReader();
        long start = Math.max(range.startMillis(), firstMillis());
        long end = Math.min(range.endMillis(), lastMillis() + 1);
        if (filter.isAll()) {
            addAll(series, start, end, new SegmentScan(partition, rows, self, meter));
        } else {
            new SampleScan(partition, rows, filter, self, meter).add(series, start, end);
        }
        idle.set(rows);
    }

    private void addAll(int[] series, long start, long end, SegmentScan scan) {
        int type = series().typeOf(series[0]);
        boolean isWholeType = series.length == partition.typeEnd(type) - partition.typeStart(type);
        if (isWholeType) {
            scan.addSums(readers(partition.sums().of(Scope.TYPE)), type, start, end);
            for (int one : series) {
                scan.addGaps(one);
            }
        } else {
            List<SumTable.Reader> sums = readers(partition.sums().of(Scope.SERIES));
            for (int one : series) {
                scan.addSums(sums, one, start, end);
                scan.addGaps(one);
            }
        }
        scan.finish();
    }
}
