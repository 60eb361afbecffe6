package io.flamekeeper.segment;

import io.flamekeeper.column.Scatter;
import io.flamekeeper.model.SaturatedMath;
import java.util.Arrays;

/// Adds up rows of one partition, bucket by bucket: one dense accumulator, whatever the number of buckets. For one
/// thread.
final class BucketSums {
    private final RowTable.Reader rows;
    private final PairReader pairs;
    private final long[] self;

    /// Bit n is set if `self[n]` is more than 0.
    private final long[] touched;

    /// `bucket, less the first one, << 32 | run`, sorted; a run is rows of one bucket one behind the other.
    private long[] bucketAndRun = new long[16];

    /// First row of each run; the next run begins where it ends.
    private int[] runStart = new int[17];

    /// @param nodeCount of the partition
    BucketSums(RowTable.Reader rows, PairReader pairs, int nodeCount) {
        this.rows = rows;
        this.pairs = pairs;
        self = new long[nodeCount];
        touched = new long[Math.ceilDiv(nodeCount, Long.SIZE)];
    }

    /// Totals of a bucket, saturated.
    ///
    /// @param bucket     begins so many times its width after the Unix epoch
    /// @param firstRows  rows at its very first millisecond
    /// @param firstTotal of these
    /// @param restRows   the other rows
    /// @param restTotal  of these
    /// @param rowPairs   pairs of all its rows
    /// @param pairs      different nodes in these
    record Totals(
            long bucket,
            long firstRows,
            long firstTotal,
            long restRows,
            long restTotal,
            long rowPairs,
            long pairs) {}

    /// Takes sums.
    interface Taker<E extends Exception> {
        /// Whether this bucket is to be added up. Buckets ascend.
        boolean wants(long bucket, long rowCount);

        /// Takes a sum; until it returns, [#forEach] and [#valueOf] tell of its pairs.
        void take(Totals totals) throws E;
    }

    /// Takes the pairs of a sum.
    @FunctionalInterface
    interface PairTaker<E extends Exception> {
        void pair(int node, long value) throws E;
    }

    /// Adds up the rows `[from, to)`, of one owner, bucket by bucket.
    <E extends Exception> void addUp(int from, int to, long bucketMillis, Taker<E> taker) throws E {
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
            if (taker.wants(firstBucket + bucket, count)) {
                taker.take(addUpBucket(start, end, firstBucket + bucket, bucketMillis));
                forget();
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
    private Totals addUpBucket(int start, int end, long bucket, long bucketMillis) {
        long firstRows = 0;
        long firstTotal = 0;
        long restRows = 0;
        long restTotal = 0;
        long rowPairs = 0;
        for (int i = start; i < end; i++) {
            int run = (int) bucketAndRun[i];
            long pairStart = rows.pairStart(runStart[run]);
            long pairEnd = rows.pairEnd(runStart[run + 1] - 1);
            pairs.forEach(pairStart, pairEnd, pairEnd, this::add);
            rowPairs += pairEnd - pairStart;
            for (int row = runStart[run]; row < runStart[run + 1]; row++) {
                if (rows.timeMillis(row) == bucket * bucketMillis) {
                    firstRows++;
                    firstTotal = SaturatedMath.add(firstTotal, rows.total(row));
                } else {
                    restRows++;
                    restTotal = SaturatedMath.add(restTotal, rows.total(row));
                }
            }
        }
        return new Totals(
                bucket, firstRows, firstTotal, restRows, restTotal, rowPairs, touchedCount());
    }

    private long touchedCount() {
        long count = 0;
        for (long word : touched) {
            count += Long.bitCount(word);
        }
        return count;
    }

    private void forget() {
        for (int word = 0; word < touched.length; word++) {
            for (long bits = touched[word]; bits != 0; bits &= bits - 1) {
                self[word * Long.SIZE + Long.numberOfTrailingZeros(bits)] = 0;
            }
            touched[word] = 0;
        }
    }

    /// **Hot path.** Benchmark: `SegmentScanBenchmark`.
    private void add(int[] node, long[] value, int from, int to) {
        Scatter.addSaturated(node, value, from, to, self);
        for (int pair = from; pair < to; pair++) {
            touched[node[pair] >>> 6] |= 1L << node[pair];
        }
    }

    /// Shows the pairs of the sum, by node.
    <E extends Exception> void forEach(PairTaker<E> taker) throws E {
        for (int word = 0; word < touched.length; word++) {
            for (long bits = touched[word]; bits != 0; bits &= bits - 1) {
                int node = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                taker.pair(node, self[node]);
            }
        }
    }

    /// Of a node in the sum, 0 if it is not in it.
    long valueOf(int node) {
        return self[node];
    }
}
