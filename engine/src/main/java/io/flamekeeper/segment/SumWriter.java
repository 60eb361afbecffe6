package io.flamekeeper.segment;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import io.flamekeeper.segment.SumPlan.Kind;
import io.flamekeeper.segment.SumPlan.Scope;
import java.io.IOException;

/// Writes the sums of one partition, from the pairs that are already in the file. For one thread.
final class SumWriter {
    private final RowTable.Reader rows;
    private final BucketSums sums;
    private final PackedBlock.Encoder encoder;
    private final PairBlocks.Writer output;

    /// @param nodeCount of the partition
    /// @param output    takes the pairs of the sums
    SumWriter(
            RowTable.Reader rows,
            PairReader pairs,
            int nodeCount,
            PackedBlock.Encoder encoder,
            PairBlocks.Writer output) {
        this.rows = rows;
        this.sums = new BucketSums(rows, pairs, nodeCount);
        this.encoder = encoder;
        this.output = output;
    }

    /// Sums of one kind, packed.
    private final class Columns implements BucketSums.Taker<IOException> {
        final PackedLongs.Writer owners = new PackedLongs.Writer(encoder);
        final PackedLongs.Writer bucket = new PackedLongs.Writer(encoder);
        final PackedLongs.Writer firstRows = new PackedLongs.Writer(encoder);
        final PackedLongs.Writer firstTotal = new PackedLongs.Writer(encoder);
        final PackedLongs.Writer restRows = new PackedLongs.Writer(encoder);
        final PackedLongs.Writer restTotal = new PackedLongs.Writer(encoder);
        final PackedLongs.Writer pairCount = new PackedLongs.Writer(encoder);

        @Override
        public boolean wants(long bucket, long rowCount) {
            return rowCount >= SumPlan.ROWS_MIN;
        }

        @Override
        public void take(BucketSums.Totals totals) throws IOException {
            if (SumPlan.GAIN_MIN * totals.pairs() > totals.rowPairs()) {
                return;
            }
            bucket.add(totals.bucket());
            firstRows.add(totals.firstRows());
            firstTotal.add(totals.firstTotal());
            restRows.add(totals.restRows());
            restTotal.add(totals.restTotal());
            pairCount.add(totals.pairs());
            sums.forEach(output::add);
        }

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
                    sums.addUp(from, to, kind.bucketMillis(), columns);
                }
                columns.owners.add(columns.bucket.count() - before);
            }
            columns.finish(sink);
        }
    }
}
