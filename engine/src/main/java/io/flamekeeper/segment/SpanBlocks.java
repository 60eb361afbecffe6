package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import java.io.IOException;
import java.util.Arrays;

/// Where the spans of a partition are: those of the pairs of all rows that have any, one after the other, in
/// blocks of 1,024; and the index from a span to its blocks. Immutable; safe for use by many threads.
/// [SegmentLayout] has the form on disk.
///
/// @param spanCount spans in all blocks
/// @param offset    where each block starts in the partition
/// @param bytes     size of each block with its checksum
record SpanBlocks(long spanCount, PackedLongs offset, PackedLongs bytes, BlockIndex index) {
    static final SpanBlocks NONE =
            read("no spans", new ByteSource("no spans", new byte[] {0}, 0, 1));

    static SpanBlocks read(String what, ByteSource source) {
        long spanCount = source.nextVarint();
        long blocks = Math.ceilDiv(spanCount, BitPacking.BLOCK);
        if (spanCount < 0 || blocks > Integer.MAX_VALUE) {
            throw source.corrupt("too many spans");
        }
        return new SpanBlocks(
                spanCount,
                PackedLongs.read(what, source, (int) blocks),
                PackedLongs.read(what, source, (int) blocks),
                BlockIndex.read(what, source, (int) blocks));
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
        private final ByteSink block = new ByteSink(64);
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
            block.truncate(0);
            encoder.put(pending, pendingCount, block);
            offsets.add(output.position() - base);
            output.putChecked(block);
            lengths.add(block.size());
            long before = 0;
            for (int i = 0; i < pendingCount; i++) {
                if (pending[i] != 0 && pending[i] != before) {
                    index.add(pending[i]);
                    before = pending[i];
                }
            }
            index.endBlock();
            traces.endBlock(pending, pendingCount);
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
