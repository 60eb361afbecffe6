package io.flamekeeper.segment;

import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.TraceId;
import java.util.Optional;

/// Reads every row: its columns, its pairs, spans and traces. For one thread.
final class RowCheck {
    private final Partition partition;
    private final RowTable.Reader rows;
    private final PairBlockCheck pairs;
    private final SpanReader spans;
    private final boolean hasWholeSpans;
    private final boolean hasWholeTraces;
    private int[] node = new int[16];
    private long[] spanId = new long[16];
    private long[] traceId = new long[32];
    private int pairCount;
    private long total;

    /// Span of the next row that has any.
    private long nextSpan;

    /// @param pairs of the rows
    /// @param spans empty if they cannot be read
    RowCheck(Partition partition, PairBlockCheck pairs, Optional<SpanCheck> spans) {
        this.partition = partition;
        this.rows = partition.rowTable().reader();
        this.pairs = pairs;
        this.spans = partition.spans();
        this.hasWholeSpans = spans.isPresent() && spans.get().hasWholeSpans();
        this.hasWholeTraces = hasWholeSpans && spans.get().hasWholeTraces();
    }

    /// The first thing that is wrong, damaged blocks left out; empty if there is none.
    Optional<String> fault() {
        long firstMillis = Long.MAX_VALUE;
        long lastMillis = Long.MIN_VALUE;
        for (int series = 0; series < partition.rowTable().seriesCount(); series++) {
            long before = Long.MIN_VALUE;
            for (int row = rows.seriesStart(series); row < rows.seriesEnd(series); row++) {
                Optional<String> fault = fault(row, before);
                if (fault.isPresent()) {
                    return Optional.of("row %d: %s".formatted(row, fault.get()));
                }
                before = rows.timeNanos(row);
                firstMillis = Math.min(firstMillis, rows.timeMillis(row));
                lastMillis = Math.max(lastMillis, rows.timeMillis(row));
            }
        }
        return firstMillis == partition.firstMillis() && lastMillis == partition.lastMillis()
                ? Optional.empty()
                : Optional.of(
                        "%d to %d ms (expected: %d to %d, as in the table of contents)"
                                .formatted(
                                        firstMillis,
                                        lastMillis,
                                        partition.firstMillis(),
                                        partition.lastMillis()));
    }

    private Optional<String> fault(int row, long timeBefore) {
        if (rows.timeNanos(row) < timeBefore) {
            return Optional.of(
                    "starts at %d ns (expected: not before %d)"
                            .formatted(rows.timeNanos(row), timeBefore));
        }
        rows.durationNanos(row);
        rows.period(row);
        long from = rows.pairStart(row);
        long to = rows.pairEnd(row);
        pairCount = 0;
        total = 0;
        if (node.length < to - from) {
            node = new int[Math.toIntExact(to - from)];
        }
        boolean hasSpans = rows.hasSpans(row);
        long firstSpan = nextSpan;
        nextSpan += hasSpans ? to - from : 0;
        if (!pairs.forEach(from, to, this::take)) {
            return Optional.empty();
        }
        if (total != rows.total(row)) {
            return Optional.of(
                    "total %d (expected: %d, the sum of its pairs)"
                            .formatted(rows.total(row), total));
        }
        return orderFault(hasSpans && hasWholeSpans, firstSpan);
    }

    private void take(int[] nodes, long[] values, int from, int to) {
        for (int pair = from; pair < to; pair++) {
            node[pairCount++] = nodes[pair];
            total = SaturatedMath.add(total, values[pair]);
        }
    }

    private Optional<String> orderFault(boolean withSpans, long firstSpan) {
        boolean withTraces = false;
        if (withSpans) {
            if (spanId.length < pairCount) {
                spanId = new long[node.length];
                traceId = new long[2 * node.length];
            }
            spans.read(firstSpan, pairCount, spanId);
            withTraces = hasWholeTraces && spans.readTraces(firstSpan, pairCount, traceId);
        }
        for (int pair = 1; pair < pairCount; pair++) {
            int order = Integer.compare(node[pair - 1], node[pair]);
            if (order == 0 && withSpans) {
                order = Long.compare(spanId[pair - 1], spanId[pair]);
            }
            if (order == 0 && withTraces) {
                order = trace(pair - 1).compareTo(trace(pair));
            }
            if (order > 0) {
                return Optional.of("pair %d (expected: in order)".formatted(pair));
            }
        }
        return Optional.empty();
    }

    private TraceId trace(int pair) {
        return new TraceId(traceId[2 * pair], traceId[2 * pair + 1]);
    }
}
