package io.flamekeeper.column;

/// How many things each of many owners has, where the things lie one owner after the other: tells the first
/// thing of an owner and the owner's number of things. Immutable; safe for use by many threads.
///
/// On disk a [PackedLongs]; sums of whole blocks are made when it is read.
public final class PackedCounts {
    private final PackedLongs counts;

    /// Things of all owners before block b; one more element than blocks.
    private final long[] before;

    private PackedCounts(PackedLongs counts, long[] before) {
        this.counts = counts;
        this.before = before;
    }

    public static PackedCounts read(
            String what, ByteSource source, int count, PackedBlock.Decoder decoder) {
        PackedLongs counts = PackedLongs.read(what, source, count);
        long[] before = new long[counts.blockCount() + 1];
        long[] values = new long[Math.min(BitPacking.BLOCK, count)];
        for (int block = 0; block < counts.blockCount(); block++) {
            counts.read(block, decoder, values);
            long sum = before[block];
            for (int i = 0; i < counts.countOf(block); i++) {
                sum += values[i];
                if (values[i] < 0 || sum < 0) {
                    throw source.corrupt("a count that cannot be");
                }
            }
            before[block + 1] = sum;
        }
        return new PackedCounts(counts, before);
    }

    /// Owners.
    public int count() {
        return counts.count();
    }

    /// Things of all owners.
    public long total() {
        return before[before.length - 1];
    }

    /// The owner of a thing, which must exist.
    ///
    /// @param reader of this
    public int ownerOf(long thing, Reader reader) {
        int low = 0;
        int high = counts.blockCount() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (before[middle] <= thing) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        int from = low * BitPacking.BLOCK;
        int to = from + counts.countOf(low) - 1;
        while (from < to) {
            int middle = (from + to + 1) >>> 1;
            if (reader.start(middle) <= thing) {
                from = middle;
            } else {
                to = middle - 1;
            }
        }
        return from;
    }

    public Reader reader(PackedBlock.Decoder decoder) {
        return new Reader(this, decoder);
    }

    /// Reads single counts; keeps the block of the last one. For one thread.
    public static final class Reader {
        private final PackedCounts column;
        private final PackedBlock.Decoder decoder;
        private final long[] values;

        /// First thing of each owner in the block; one more element than owners.
        private final long[] starts;

        private int block = -1;

        private Reader(PackedCounts column, PackedBlock.Decoder decoder) {
            this.column = column;
            this.decoder = decoder;
            this.values = new long[Math.min(BitPacking.BLOCK, column.count())];
            this.starts = new long[values.length + 1];
        }

        /// First thing of the owner.
        public long start(int owner) {
            load(owner / BitPacking.BLOCK);
            return starts[owner % BitPacking.BLOCK];
        }

        /// First thing behind those of the owner.
        public long end(int owner) {
            load(owner / BitPacking.BLOCK);
            return starts[owner % BitPacking.BLOCK + 1];
        }

        private void load(int wanted) {
            if (wanted == block) {
                return;
            }
            block = -1;
            column.counts.read(wanted, decoder, values);
            starts[0] = column.before[wanted];
            for (int i = 0; i < column.counts.countOf(wanted); i++) {
                starts[i + 1] = starts[i] + values[i];
            }
            block = wanted;
        }
    }
}
