package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import io.flamekeeper.dictionary.TracePlaces;
import io.flamekeeper.model.TraceId;
import java.io.IOException;
import java.util.Arrays;

/// Where the traces of a partition's spans are: one block beside each span block that has any, and the index from
/// a trace to these blocks. Immutable; safe for use by many threads. [SegmentLayout] has the form on disk.
///
/// @param offset where each block starts in the partition
/// @param bytes  size of each block with its checksum, 0 = none of its spans has a trace
record TraceBlocks(PackedLongs offset, PackedLongs bytes, BlockIndex index) {
    /// @param blocks as many as there are span blocks
    static TraceBlocks read(String what, ByteSource source, int blocks) {
        return new TraceBlocks(
                PackedLongs.read(what, source, blocks),
                PackedLongs.read(what, source, blocks),
                BlockIndex.read(what, source, blocks));
    }

    /// What stands for the trace in the index.
    static long key(TraceId trace) {
        return trace.high() ^ trace.low();
    }

    /// Writes the traces of one span block after the other. For one thread.
    static final class Writer {
        private final SegmentOutput output;
        private final long base;
        private final PackedBlock.Encoder encoder;
        private final PackedLongs.Writer offsets;
        private final PackedLongs.Writer lengths;
        private final BlockIndex.Writer index;

        /// Of the block so far, two for each span; nothing before the first trace.
        private long[] pending = new long[0];

        private boolean isPending;
        private boolean isEmpty = true;

        Writer(SegmentOutput output, long base, PackedBlock.Encoder encoder) {
            this.output = output;
            this.base = base;
            this.encoder = encoder;
            offsets = new PackedLongs.Writer(encoder);
            lengths = new PackedLongs.Writer(encoder);
            index = new BlockIndex.Writer(output, base, encoder);
        }

        /// Names the trace of a span of the current block.
        void set(int span, long high, long low) {
            if ((high | low) != 0) {
                if (pending.length == 0) {
                    pending = new long[2 * BitPacking.BLOCK];
                }
                pending[2 * span] = high;
                pending[2 * span + 1] = low;
                isPending = true;
            }
        }

        /// @param spans those of the block
        void endBlock(SpanBlock spans) throws IOException {
            offsets.add(isPending ? output.position() - base : 0);
            long start = output.position();
            if (isPending) {
                var bytes = new ByteSink(1 << 10);
                TracePlaces traces = TraceBlock.write(spans, pending, encoder, bytes);
                output.putChecked(bytes);
                traces.traces().forEach(trace -> index.add(key(trace)));
                Arrays.fill(pending, 0);
                isPending = false;
                isEmpty = false;
            }
            lengths.add(output.position() - start);
            index.endBlock();
        }

        void finishBlocks() throws IOException {
            index.finishBlocks();
        }

        /// Whether there was no trace at all.
        boolean isEmpty() {
            return isEmpty;
        }

        /// Writes where they are, after [#finishBlocks].
        void finish(ByteSink sink) {
            offsets.finish(sink);
            lengths.finish(sink);
            index.finish(sink);
        }
    }
}
