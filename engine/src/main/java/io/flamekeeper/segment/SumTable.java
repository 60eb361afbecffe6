package io.flamekeeper.segment;

import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedCounts;
import io.flamekeeper.column.PackedLongs;
import io.flamekeeper.segment.SumPlan.Kind;
import io.flamekeeper.segment.SumPlan.Scope;
import java.util.ArrayList;
import java.util.List;

/// The sums of a [Partition], without their pairs. Stays packed in memory. Immutable; safe for use by many
/// threads. [SegmentLayout] has the form on disk.
///
/// Sums saturate, and so does adding them to others: both come to the smaller of the true sum and
/// [Long#MAX_VALUE], whatever was added first.
public final class SumTable {
    static final SumTable NONE = new SumTable(List.of());

    private final List<Sums> kinds;

    private SumTable(List<Sums> kinds) {
        this.kinds = kinds;
    }

    /// @param typeCount   types of the partition, the owners of sums of whole types
    /// @param seriesCount series of the partition, the owners of sums of single series
    static SumTable read(String what, ByteSource source, int typeCount, int seriesCount) {
        var decoder = new PackedBlock.Decoder();
        List<Sums> kinds = new ArrayList<>();
        long firstPair = 0;
        for (int remaining = source.nextCount(); remaining > 0; remaining--) {
            Scope scope = source.nextInt(1) == Scope.TYPE.code() ? Scope.TYPE : Scope.SERIES;
            long bucketMillis = source.nextVarint();
            if (bucketMillis <= 0) {
                throw source.corrupt("buckets of " + bucketMillis + " ms");
            }
            var kind = new Kind(scope, bucketMillis);
            int owners = kind.scope() == Scope.TYPE ? typeCount : seriesCount;
            var sums = new Sums(kind, what, source, owners, firstPair, decoder);
            kinds.add(sums);
            firstPair += sums.pairs.total();
        }
        return new SumTable(List.copyOf(kinds));
    }

    /// Of all kinds, in file order.
    List<Sums> all() {
        return kinds;
    }

    /// How many there are, of all kinds.
    public long count() {
        return kinds.stream().mapToLong(sums -> sums.owners.total()).sum();
    }

    /// Sums of the scope, small buckets before large ones.
    public List<Sums> of(Scope scope) {
        return kinds.stream().filter(sums -> sums.kind.scope() == scope).toList();
    }

    /// Pairs of all sums.
    public long pairCount() {
        return kinds.stream().mapToLong(sums -> sums.pairs.total()).sum();
    }

    /// All sums of one kind, by owner (type or series), then time.
    public static final class Sums {
        private final Kind kind;
        private final PackedCounts owners;
        private final PackedLongs bucket;
        private final PackedLongs firstRows;
        private final PackedLongs firstTotal;
        private final PackedLongs restRows;
        private final PackedLongs restTotal;
        private final PackedCounts pairs;

        /// Pair of the sequence of all kinds at which those of this one begin.
        private final long firstPair;

        private Sums(
                Kind kind,
                String what,
                ByteSource source,
                int ownerCount,
                long firstPair,
                PackedBlock.Decoder decoder) {
            this.kind = kind;
            this.firstPair = firstPair;
            owners = PackedCounts.read(what, source, ownerCount, decoder);
            if (owners.total() > Integer.MAX_VALUE) {
                throw source.corrupt("too many sums");
            }
            int count = (int) owners.total();
            bucket = PackedLongs.read(what, source, count);
            firstRows = PackedLongs.read(what, source, count);
            firstTotal = PackedLongs.read(what, source, count);
            restRows = PackedLongs.read(what, source, count);
            restTotal = PackedLongs.read(what, source, count);
            pairs = PackedCounts.read(what, source, count, decoder);
        }

        Kind kind() {
            return kind;
        }

        public long bucketMillis() {
            return kind.bucketMillis();
        }

        public Reader reader() {
            return new Reader(this, new PackedBlock.Decoder());
        }
    }

    /// Finds sums; keeps the blocks it read last. For one thread. A sum is named by its place among those of
    /// its kind.
    public static final class Reader {
        private final Sums sums;
        private final PackedCounts.Reader owners;
        private final PackedLongs.Reader bucket;
        private final PackedLongs.Reader firstRows;
        private final PackedLongs.Reader firstTotal;
        private final PackedLongs.Reader restRows;
        private final PackedLongs.Reader restTotal;
        private final PackedCounts.Reader pairs;

        private Reader(Sums sums, PackedBlock.Decoder decoder) {
            this.sums = sums;
            owners = sums.owners.reader(decoder);
            bucket = sums.bucket.reader(decoder);
            firstRows = sums.firstRows.reader(decoder);
            firstTotal = sums.firstTotal.reader(decoder);
            restRows = sums.restRows.reader(decoder);
            restTotal = sums.restTotal.reader(decoder);
            pairs = sums.pairs.reader(decoder);
        }

        public long bucketMillis() {
            return sums.bucketMillis();
        }

        /// First sum of the owner.
        public int start(int owner) {
            return (int) owners.start(owner);
        }

        /// First sum behind those of the owner.
        public int end(int owner) {
            return (int) owners.end(owner);
        }

        /// First of the sums `[from, to)`, of one owner, whose bucket begins at or after `millis`.
        public int firstAt(int from, int to, long millis) {
            int low = from;
            int high = to;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (startMillis(middle) < millis) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        /// The bucket begins so many times [#bucketMillis] after the Unix epoch.
        long bucket(int sum) {
            return bucket.get(sum);
        }

        /// First millisecond of the bucket.
        public long startMillis(int sum) {
            return bucket.get(sum) * sums.bucketMillis();
        }

        /// Rows of the bucket's very first millisecond.
        public long firstRows(int sum) {
            return firstRows.get(sum);
        }

        /// Their total, saturated.
        public long firstTotal(int sum) {
            return firstTotal.get(sum);
        }

        /// Rows of the rest of the bucket.
        public long restRows(int sum) {
            return restRows.get(sum);
        }

        /// Their total, saturated.
        public long restTotal(int sum) {
            return restTotal.get(sum);
        }

        /// First pair of the sum in the sequence of [Partition#sumPairs].
        public long pairStart(int sum) {
            return sums.firstPair + pairs.start(sum);
        }

        /// First pair behind those of the sum.
        public long pairEnd(int sum) {
            return sums.firstPair + pairs.end(sum);
        }
    }
}
