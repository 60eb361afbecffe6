package io.flamekeeper.segment;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import io.flamekeeper.column.Scatter;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.segment.SumPlan.Kind;
import io.flamekeeper.segment.SumPlan.Scope;
import java.io.IOException;
import java.util.Arrays;

/// Adds up the rows of one partition, from the pairs that are already in the file: one dense accumulator, whatever
/// the number of buckets. For one thread.
final class SumWriter {
    private final RowTable.Reader rows;
    private final PairReader pairs;
    private final PackedBlock.Encoder encoder;
    private final PairBlocks.Writer output;
    private final long[] self;

    /// Bit n is set if `self[n]` is more than 0.
    private final long[] touched;

    /// `bucket, less the first one, << 32 | run`, sorted; a run is rows of one bucket one behind the other.
    private long[] bucketAndRun = new long[16];

    /// First row of each run; the next run begins where it ends.
    private int[] runStart = new int[17];

    /// @param nodeCount of the partition
    /// @param output    takes the pairs of the sums
    SumWriter(
            RowTable.Reader rows,
            PairReader pairs,
            int nodeCount,
            PackedBlock.Encoder encoder,
            PairBlocks.Writer output) {
        this.rows = rows;
        this.pairs = pairs;
        this.encoder = encoder;
        this.output = output;
        self = new long[nodeCount];
        touched = new long[Math.ceilDiv(nodeCount, Long.SIZE)];
    }

    /// Sums of one kind, packed.
    private final class Columns {
        final PackedLongs.Writer owners = new PackedLongs.Writer(encoder);
        final PackedLongs.Writer bucket = new PackedLongs.Writer(encoder);
        final PackedLongs.Writer firstRows = new PackedLongs.Writer(encoder);
        final PackedLongs.Writer firstTotal = new PackedLongs.Writer(encoder);
        final PackedLongs.Writer restRows = new PackedLongs.Writer(encoder);
        final PackedLongs.Writer restTotal = new PackedLongs.Writer(encoder);
        final PackedLongs.Writer pairCount = new PackedLongs.Writer(encoder);

        void finish(ByteSink sink) {
            owners.finish(sink);
            bucket.finish(sink);
            firstRows.finish(sink);
            firstTotal.finish(sink);
            restRows.finish(sink);
            restTotal.finish(sink);
            pairCount.finish(sink);
        }
    }

    /// Writes the kinds and what they hold; the pairs go to the output.
    void write(SumPlan plan, StoredSeries series, ByteSink sink) throws IOException {
        sink.putVarint(plan.kinds().size());
        for (Kind kind : plan.kinds()) {
            sink.putVarint(kind.scope().code());
            sink.putVarint(kind.bucketMillis());
            var columns = new Columns();
            int owners = kind.scope() == Scope.TYPE ? series.types().size() : series.count();
            for (int owner = 0; owner < owners; owner++) {
                int before = columns.bucket.count();
                int first = kind.scope() == Scope.TYPE ? series.typeStart(owner) : owner;
                int end = kind.scope() == Scope.TYPE ? series.typeEnd(owner) : owner + 1;
                int from = rows.seriesStart(first);
                int to = rows.seriesEnd(end - 1);
                if (to - from >= SumPlan.ROWS_MIN) {
                    addUp(from, to, kind.bucketMillis(), columns);
                }
                columns.owners.add(columns.bucket.count() - before);
            }
            columns.finish(sink);
        }
    }

    /// Adds up the rows `[from, to)`, of one owner, bucket by bucket.
    private void addUp(int from, int to, long bucketMillis, Columns columns) throws IOException {
        long firstBucket = Long.MAX_VALUE;
        for (int row = from; row < to; row++) {
            firstBucket = Math.min(firstBucket, Math.floorDiv(rows.timeMillis(row), bucketMillis));
        }
        int runs = findRuns(from, to, bucketMillis, firstBucket);
        Arrays.sort(bucketAndRun, 0, runs);
        for (int start = 0; start < runs; ) {
            long bucket = bucketAndRun[start] >>> Integer.SIZE;
            int end = start;
            long count = 0;
            while (end < runs && bucketAndRun[end] >>> Integer.SIZE == bucket) {
                int run = (int) bucketAndRun[end++];
                count += runStart[run + 1] - runStart[run];
            }
            if (count >= SumPlan.ROWS_MIN) {
                addUpBucket(start, end, firstBucket + bucket, bucketMillis, columns);
            }
            start = end;
        }
    }

    private int findRuns(int from, int to, long bucketMillis, long firstBucket) {
        int runs = 0;
        long last = -1;
        for (int row = from; row < to; row++) {
            long bucket = Math.floorDiv(rows.timeMillis(row), bucketMillis) - firstBucket;
            assert bucket <= Integer.MAX_VALUE : "bucket " + bucket;
            if (bucket != last) {
                if (runs == bucketAndRun.length) {
                    bucketAndRun = Arrays.copyOf(bucketAndRun, 2 * runs);
                    runStart = Arrays.copyOf(runStart, 2 * runs + 1);
                }
                bucketAndRun[runs] = bucket << Integer.SIZE | runs;
                runStart[runs++] = row;
                last = bucket;
            }
        }
        runStart[runs] = to;
        return runs;
    }

    /// Adds up the runs `[start, end)` of the sorted ones.
    private void addUpBucket(int start, int end, long bucket, long bucketMillis, Columns columns)
            throws IOException {
        long firstRows = 0;
        long firstTotal = 0;
        long restRows = 0;
        long restTotal = 0;
        for (int i = start; i < end; i++) {
            int run = (int) bucketAndRun[i];
            for (int row = runStart[run]; row < runStart[run + 1]; row++) {
                if (rows.timeMillis(row) == bucket * bucketMillis) {
                    firstRows++;
                    firstTotal = SaturatedMath.add(firstTotal, rows.total(row));
                } else {
                    restRows++;
                    restTotal = SaturatedMath.add(restTotal, rows.total(row));
                }
            }
            long pairEnd = rows.pairEnd(runStart[run + 1] - 1);
            pairs.forEach(rows.pairStart(runStart[run]), pairEnd, pairEnd, this::add);
        }
        columns.bucket.add(bucket);
        columns.firstRows.add(firstRows);
        columns.firstTotal.add(firstTotal);
        columns.restRows.add(restRows);
        columns.restTotal.add(restTotal);
        long before = output.pairCount();
        drain();
        columns.pairCount.add(output.pairCount() - before);
    }

    /// **Hot path.** Benchmark: `SegmentWriteBenchmark`.
    private void add(int[] node, long[] value, int from, int to) {
        Scatter.addSaturated(node, value, from, to, self);
        for (int pair = from; pair < to; pair++) {
            touched[node[pair] >>> 6] |= 1L << node[pair];
        }
    }

    private void drain() throws IOException {
        for (int word = 0; word < touched.length; word++) {
            for (long bits = touched[word]; bits != 0; bits &= bits - 1) {
                int node = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                output.add(node, self[node]);
                self[node] = 0;
            }
            touched[word] = 0;
        }
    }
}
