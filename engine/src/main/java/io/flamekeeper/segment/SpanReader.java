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
    private final SpanBlock block;
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
        block = new SpanBlock((int) Math.min(BitPacking.BLOCK, blocks.spanCount()));
        this.traces = traces.map(Traces::new);
    }

    /// The traces of the spans.
    private final class Traces {
        private final BlockIndex index;
        private final PackedLongs.Reader offsets;
        private final PackedLongs.Reader lengths;
        private final long[] traceId =
                new long[2 * (int) Math.min(BitPacking.BLOCK, blocks.spanCount())];
        private int decoded = -1;

        Traces(TraceBlocks blocks) {
            index = blocks.index();
            offsets = blocks.offset().reader(decoder);
            lengths = blocks.bytes().reader(decoder);
        }

        private void load(int wanted) {
            if (wanted == decoded) {
                return;
            }
            decoded = -1;
            SpanReader.this.load(wanted);
            if (lengths.get(wanted) == 0) {
                Arrays.fill(traceId, 0);
            } else {
                ByteSource source =
                        file.readChecked(
                                "block " + wanted + " of traces",
                                base + offsets.get(wanted),
                                lengths.get(wanted));
                TraceBlock.read(source, decoder, block, traceId);
                source.expectEnd();
            }
            decoded = wanted;
        }
    }

    /// Spans in all blocks.
    public long count() {
        return blocks.spanCount();
    }

    /// Copies the spans `[from, from + count)` into the beginning of the array.
    ///
    /// @param from counts the pairs of the rows that have spans
    public void read(long from, int count, long[] into) {
        int copied = 0;
        while (copied < count) {
            int start = (int) ((from + copied) % BitPacking.BLOCK);
            load((int) ((from + copied) / BitPacking.BLOCK));
            int end = Math.min(start + count - copied, block.count());
            for (int pair = start; pair < end; pair++) {
                into[copied++] = block.spanOf(pair);
            }
        }
    }

    private void load(int wanted) {
        if (wanted != decoded) {
            decoded = -1;
            ByteSource source =
                    file.readChecked(
                            "block " + wanted + " of spans",
                            base + offsets.get(wanted),
                            lengths.get(wanted));
            if (blocks.index().isPresent()) {
                block.read(source, decoder, blocks.countOf(wanted));
            } else {
                block.readPlain(source, decoder, blocks.countOf(wanted));
            }
            source.expectEnd();
            decoded = wanted;
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
            int wanted = (int) ((from + copied) / BitPacking.BLOCK);
            int start = (int) ((from + copied) % BitPacking.BLOCK);
            traces.load(wanted);
            int part = Math.min(count - copied, blocks.countOf(wanted) - start);
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
        return spanIndex()
                .map(index -> index.find(spanIds))
                .orElseGet(() -> {
                    var all = new BitSet();
                    all.set(0, blocks.blockCount());
                    return all;
                });
    }

    /// Likewise, blocks that may hold a span of any of the traces.
    public BitSet blocksOf(TraceId... traceIds) {
        long[] keys = Arrays.stream(traceIds).mapToLong(TraceBlocks::key).toArray();
        return traceIndex().map(index -> index.find(keys)).orElseGet(BitSet::new);
    }

    Optional<BlockIndex.Reader> spanIndex() {
        return blocks.index().map(index -> index.reader("the span index", file, base, decoder));
    }

    Optional<BlockIndex.Reader> traceIndex() {
        return traces.map(all -> all.index.reader("the trace index", file, base, decoder));
    }

    /// Checks a piece of a span index of version 1, in which nobody looks.
    void checkOldPiece(int piece) {
        PackedLongs.Reader offset = blocks.pieceOffset().reader(decoder);
        PackedLongs.Reader bytes = blocks.pieceBytes().reader(decoder);
        file.readChecked("span index " + piece, base + offset.get(piece), bytes.get(piece));
    }
}
