package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.Checksum;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import io.flamekeeper.column.Scatter;
import java.util.Arrays;

/// Reads a sequence of pairs, block by block, each checked before it is used. Keeps the block read last. For
/// one thread.
///
/// Every read can throw `CORRUPT_DATA`, naming file and block.
public final class PairReader {
    /// At most this much is read at once, of blocks that lie one behind the other.
    private static final int READ_BYTES_MAX = 1 << 16;

    private final SegmentFile file;
    private final long base;
    private final PairBlocks blocks;
    private final PackedBlock.Decoder decoder;
    private final PackedLongs.Reader offsets;
    private final PackedLongs.Reader lengths;
    private final int[] node;
    private final long[] value;
    private int decoded = -1;

    /// Bytes of the blocks `[bufferedFrom, bufferedTo)`.
    private byte[] buffer = new byte[0];

    private int bufferedFrom;
    private int bufferedTo;

    /// Takes a stretch of decoded pairs.
    public interface Visitor {
        /// The pairs `[from, to)` of the arrays, which are the reader's.
        void pairs(int[] node, long[] value, int from, int to);
    }

    /// @param base where the partition starts in the file
    PairReader(SegmentFile file, long base, PairBlocks blocks, PackedBlock.Decoder decoder) {
        this.file = file;
        this.base = base;
        this.blocks = blocks;
        this.decoder = decoder;
        offsets = blocks.offset().reader(decoder);
        lengths = blocks.bytes().reader(decoder);
        int size = (int) Math.min(BitPacking.BLOCK, blocks.pairCount());
        node = new int[size];
        value = new long[size];
    }

    /// Adds the pairs `[from, to)` into `self[node]`. Sums saturate.
    public void addTo(long from, long to, long[] self) {
        forEach(
                from,
                to,
                to,
                (nodes, values, start, end) ->
                        Scatter.addSaturated(nodes, values, start, end, self));
    }

    /// Shows the pairs `[from, to)`, in order.
    ///
    /// @param soon up to where pairs will be asked for soon, at least `to`; they may be read ahead
    public void forEach(long from, long to, long soon, Visitor visitor) {
        for (long at = from; at < to; ) {
            int block = (int) (at / BitPacking.BLOCK);
            long blockStart = (long) block * BitPacking.BLOCK;
            load(block, (int) Math.ceilDiv(soon, BitPacking.BLOCK));
            long end = Math.min(to, blockStart + BitPacking.BLOCK);
            visitor.pairs(node, value, (int) (at - blockStart), (int) (end - blockStart));
            at = end;
        }
    }

    private void load(int block, int endBlock) {
        if (block == decoded) {
            return;
        }
        decoded = -1;
        if (block < bufferedFrom || block >= bufferedTo) {
            fill(block, endBlock);
        }
        int start = (int) (offsets.get(block) - offsets.get(bufferedFrom));
        int length = (int) lengths.get(block);
        int end = start + length - Integer.BYTES;
        var source = new ByteSource(file.name() + ", " + blocks.what(), buffer, start, end);
        int crc = new ByteSource(file.name(), buffer, end, end + Integer.BYTES).nextInt();
        int found = Checksum.of(buffer, start, end - start);
        if (found != crc) {
            throw file.mismatch(
                    "block %d of %s".formatted(block, blocks.what()),
                    base + offsets.get(block),
                    length,
                    found,
                    crc);
        }
        int count = blocks.countOf(block);
        decoder.read(source, count, node);
        decoder.read(source, count, value);
        source.expectEnd();
        decoded = block;
    }

    private void fill(int block, int endBlock) {
        bufferedTo = bufferedFrom;
        long start = offsets.get(block);
        long end = start + length(block);
        int next = block + 1;
        while (next < endBlock
                && offsets.get(next) == end
                && end + length(next) - start <= READ_BYTES_MAX) {
            end += length(next);
            next++;
        }
        int bytes = (int) (end - start);
        if (buffer.length < bytes) {
            buffer =
                    Arrays.copyOf(
                            buffer,
                            Math.min(
                                    Math.max(bytes, 4 * buffer.length),
                                    Math.max(bytes, READ_BYTES_MAX)));
        }
        file.read(base + start, buffer, bytes);
        bufferedFrom = block;
        bufferedTo = next;
    }

    private int length(int block) {
        long length = lengths.get(block);
        if (length < Integer.BYTES || length > READ_BYTES_MAX) {
            throw file.corrupt(
                    "block %d of %s has %d bytes".formatted(block, blocks.what(), length));
        }
        return (int) length;
    }
}
