package io.flamekeeper.dictionary;

import io.flamekeeper.model.SaturatedMath;

/// One profile in the ids of its service's [Dictionary].
///
/// | column    | shape      | meaning                                                           |
/// |-----------|------------|-------------------------------------------------------------------|
/// | `node`    | `int[n]`   | leaf node                                                         |
/// | `value`   | `long[n]`  | amount, > 0                                                       |
/// | `spanId`  | `long[n]`  | span, 0 = none; length 0 if no sample has span or trace           |
/// | `traceId` | `long[2n]` | upper and lower half of each trace, 0, 0 = none; length 0 if no sample has one |
///
/// Pairs are unique in (node, span, trace), in no order.
///
/// @param total sum of `value`, saturated
public record ProfileRow(
        int series,
        long timeNanos,
        long durationNanos,
        long period,
        long total,
        int[] node,
        long[] value,
        long[] spanId,
        long[] traceId) {
    private static final long NANOS_PER_MILLI = 1_000_000;

    public static ProfileRow of(
            int series,
            long timeNanos,
            long durationNanos,
            long period,
            int[] node,
            long[] value,
            long[] spanId,
            long[] traceId) {
        return new ProfileRow(
                series, timeNanos, durationNanos, period, sum(value), node, value, spanId, traceId);
    }

    private static long sum(long[] values) {
        long sum = 0;
        for (long value : values) {
            sum = SaturatedMath.add(sum, value);
        }
        return sum;
    }

    public long timeMillis() {
        return Math.floorDiv(timeNanos, NANOS_PER_MILLI);
    }

    public int pairCount() {
        return node.length;
    }

    public boolean hasSpans() {
        return spanId.length > 0;
    }

    /// Only if it [#hasSpans], too.
    public boolean hasTraces() {
        return traceId.length > 0;
    }
}
