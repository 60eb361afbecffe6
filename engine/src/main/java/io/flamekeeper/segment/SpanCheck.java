package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.model.Damage;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TraceId;
import java.util.Optional;
import java.util.function.Consumer;

/// Reads all spans of a partition and their traces, and holds the indexes to be what the blocks say.
final class SpanCheck {
    private final SpanBlocks blocks;
    private final SpanReader reader;
    private final Faults spanFaults;
    private final Faults traceFaults;
    private final Optional<IndexCheck> spanIndex;
    private final Optional<IndexCheck> traceIndex;
    private final long[] spanId = new long[BitPacking.BLOCK];
    private final long[] traceId = new long[2 * BitPacking.BLOCK];

    /// Passes on what is wrong, and remembers that something is.
    private static final class Faults {
        private final Consumer<String> fault;
        private boolean isNone = true;

        Faults(Consumer<String> fault) {
            this.fault = fault;
        }

        void add(String what) {
            isNone = false;
            fault.accept(what);
        }
    }

    /// @param spanFault  gets what is wrong with a block or an index of spans
    /// @param traceFault gets what is wrong with one of traces
    SpanCheck(
            String file,
            SpanBlocks blocks,
            SpanReader reader,
            Consumer<String> spanFault,
            Consumer<String> traceFault) {
        this.blocks = blocks;
        this.reader = reader;
        spanFaults = new Faults(spanFault);
        traceFaults = new Faults(traceFault);
        spanIndex =
                reader.spanIndex()
                        .map(index ->
                                new IndexCheck(file + ", span index", index, spanFaults::add));
        traceIndex =
                reader.traceIndex()
                        .map(index ->
                                new IndexCheck(file + ", trace index", index, traceFaults::add));
    }

    void run() {
        for (int block = 0; block < blocks.blockCount(); block++) {
            int count = blocks.countOf(block);
            long from = (long) block * BitPacking.BLOCK;
            boolean hasSpans = read(() -> reader.read(from, count, spanId), spanFaults);
            spanIndex.ifPresent(index -> {
                for (int pair = 0; hasSpans && pair < count; pair++) {
                    if (spanId[pair] != 0) {
                        index.add(spanId[pair]);
                    }
                }
                index.endBlock(hasSpans);
            });
            traceIndex.ifPresent(
                    index -> index.endBlock(hasSpans && addTraces(index, from, count)));
        }
        for (int piece = 0; spanIndex.isEmpty() && piece < blocks.pieceBytes().count(); piece++) {
            int one = piece;
            read(() -> reader.checkOldPiece(one), spanFaults);
        }
    }

    private boolean addTraces(IndexCheck index, long from, int count) {
        boolean[] hasAny = new boolean[1];
        boolean isRead =
                read(() -> hasAny[0] = reader.readTraces(from, count, traceId), traceFaults);
        for (int pair = 0; isRead && hasAny[0] && pair < count; pair++) {
            var trace = new TraceId(traceId[2 * pair], traceId[2 * pair + 1]);
            if (!trace.isNone()) {
                index.add(TraceBlocks.key(trace));
            }
        }
        return isRead;
    }

    private static boolean read(Runnable reading, Faults faults) {
        try {
            reading.run();
            return true;
        } catch (FlamekeeperException e) {
            faults.add(Damage.reasonOf(e));
            return false;
        }
    }

    /// Whether nothing is wrong with the spans.
    boolean hasWholeSpans() {
        return spanFaults.isNone;
    }

    /// Whether nothing is wrong with the traces.
    boolean hasWholeTraces() {
        return traceFaults.isNone;
    }
}
