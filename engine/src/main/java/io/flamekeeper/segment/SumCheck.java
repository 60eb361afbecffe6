package io.flamekeeper.segment;

import io.flamekeeper.segment.SumPlan.Scope;
import java.util.Optional;

/// Adds up again what every sum of a partition is the sum of. For one thread.
final class SumCheck {
    private final Partition partition;
    private final BucketSums again;
    private final RowTable.Reader rows;
    private final PairReader stored;
    private Optional<String> fault = Optional.empty();

    private SumCheck(Partition partition, int nodeCount) {
        this.partition = partition;
        this.rows = partition.rowTable().reader();
        this.again = new BucketSums(rows, partition.pairs(), nodeCount);
        this.stored = partition.sumPairs();
    }

    /// The first sum that is not that of its rows; empty if there is none.
    static Optional<String> fault(Partition partition, int nodeCount) {
        return new SumCheck(partition, nodeCount).fault();
    }

    private Optional<String> fault() {
        StoredSeries series = partition.storedSeries();
        for (SumTable.Sums sums : partition.sums().all()) {
            var reader = sums.reader();
            boolean isOfTypes = sums.kind().scope() == Scope.TYPE;
            int owners = isOfTypes ? series.types().size() : series.count();
            for (int owner = 0; owner < owners && fault.isEmpty(); owner++) {
                int first = isOfTypes ? series.typeStart(owner) : owner;
                int end = isOfTypes ? series.typeEnd(owner) : owner + 1;
                check(owner, reader, rows.seriesStart(first), rows.seriesEnd(end - 1));
            }
        }
        return fault;
    }

    /// Of one owner, whose rows are `[from, to)`.
    private void check(int owner, SumTable.Reader sums, int from, int to) {
        if (sums.start(owner) < sums.end(owner)) {
            var taker = new Taker(sums, owner);
            again.addUp(from, to, sums.bucketMillis(), taker);
            taker.expectNoneBefore(Long.MAX_VALUE);
        }
    }

    /// Goes through the sums of an owner beside its rows.
    private final class Taker implements BucketSums.Taker<RuntimeException> {
        private final SumTable.Reader sums;
        private final int end;
        private int next;

        Taker(SumTable.Reader sums, int owner) {
            this.sums = sums;
            this.next = sums.start(owner);
            this.end = sums.end(owner);
        }

        @Override
        public boolean wants(long bucket, long rowCount) {
            expectNoneBefore(bucket);
            return fault.isEmpty() && next < end && sums.bucket(next) == bucket;
        }

        void expectNoneBefore(long bucket) {
            if (next < end && sums.bucket(next) < bucket) {
                report("has no rows (expected: some)");
            }
        }

        @Override
        public void take(BucketSums.Totals totals) {
            expect("rows at its first millisecond", sums.firstRows(next), totals.firstRows());
            expect("total of these", sums.firstTotal(next), totals.firstTotal());
            expect("other rows", sums.restRows(next), totals.restRows());
            expect("total of these", sums.restTotal(next), totals.restTotal());
            long from = sums.pairStart(next);
            long to = sums.pairEnd(next);
            expect("pairs", to - from, totals.pairs());
            if (fault.isEmpty()) {
                stored.forEach(from, to, to, this::expectPairs);
            }
            next++;
        }

        private void expectPairs(int[] node, long[] value, int from, int to) {
            for (int pair = from; pair < to; pair++) {
                expect("value of node " + node[pair], value[pair], again.valueOf(node[pair]));
                if (pair > from && node[pair - 1] >= node[pair]) {
                    report("node %d (expected: in order)".formatted(node[pair]));
                }
            }
        }

        private void expect(String what, long found, long expected) {
            if (found != expected) {
                report("%s %d (expected: %d)".formatted(what, found, expected));
            }
        }

        private void report(String why) {
            if (fault.isEmpty()) {
                fault =
                        Optional.of(
                                "sum at %d for %d ms: %s"
                                        .formatted(
                                                sums.startMillis(next), sums.bucketMillis(), why));
            }
        }
    }
}
