package io.flamekeeper.querier;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.model.TraceId;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.store.SampleFilter;
import io.flamekeeper.view.FlameGraph;
import java.util.List;

/// Checks of what several methods take. All throw [FlamekeeperException] with `INVALID_REQUEST`; phrases
/// that clients look for are kept word for word.
final class Arguments {
    private static final long NODES_MAX = 1 << 20;
    private static final int SPAN_HEX_DIGITS = 16;

    private Arguments() {}

    /// @param startMillis 0 = not given
    /// @param endMillis   0 = not given
    static TimeRange range(long startMillis, long endMillis) {
        if (startMillis == 0 || endMillis == 0) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "range: missing time range in the query, start %d, end %d (expected: both)",
                    startMillis,
                    endMillis);
        }
        return new TimeRange(startMillis, endMillis);
    }

    /// Everything that all of the selectors select.
    static Selector all(List<String> matchers) {
        Selector all = Selector.EVERYTHING;
        for (String matcher : matchers) {
            all = all.and(SelectorParser.parse(matcher));
        }
        return all;
    }

    /// @param maxNodes 0 = as many as usual
    static long nodes(long maxNodes) {
        if (maxNodes < 0) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST, "max_nodes: %d (expected: at least 0)", maxNodes);
        }
        if (maxNodes > NODES_MAX) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "max_nodes: max flamegraph nodes limit %d is greater than allowed %d",
                    maxNodes,
                    NODES_MAX);
        }
        return maxNodes == 0 ? FlameGraph.DEFAULT_NODES_MAX : maxNodes;
    }

    /// @param spans  16 hex digits each
    /// @param traces 32 hex digits each; with neither, every sample counts
    static SampleFilter samples(List<String> spans, List<String> traces) {
        if (!spans.isEmpty() && !traces.isEmpty()) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "selectors: span_selector and trace_id_selector cannot be combined (expected: one of them)");
        }
        if (!traces.isEmpty()) {
            return SampleFilter.ofTraces(
                    traces.stream().map(Arguments::trace).toArray(TraceId[]::new));
        }
        return spans.isEmpty()
                ? SampleFilter.ALL
                : SampleFilter.ofSpans(spans.stream().mapToLong(Arguments::span).toArray());
    }

    private static TraceId trace(String text) {
        TraceId id = TraceId.parse(text);
        if (id.isNone()) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "trace_id_selector: '%.100s' (expected: 32 hex digits, not all 0)",
                    text);
        }
        return id;
    }

    /// The 8 bytes of the digits, read little endian, as the stored ones are.
    private static long span(String id) {
        long bigEndian = 0;
        boolean legal = id.length() == SPAN_HEX_DIGITS;
        for (int i = 0; legal && i < SPAN_HEX_DIGITS; i++) {
            int digit = id.charAt(i) < 0x80 ? Character.digit(id.charAt(i), 16) : -1;
            legal = digit >= 0;
            bigEndian = bigEndian << 4 | (digit & 0xf);
        }
        if (!legal || bigEndian == 0) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "span_selector: '%.100s' (expected: %d hex digits, not all 0)",
                    id,
                    SPAN_HEX_DIGITS);
        }
        return Long.reverseBytes(bigEndian);
    }

    /// Refuses what this server cannot select by yet.
    static void none(String argument, boolean given) {
        if (given) {
            throw new FlamekeeperException(
                    ErrorCode.UNSUPPORTED, "%s: not supported yet (expected: none)", argument);
        }
    }
}
