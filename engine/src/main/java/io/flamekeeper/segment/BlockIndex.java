package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;

/// Leads from a key to the span blocks that may hold it. One index for every chunk of [#CHUNK_BLOCKS] blocks: the
/// hash of each key and the block in its chunk, sorted. Immutable; safe for use by many threads.
/// [SegmentLayout] has the form on disk.
final class BlockIndex {
    /// Blocks that share an index; bounds what the writer keeps in memory.
    static final int CHUNK_BLOCKS = 64;

    /// An entry is `hash << BLOCK_BITS | block in its chunk`.
    private static final int BLOCK_BITS = 6;

    private final PackedLongs entries;
    private final PackedLongs offset;
    private final PackedLongs bytes;

    private BlockIndex(PackedLongs entries, PackedLongs offset, PackedLongs bytes) {
        this.entries = entries;
        this.offset = offset;
        this.bytes = bytes;
    }

    static BlockIndex read(String what, ByteSource source, int blocks) {
        int chunks = Math.ceilDiv(blocks, CHUNK_BLOCKS);
        return new BlockIndex(
                PackedLongs.read(what, source, chunks),
                PackedLongs.read(what, source, chunks),
                PackedLongs.read(what, source, chunks));
    }

    /// Upper half of the key times 2⁶⁴ divided by the golden ratio, unsigned.
    private static long hash(long key) {
        return (key * 0x9E37_79B9_7F4A_7C15L) >>> Integer.SIZE;
    }

    /// Blocks that may hold any of the keys; those it leaves out hold none.
    ///
    /// @param what names the index in messages
    /// @param base where the partition starts in the file
    BitSet find(
            String what, SegmentFile file, long base, PackedBlock.Decoder decoder, long... keys) {
        var found = new BitSet();
        PackedLongs.Reader counts = entries.reader(decoder);
        PackedLongs.Reader offsets = offset.reader(decoder);
        PackedLongs.Reader lengths = bytes.reader(decoder);
        for (int chunk = 0; chunk < entries.count(); chunk++) {
            long count = counts.get(chunk);
            if (count == 0) {
                continue;
            }
            ByteSource source =
                    file.readChecked(
                            what + " " + chunk, base + offsets.get(chunk), lengths.get(chunk));
            if (count < 0 || count > (long) BitPacking.BLOCK * CHUNK_BLOCKS) {
                throw source.corrupt("has " + count + " entries");
            }
            PackedLongs index = PackedLongs.read(what, source, (int) count);
            source.expectEnd();
            PackedLongs.Reader reader = index.reader(decoder);
            for (long key : keys) {
                addBlocks(reader, (int) count, hash(key), chunk * CHUNK_BLOCKS, found);
            }
        }
        return found;
    }

    private static void addBlocks(
            PackedLongs.Reader index, int count, long hash, int firstBlock, BitSet found) {
        for (int at = firstAt(index, count, hash << BLOCK_BITS); at < count; at++) {
            long entry = index.get(at);
            if (entry >>> BLOCK_BITS != hash) {
                return;
            }
            found.set(firstBlock + ((int) entry & CHUNK_BLOCKS - 1));
        }
    }

    /// First entry that is at least `wanted`.
    private static int firstAt(PackedLongs.Reader index, int count, long wanted) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (index.get(middle) < wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// Writes the index of one chunk after the other. For one thread.
    static final class Writer {
        private final SegmentOutput output;
        private final long base;
        private final PackedBlock.Encoder encoder;
        private final PackedLongs.Writer entries;
        private final PackedLongs.Writer offsets;
        private final PackedLongs.Writer lengths;

        /// Entries of the chunk so far, each at least once.
        private long[] entry = new long[64];

        private int entryCount;
        private int block;

        /// @param base where the partition starts in the file
        Writer(SegmentOutput output, long base, PackedBlock.Encoder encoder) {
            this.output = output;
            this.base = base;
            this.encoder = encoder;
            entries = new PackedLongs.Writer(encoder);
            offsets = new PackedLongs.Writer(encoder);
            lengths = new PackedLongs.Writer(encoder);
        }

        /// Says that the current block holds the key; may be said again.
        void add(long key) {
            if (entryCount == entry.length) {
                entry = Arrays.copyOf(entry, 4 * entryCount);
            }
            entry[entryCount++] = hash(key) << BLOCK_BITS | block;
        }

        void endBlock() throws IOException {
            if (++block == CHUNK_BLOCKS) {
                flush();
            }
        }

        private void flush() throws IOException {
            Arrays.sort(entry, 0, entryCount);
            var column = new PackedLongs.Writer(encoder);
            for (int i = 0; i < entryCount; i++) {
                if (i == 0 || entry[i] != entry[i - 1]) {
                    column.add(entry[i]);
                }
            }
            entries.add(column.count());
            offsets.add(output.position() - base);
            long start = output.position();
            if (column.count() > 0) {
                var bytes = new ByteSink(64);
                column.finish(bytes);
                output.putChecked(bytes);
            }
            lengths.add(output.position() - start);
            entryCount = 0;
            block = 0;
        }

        /// Writes the last index.
        void finishBlocks() throws IOException {
            if (block > 0) {
                flush();
            }
        }

        /// Writes where they are, after [#finishBlocks].
        void finish(ByteSink sink) {
            entries.finish(sink);
            offsets.finish(sink);
            lengths.finish(sink);
        }
    }
}
