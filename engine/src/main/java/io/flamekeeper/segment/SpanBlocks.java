package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where the spans of a partition are: those of the pairs of all rows that have any, one after the other, in
/// blocks of 1,024; and the index from a span to its blocks. Immutable; safe for use by many threads.
/// [SegmentLayout] has the form on disk.
///
/// @param spanCount spans in all blocks
/// @param offset    where each block starts in the partition
/// @param bytes     size of each block with its checksum
/// @param index     empty if the segment is of version 1, whose blocks have another form and whose index nobody asks
/// @param pieceOffset where each piece of the index, of whatever version, starts in the partition
/// @param pieceBytes  size of each piece with its checksum
record SpanBlocks(
        long spanCount,
        PackedLongs offset,
        PackedLongs bytes,
        Optional<BlockIndex> index,
        PackedLongs pieceOffset,
        PackedLongs pieceBytes) {
    static final SpanBlocks NONE =
            read("no spans", 1, new ByteSource("no spans", new byte[] {0}, 0, 1));

    /// Span blocks of a span index in version 1.
    private static final int BLOCKS_OF_INDEX_1 = 64;

    /// @param version of the segment
    static SpanBlocks read(String what, int version, ByteSource source) {
        long spanCount = source.nextVarint();
        long blocks = Math.ceilDiv(spanCount, BitPacking.BLOCK);
        if (spanCount < 0 || blocks > Integer.MAX_VALUE) {
            throw source.corrupt("too many spans");
        }
        PackedLongs offset = PackedLongs.read(what, source, (int) blocks);
        PackedLongs bytes = PackedLongs.read(what, source, (int) blocks);
        if (version > 1) {
            BlockIndex index = BlockIndex.read(what, source, (int) blocks);
            return new SpanBlocks(
                    spanCount, offset, bytes, Optional.of(index), index.offset(), index.bytes());
        }
        int pieces = (int) Math.ceilDiv(blocks, BLOCKS_OF_INDEX_1);
        PackedLongs.read(what, source, pieces);
        return new SpanBlocks(
                spanCount,
                offset,
                bytes,
                Optional.empty(),
                PackedLongs.read(what, source, pieces),
                PackedLongs.read(what, source, pieces));
    }

    int blockCount() {
        return offset.count();
    }

    int countOf(int block) {
        return (int) Math.min(BitPacking.BLOCK, spanCount - (long) block * BitPacking.BLOCK);
    }

    /// Writes spans in blocks, their traces beside them, and the indexes. For one thread.
    static final class Writer {
        private final SegmentOutput output;
        private final long base;
        private final PackedBlock.Encoder encoder;
        private final PackedLongs.Writer offsets;
        private final PackedLongs.Writer lengths;
        private final BlockIndex.Writer index;
        private final TraceBlocks.Writer traces;
        private final ByteSink bytes = new ByteSink(64);
        private @Nullable SpanBlock block;
        private long[] pending = new long[64];
        private int pendingCount;
        private long spanCount;

        /// @param base where the partition starts in the file
        Writer(SegmentOutput output, long base, PackedBlock.Encoder encoder) {
            this.output = output;
            this.base = base;
            this.encoder = encoder;
            offsets = new PackedLongs.Writer(encoder);
            lengths = new PackedLongs.Writer(encoder);
            index = new BlockIndex.Writer(output, base, encoder);
            traces = new TraceBlocks.Writer(output, base, encoder);
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

        /// @param traceHigh with `traceLow` 0 = none
        void add(long spanId, long traceHigh, long traceLow) throws IOException {
            traces.set(pendingCount, traceHigh, traceLow);
            add(spanId);
        }

        private void flush() throws IOException {
            if (block == null) {
                block = new SpanBlock(pendingCount);
            }
            block.set(pending, pendingCount);
            bytes.truncate(0);
            block.write(encoder, bytes);
            offsets.add(output.position() - base);
            output.putChecked(bytes);
            lengths.add(bytes.size());
            for (int place = 0; place < block.differentCount(); place++) {
                if (block.different(place) != 0) {
                    index.add(block.different(place));
                }
            }
            index.endBlock();
            traces.endBlock(block);
            pendingCount = 0;
        }

        /// Writes the last block and index.
        void finishBlocks() throws IOException {
            if (pendingCount > 0) {
                flush();
            }
            index.finishBlocks();
            traces.finishBlocks();
        }

        long spanCount() {
            return spanCount;
        }

        /// The traces of the spans written.
        TraceBlocks.Writer traces() {
            return traces;
        }

        /// Writes where they are, after [#finishBlocks].
        void finish(ByteSink sink) {
            sink.putVarint(spanCount);
            offsets.finish(sink);
            lengths.finish(sink);
            index.finish(sink);
        }
    }
}
