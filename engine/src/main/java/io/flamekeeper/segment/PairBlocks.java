package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import java.io.IOException;

/// Where the blocks of a sequence of pairs are. Pair p is in block p div 1,024. Immutable; safe for use by many
/// threads. [SegmentLayout] has the form on disk.
final class PairBlocks {
    private final String what;
    private final long pairCount;
    private final PackedLongs offset;
    private final PackedLongs bytes;
    private final PackedLongs nodeMin;
    private final PackedLongs nodeMax;

    private PairBlocks(
            String what,
            long pairCount,
            PackedLongs offset,
            PackedLongs bytes,
            PackedLongs nodeMin,
            PackedLongs nodeMax) {
        this.what = what;
        this.pairCount = pairCount;
        this.offset = offset;
        this.bytes = bytes;
        this.nodeMin = nodeMin;
        this.nodeMax = nodeMax;
    }

    /// @param what names the pairs in messages
    static PairBlocks read(String what, ByteSource source) {
        long pairCount = source.nextVarint();
        long blocks = Math.ceilDiv(pairCount, BitPacking.BLOCK);
        if (pairCount < 0 || blocks > Integer.MAX_VALUE) {
            throw source.corrupt("too many pairs");
        }
        return new PairBlocks(
                what,
                pairCount,
                PackedLongs.read(what, source, (int) blocks),
                PackedLongs.read(what, source, (int) blocks),
                PackedLongs.read(what, source, (int) blocks),
                PackedLongs.read(what, source, (int) blocks));
    }

    static PairBlocks none() {
        return read("no pairs", new ByteSource("no pairs", new byte[] {0}, 0, 1));
    }

    String what() {
        return what;
    }

    long pairCount() {
        return pairCount;
    }

    PackedLongs offset() {
        return offset;
    }

    PackedLongs bytes() {
        return bytes;
    }

    /// Lowest node of each block.
    PackedLongs nodeMin() {
        return nodeMin;
    }

    /// Highest node of each block.
    PackedLongs nodeMax() {
        return nodeMax;
    }

    int blockCount() {
        return offset.count();
    }

    /// Pairs in a block.
    int countOf(int block) {
        return (int) Math.min(BitPacking.BLOCK, pairCount - (long) block * BitPacking.BLOCK);
    }

    /// Writes pairs in blocks; keeps the index packed. For one thread.
    static final class Writer {
        private final SegmentOutput output;
        private final long base;
        private final PackedBlock.Encoder encoder;
        private final PackedLongs.Writer offsets;
        private final PackedLongs.Writer lengths;
        private final PackedLongs.Writer nodesMin;
        private final PackedLongs.Writer nodesMax;
        private final ByteSink block = new ByteSink(1 << 11);
        private final long[] node = new long[BitPacking.BLOCK];
        private final long[] value = new long[BitPacking.BLOCK];
        private int pending;
        private long pairCount;

        /// @param base where the partition starts in the file
        Writer(SegmentOutput output, long base, PackedBlock.Encoder encoder) {
            this.output = output;
            this.base = base;
            this.encoder = encoder;
            offsets = new PackedLongs.Writer(encoder);
            lengths = new PackedLongs.Writer(encoder);
            nodesMin = new PackedLongs.Writer(encoder);
            nodesMax = new PackedLongs.Writer(encoder);
        }

        void add(int oneNode, long oneValue) throws IOException {
            node[pending] = oneNode;
            value[pending] = oneValue;
            pairCount++;
            if (++pending == BitPacking.BLOCK) {
                flush();
            }
        }

        long pairCount() {
            return pairCount;
        }

        private void flush() throws IOException {
            block.truncate(0);
            encoder.putIntDifferences(node, pending, block);
            encoder.putFrame(value, pending, block);
            offsets.add(output.position() - base);
            output.putChecked(block);
            lengths.add(block.size());
            long min = Long.MAX_VALUE;
            long max = 0;
            for (int i = 0; i < pending; i++) {
                min = Math.min(min, node[i]);
                max = Math.max(max, node[i]);
            }
            nodesMin.add(min);
            nodesMax.add(max);
            pending = 0;
        }

        /// Writes the last block.
        void finishBlocks() throws IOException {
            if (pending > 0) {
                flush();
            }
        }

        /// Writes the index, after [#finishBlocks].
        void finish(ByteSink sink) {
            sink.putVarint(pairCount);
            offsets.finish(sink);
            lengths.finish(sink);
            nodesMin.finish(sink);
            nodesMax.finish(sink);
        }
    }
}
