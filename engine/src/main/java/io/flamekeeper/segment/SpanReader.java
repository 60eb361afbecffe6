package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.Checksum;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import java.util.BitSet;

/// Reads the spans of a partition, each block checked before it is used. Keeps the block read last. For one
/// thread.
///
/// Every read can throw `CORRUPT_DATA`, naming file and block.
public final class SpanReader {
    private final SegmentFile file;
    private final long base;
    private final SpanBlocks blocks;
    private final PackedBlock.Decoder decoder;
    private final PackedLongs.Reader offsets;
    private final PackedLongs.Reader lengths;
    private final PackedLongs.Reader chunkEntries;
    private final PackedLongs.Reader chunkOffsets;
    private final PackedLongs.Reader chunkLengths;
    private final long[] spanId;
    private int decoded = -1;

    SpanReader(SegmentFile file, long base, SpanBlocks blocks, PackedBlock.Decoder decoder) {
        this.file = file;
        this.base = base;
        this.blocks = blocks;
        this.decoder = decoder;
        offsets = blocks.offset().reader(decoder);
        lengths = blocks.bytes().reader(decoder);
        chunkEntries = blocks.chunkEntries().reader(decoder);
        chunkOffsets = blocks.chunkOffset().reader(decoder);
        chunkLengths = blocks.chunkBytes().reader(decoder);
        spanId = new long[(int) Math.min(BitPacking.BLOCK, blocks.spanCount())];
    }

    /// Copies the spans `[from, from + count)` into the beginning of the array.
    ///
    /// @param from counts the pairs of the rows that have spans
    public void read(long from, int count, long[] into) {
        int copied = 0;
        while (copied < count) {
            int block = (int) ((from + copied) / BitPacking.BLOCK);
            int start = (int) ((from + copied) % BitPacking.BLOCK);
            load(block);
            int part = Math.min(count - copied, blocks.countOf(block) - start);
            System.arraycopy(spanId, start, into, copied, part);
            copied += part;
        }
    }

    private void load(int block) {
        if (block != decoded) {
            decoded = -1;
            ByteSource source =
                    open("block " + block + " of spans", offsets.get(block), lengths.get(block));
            decoder.read(source, blocks.countOf(block), spanId);
            source.expectEnd();
            decoded = block;
        }
    }

    private ByteSource open(String what, long offset, long length) {
        if (length < Integer.BYTES || length > Integer.MAX_VALUE - 16) {
            throw file.corrupt("%s has %d bytes".formatted(what, length));
        }
        byte[] bytes = new byte[(int) length];
        file.read(base + offset, bytes, bytes.length);
        int end = bytes.length - Integer.BYTES;
        int found = Checksum.of(bytes, 0, end);
        int crc = new ByteSource(what, bytes, end, bytes.length).nextInt();
        if (found != crc) {
            throw file.mismatch(what, base + offset, bytes.length, found, crc);
        }
        return new ByteSource(file.name() + ", " + what, bytes, 0, end);
    }

    /// Blocks that may hold any of the spans; those it leaves out hold none. Bit b stands for the spans
    /// `[1024 · b, 1024 · (b + 1))`.
    public BitSet blocksOf(long[] spanIds) {
        var found = new BitSet();
        for (int chunk = 0; chunk < blocks.chunkEntries().count(); chunk++) {
            PackedLongs index = index(chunk);
            PackedLongs.Reader reader = index.reader(decoder);
            for (long one : spanIds) {
                long hash = SpanBlocks.hash(one);
                int at = firstAt(reader, index.count(), hash << SpanBlocks.BLOCK_BITS);
                for (; at < index.count(); at++) {
                    long entry = reader.get(at);
                    if (entry >>> SpanBlocks.BLOCK_BITS != hash) {
                        break;
                    }
                    int block = (int) entry & SpanBlocks.CHUNK_BLOCKS - 1;
                    found.set(chunk * SpanBlocks.CHUNK_BLOCKS + block);
                }
            }
        }
        return found;
    }

    /// The span index of a chunk.
    PackedLongs index(int chunk) {
        String what = "span index " + chunk;
        ByteSource source = open(what, chunkOffsets.get(chunk), chunkLengths.get(chunk));
        long count = chunkEntries.get(chunk);
        if (count < 0 || count > (long) BitPacking.BLOCK * SpanBlocks.CHUNK_BLOCKS) {
            throw source.corrupt("has " + count + " entries");
        }
        PackedLongs index = PackedLongs.read(what, source, (int) count);
        source.expectEnd();
        return index;
    }

    /// First entry that is at least `wanted`.
    private static int firstAt(PackedLongs.Reader reader, int count, long wanted) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (reader.get(middle) < wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
