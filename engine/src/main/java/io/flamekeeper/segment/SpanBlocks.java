package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import java.io.IOException;
import java.util.Arrays;

/// Where the spans of a partition are: those of the pairs of all rows that have any, one after the other, in
/// blocks of 1,024; and for every chunk of [#CHUNK_BLOCKS] blocks the index from a span to its blocks.
/// Immutable; safe for use by many threads. [SegmentLayout] has the form on disk.
final class SpanBlocks {
    static final SpanBlocks NONE =
            read("no spans", new ByteSource("no spans", new byte[] {0}, 0, 1));

    /// Blocks that share an index; bounds what the writer keeps in memory.
    static final int CHUNK_BLOCKS = 64;

    /// An index entry is `hash << BLOCK_BITS | block in its chunk`.
    static final int BLOCK_BITS = 6;

    private final long spanCount;
    private final PackedLongs offset;
    private final PackedLongs bytes;
    private final PackedLongs chunkEntries;
    private final PackedLongs chunkOffset;
    private final PackedLongs chunkBytes;

    private SpanBlocks(
            long spanCount,
            PackedLongs offset,
            PackedLongs bytes,
            PackedLongs chunkEntries,
            PackedLongs chunkOffset,
            PackedLongs chunkBytes) {
        this.spanCount = spanCount;
        this.offset = offset;
        this.bytes = bytes;
        this.chunkEntries = chunkEntries;
        this.chunkOffset = chunkOffset;
        this.chunkBytes = chunkBytes;
    }

    static SpanBlocks read(String what, ByteSource source) {
        long spanCount = source.nextVarint();
        long blocks = Math.ceilDiv(spanCount, BitPacking.BLOCK);
        if (spanCount < 0 || blocks > Integer.MAX_VALUE) {
            throw source.corrupt("too many spans");
        }
        int chunks = (int) Math.ceilDiv(blocks, CHUNK_BLOCKS);
        return new SpanBlocks(
                spanCount,
                PackedLongs.read(what, source, (int) blocks),
                PackedLongs.read(what, source, (int) blocks),
                PackedLongs.read(what, source, chunks),
                PackedLongs.read(what, source, chunks),
                PackedLongs.read(what, source, chunks));
    }

    long spanCount() {
        return spanCount;
    }

    int blockCount() {
        return offset.count();
    }

    int countOf(int block) {
        return (int) Math.min(BitPacking.BLOCK, spanCount - (long) block * BitPacking.BLOCK);
    }

    PackedLongs offset() {
        return offset;
    }

    PackedLongs bytes() {
        return bytes;
    }

    PackedLongs chunkEntries() {
        return chunkEntries;
    }

    PackedLongs chunkOffset() {
        return chunkOffset;
    }

    PackedLongs chunkBytes() {
        return chunkBytes;
    }

    /// Upper half of the span times 2⁶⁴ divided by the golden ratio, unsigned.
    static long hash(long spanId) {
        return (spanId * 0x9E37_79B9_7F4A_7C15L) >>> Integer.SIZE;
    }

    /// Writes spans in blocks, and the indexes. For one thread.
    static final class Writer {
        private final SegmentOutput output;
        private final long base;
        private final PackedBlock.Encoder encoder;
        private final PackedLongs.Writer offsets;
        private final PackedLongs.Writer lengths;
        private final PackedLongs.Writer chunkEntries;
        private final PackedLongs.Writer chunkOffsets;
        private final PackedLongs.Writer chunkLengths;
        private final ByteSink block = new ByteSink(64);
        private long[] pending = new long[64];
        private int pendingCount;
        private long spanCount;

        /// Index entries of the chunk so far, each at least once.
        private long[] entry = new long[64];

        private int entryCount;
        private int chunkBlock;

        /// @param base where the partition starts in the file
        Writer(SegmentOutput output, long base, PackedBlock.Encoder encoder) {
            this.output = output;
            this.base = base;
            this.encoder = encoder;
            offsets = new PackedLongs.Writer(encoder);
            lengths = new PackedLongs.Writer(encoder);
            chunkEntries = new PackedLongs.Writer(encoder);
            chunkOffsets = new PackedLongs.Writer(encoder);
            chunkLengths = new PackedLongs.Writer(encoder);
        }

        /// @param spanId 0 = none
        void add(long spanId) throws IOException {
            if (pendingCount == pending.length) {
                pending = Arrays.copyOf(pending, 4 * pendingCount);
            }
            pending[pendingCount++] = spanId;
            spanCount++;
            if (pendingCount == BitPacking.BLOCK) {
                flush();
            }
        }

        private void flush() throws IOException {
            block.truncate(0);
            encoder.put(pending, pendingCount, block);
            offsets.add(output.position() - base);
            output.putChecked(block);
            lengths.add(block.size());
            long before = 0;
            for (int i = 0; i < pendingCount; i++) {
                if (pending[i] != 0 && pending[i] != before) {
                    if (entryCount == entry.length) {
                        entry = Arrays.copyOf(entry, 4 * entryCount);
                    }
                    entry[entryCount++] = hash(pending[i]) << BLOCK_BITS | chunkBlock;
                    before = pending[i];
                }
            }
            pendingCount = 0;
            if (++chunkBlock == CHUNK_BLOCKS) {
                flushChunk();
            }
        }

        private void flushChunk() throws IOException {
            Arrays.sort(entry, 0, entryCount);
            var column = new PackedLongs.Writer(encoder);
            for (int i = 0; i < entryCount; i++) {
                if (i == 0 || entry[i] != entry[i - 1]) {
                    column.add(entry[i]);
                }
            }
            block.truncate(0);
            column.finish(block);
            chunkEntries.add(column.count());
            chunkOffsets.add(output.position() - base);
            output.putChecked(block);
            chunkLengths.add(block.size());
            entryCount = 0;
            chunkBlock = 0;
        }

        /// Writes the last block and index.
        void finishBlocks() throws IOException {
            if (pendingCount > 0) {
                flush();
            }
            if (chunkBlock > 0) {
                flushChunk();
            }
        }

        long spanCount() {
            return spanCount;
        }

        /// Writes where they are, after [#finishBlocks].
        void finish(ByteSink sink) {
            sink.putVarint(spanCount);
            offsets.finish(sink);
            lengths.finish(sink);
            chunkEntries.finish(sink);
            chunkOffsets.finish(sink);
            chunkLengths.finish(sink);
        }
    }
}
