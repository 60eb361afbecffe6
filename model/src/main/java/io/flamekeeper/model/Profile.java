package io.flamekeeper.model;

/// One profile that has been checked and put into house form. Only the normaliser makes these, so whoever
/// holds one may rely on what is written here.
///
/// | column    | shape      | meaning                                                                    |
/// |-----------|------------|----------------------------------------------------------------------------|
/// | `stack`   | `int[n]`   | leaf node in the [ProfileGroup]'s stacks; ascending                         |
/// | `value`   | `long[n]`  | amount, > 0, in `type.sample().unit()`                                     |
/// | `spanId`  | `long[n]`  | span the sample was taken in, 0 = none; length 0 if no sample has span or trace |
/// | `traceId` | `long[2n]` | upper and lower half of each [TraceId], 0, 0 = none; length 0 if no sample has one |
///
/// Rows are unique in (stack, span, trace). The columns belong to the profile.
///
/// @param labels        identity of what was profiled; `service_name` and `__name__` are always present,
///     the computed `__…__` labels too
/// @param type          what `value` counts
/// @param timeNanos     when sampling began, nanoseconds since the Unix epoch
/// @param durationNanos how long sampling took, 0 = unknown
/// @param period        what elapses between two samples, in `type.period().unit()`, 0 = unknown
public record Profile(
        Labels labels,
        ProfileType type,
        long timeNanos,
        long durationNanos,
        long period,
        int[] stack,
        long[] value,
        long[] spanId,
        long[] traceId) {
    public Profile {
        assert stack.length == value.length : stack.length + " != " + value.length;
        assert spanId.length == 0 || spanId.length == stack.length
                : spanId.length + " != " + stack.length;
        assert traceId.length == 0
                        || (traceId.length == 2 * stack.length && spanId.length == stack.length)
                : traceId.length + " != 2 * " + stack.length + ", " + spanId.length + " spans";
    }

    public long timeMillis() {
        return Math.floorDiv(timeNanos, 1_000_000L);
    }
}
