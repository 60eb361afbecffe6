package io.flamekeeper.column;

import java.util.Arrays;

/// A column of numbers that stays packed in memory, in blocks of [BitPacking#BLOCK], and is unpacked block by
/// block into a [Reader]. Immutable; safe for use by many threads.
///
/// On disk, with the number of values n known from elsewhere: only if there are several blocks, the bytes of
/// each, *u*; then the blocks, back to back, as [PackedBlock] writes them; the last one may be short.
public final class PackedLongs {
    private final String what;
    private final byte[] bytes;
    private final int count;

    /// Where block b starts in the bytes is `start[b]`; one more element than blocks.
    private final int[] start;

    private PackedLongs(String what, byte[] bytes, int count, int[] start) {
        this.what = what;
        this.bytes = bytes;
        this.count = count;
        this.start = start;
    }

    /// Takes the next column out of `source`, whose array it keeps.
    ///
    /// @param what names it in messages
    public static PackedLongs read(String what, ByteSource source, int count) {
        int blocks = Math.ceilDiv(count, BitPacking.BLOCK);
        int[] start = new int[blocks + 1];
        if (blocks > 1) {
            for (int block = 0; block < blocks; block++) {
                start[block + 1] = source.nextInt(source.remaining());
            }
            start[0] = source.position();
            for (int block = 0; block < blocks; block++) {
                start[block + 1] += source.skip(start[block + 1]);
            }
        } else if (blocks == 1) {
            start[0] = source.position();
            new PackedBlock.Decoder().read(source, count, new long[count]);
            start[1] = source.position();
        }
        return new PackedLongs(what, source.array(), count, start);
    }

    public int count() {
        return count;
    }

    public int blockCount() {
        return start.length - 1;
    }

    /// Values in a block.
    public int countOf(int block) {
        return Math.min(BitPacking.BLOCK, count - block * BitPacking.BLOCK);
    }

    /// Unpacks a block into the first elements of the array.
    public void read(int block, PackedBlock.Decoder decoder, long[] values) {
        decoder.read(
                new ByteSource(what, bytes, start[block], start[block + 1]),
                countOf(block),
                values);
    }

    public Reader reader(PackedBlock.Decoder decoder) {
        return new Reader(this, decoder);
    }

    /// Reads single values; keeps the block of the last one. For one thread.
    public static final class Reader {
        private final PackedLongs column;
        private final PackedBlock.Decoder decoder;
        private final long[] values;
        private int block = -1;

        private Reader(PackedLongs column, PackedBlock.Decoder decoder) {
            this.column = column;
            this.decoder = decoder;
            this.values = new long[Math.min(BitPacking.BLOCK, column.count)];
        }

        public long get(int index) {
            int wanted = index / BitPacking.BLOCK;
            if (wanted != block) {
                load(wanted);
            }
            return values[index % BitPacking.BLOCK];
        }

        private void load(int wanted) {
            block = -1;
            column.read(wanted, decoder, values);
            block = wanted;
        }

        /// The values of the block that holds `index`, from `index - index % 1024` on. The reader's.
        public long[] blockOf(int index) {
            get(index);
            return values;
        }
    }

    /// Collects a column, packed. For one thread.
    public static final class Writer {
        private final PackedBlock.Encoder encoder;
        private final ByteSink blocks = new ByteSink(64);
        private final ByteSink lengths = new ByteSink(16);
        private long[] pending = new long[16];
        private int pendingCount;
        private int count;

        public Writer(PackedBlock.Encoder encoder) {
            this.encoder = encoder;
        }

        public void add(long value) {
            if (pendingCount == pending.length) {
                pending = Arrays.copyOf(pending, 4 * pendingCount);
            }
            pending[pendingCount++] = value;
            count++;
            if (pendingCount == BitPacking.BLOCK) {
                flush();
            }
        }

        public int count() {
            return count;
        }

        private void flush() {
            int before = blocks.size();
            encoder.put(pending, pendingCount, blocks);
            lengths.putVarint(blocks.size() - before);
            pendingCount = 0;
        }

        /// Writes the column; nothing can be added any more.
        public void finish(ByteSink sink) {
            if (pendingCount > 0) {
                flush();
            }
            if (count > BitPacking.BLOCK) {
                sink.putBytes(lengths.array(), 0, lengths.size());
            }
            sink.putBytes(blocks.array(), 0, blocks.size());
        }
    }
}
