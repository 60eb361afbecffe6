package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import io.flamekeeper.model.TraceId;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/// Reads the spans of a partition and their traces, each block checked before it is used. Keeps the blocks read
/// last. For one thread.
///
/// Every read can throw `CORRUPT_DATA`, naming file and block.
public final class SpanReader {
    private final SegmentFile file;
    private final long base;
    private final SpanBlocks blocks;
    private final PackedBlock.Decoder decoder;
    private final PackedLongs.Reader offsets;
    private final PackedLongs.Reader lengths;
    private final long[] spanId;
    private final Optional<Traces> traces;
    private int decoded = -1;

    SpanReader(
            SegmentFile file,
            long base,
            SpanBlocks blocks,
            Optional<TraceBlocks> traces,
            PackedBlock.Decoder decoder) {
        this.file = file;
        this.base = base;
        this.blocks = blocks;
        this.decoder = decoder;
        offsets = blocks.offset().reader(decoder);
        lengths = blocks.bytes().reader(decoder);
        spanId = new long[(int) Math.min(BitPacking.BLOCK, blocks.spanCount())];
        this.traces = traces.map(Traces::new);
    }

    /// The traces of the spans.
    private final class Traces {
        private final BlockIndex index;
        private final PackedLongs.Reader offsets;
        private final PackedLongs.Reader lengths;
        private final long[] traceId = new long[2 * spanId.length];
        private int decoded = -1;

        Traces(TraceBlocks blocks) {
            index = blocks.index();
            offsets = blocks.offset().reader(decoder);
            lengths = blocks.bytes().reader(decoder);
        }

        private void load(int block) {
            if (block == decoded) {
                return;
            }
            decoded = -1;
            SpanReader.this.load(block);
            if (lengths.get(block) == 0) {
                Arrays.fill(traceId, 0);
            } else {
                ByteSource source =
                        file.readChecked(
                                "block " + block + " of traces",
                                base + offsets.get(block),
                                lengths.get(block));
                TraceBlock.read(source, decoder, spanId, blocks.countOf(block), traceId);
                source.expectEnd();
            }
            decoded = block;
        }
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
                    file.readChecked(
                            "block " + block + " of spans",
                            base + offsets.get(block),
                            lengths.get(block));
            decoder.read(source, blocks.countOf(block), spanId);
            source.expectEnd();
            decoded = block;
        }
    }

    /// Copies the traces of the same spans, two elements for each.
    ///
    /// @return false, and nothing is copied, if none of them has one
    public boolean readTraces(long from, int count, long[] into) {
        return traces.isPresent() && readTraces(traces.get(), from, count, into);
    }

    private boolean readTraces(Traces traces, long from, int count, long[] into) {
        long any = 0;
        int copied = 0;
        while (copied < count) {
            int block = (int) ((from + copied) / BitPacking.BLOCK);
            int start = (int) ((from + copied) % BitPacking.BLOCK);
            traces.load(block);
            int part = Math.min(count - copied, blocks.countOf(block) - start);
            System.arraycopy(traces.traceId, 2 * start, into, 2 * copied, 2 * part);
            copied += part;
        }
        for (int half = 0; half < 2 * count; half++) {
            any |= into[half];
        }
        return any != 0;
    }

    /// Blocks that may hold any of the spans; those it leaves out hold none. Bit b stands for the spans
    /// `[1024 · b, 1024 · (b + 1))`.
    public BitSet blocksOf(long... spanIds) {
        return blocks.index().find("span index", file, base, decoder, spanIds);
    }

    /// Likewise, blocks that may hold a span of any of the traces.
    public BitSet blocksOf(TraceId... traceIds) {
        long[] keys = Arrays.stream(traceIds).mapToLong(TraceBlocks::key).toArray();
        return traces.map(all -> all.index.find("trace index", file, base, decoder, keys))
                .orElseGet(BitSet::new);
    }
}
