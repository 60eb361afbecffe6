package io.flamekeeper.store;

import io.flamekeeper.column.ByteSource;
import io.flamekeeper.dictionary.ProfileRow;

/// One profile as a frame of a log has it: in the ids of its service's dictionary, the pairs as
/// [io.flamekeeper.dictionary.PairCodec] writes them.
///
/// @param total             sum of the values, saturated
/// @param pairCountAndFlags number of pairs, times four, plus 1 if they have spans, plus 2 if they have traces
/// @param bytes             has the pairs at `[start, start + length)` until the next frame is read
record LoggedRow(
        int series,
        long timeNanos,
        long durationNanos,
        long period,
        long total,
        int pairCountAndFlags,
        byte[] bytes,
        int start,
        int length) {
    static final int SPANS = 1;
    static final int TRACES = 2;

    private static final int FLAG_BITS = 2;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /// @param flags [#SPANS] and [#TRACES]
    static int pairCountAndFlags(int pairCount, int flags) {
        return pairCount << FLAG_BITS | flags;
    }

    static int flags(ProfileRow row) {
        return (row.hasSpans() ? SPANS : 0) | (row.hasTraces() ? TRACES : 0);
    }

    int pairCount() {
        return pairCount(pairCountAndFlags);
    }

    static int pairCount(int pairCountAndFlags) {
        return pairCountAndFlags >>> FLAG_BITS;
    }

    /// @param where for messages
    ByteSource pairs(String where) {
        return new ByteSource(where, bytes, start, start + length);
    }

    long timeMillis() {
        return Math.floorDiv(timeNanos, NANOS_PER_MILLI);
    }
}
