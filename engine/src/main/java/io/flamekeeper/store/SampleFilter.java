package io.flamekeeper.store;

import io.flamekeeper.model.TraceId;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Which samples of a row count: all, those of certain spans, or those of certain traces.
public final class SampleFilter {
    /// Every sample, of a span or not.
    public static final SampleFilter ALL = new SampleFilter(new long[0], new TraceId[0]);

    private final long[] sortedSpanIds;
    private final TraceId[] sortedTraceIds;

    private SampleFilter(long[] sortedSpanIds, TraceId[] sortedTraceIds) {
        this.sortedSpanIds = sortedSpanIds;
        this.sortedTraceIds = sortedTraceIds;
    }

    /// @param spanIds at least one; 0, which means no span, is not allowed
    public static SampleFilter ofSpans(long... spanIds) {
        assert spanIds.length > 0 : "no span";
        return new SampleFilter(Arrays.stream(spanIds).sorted().toArray(), new TraceId[0]);
    }

    /// @param traceIds at least one; [TraceId#NONE] is not allowed
    public static SampleFilter ofTraces(TraceId... traceIds) {
        assert traceIds.length > 0 : "no trace";
        return new SampleFilter(
                new long[0], Arrays.stream(traceIds).sorted().toArray(TraceId[]::new));
    }

    public boolean isAll() {
        return !isOfSpans() && !isOfTraces();
    }

    boolean isOfSpans() {
        return sortedSpanIds.length > 0;
    }

    boolean isOfTraces() {
        return sortedTraceIds.length > 0;
    }

    /// Ascending; none unless this [#isOfSpans]. Do not change.
    long[] spanIds() {
        return sortedSpanIds;
    }

    /// Ascending; none unless this [#isOfTraces]. Do not change.
    TraceId[] traceIds() {
        return sortedTraceIds;
    }

    /// @param spanId    0 = none
    /// @param traceHigh with `traceLow` 0 = none
    public boolean matches(long spanId, long traceHigh, long traceLow) {
        if (isOfTraces()) {
            return hasTrace(traceHigh, traceLow);
        }
        return isAll() || Arrays.binarySearch(sortedSpanIds, spanId) >= 0;
    }

    private boolean hasTrace(long high, long low) {
        int from = 0;
        int to = sortedTraceIds.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            TraceId trace = sortedTraceIds[middle];
            if (trace.high() < high || (trace.high() == high && trace.low() < low)) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from < sortedTraceIds.length
                && sortedTraceIds[from].high() == high
                && sortedTraceIds[from].low() == low;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SampleFilter that
                && Arrays.equals(sortedSpanIds, that.sortedSpanIds)
                && Arrays.equals(sortedTraceIds, that.sortedTraceIds);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(sortedSpanIds) + Arrays.hashCode(sortedTraceIds);
    }
}
