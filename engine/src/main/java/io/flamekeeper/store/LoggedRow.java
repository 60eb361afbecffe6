package io.flamekeeper.store;

import io.flamekeeper.column.ByteSource;

/// One profile as a frame of a log has it: in the ids of its service's dictionary, the pairs as
/// [io.flamekeeper.dictionary.PairCodec] writes them.
///
/// @param total             sum of the values, saturated
/// @param pairCountAndSpans number of pairs, times two, plus one if they have spans
/// @param bytes             has the pairs at `[start, start + length)` until the next frame is read
record LoggedRow(
        int series,
        long timeNanos,
        long durationNanos,
        long period,
        long total,
        int pairCountAndSpans,
        byte[] bytes,
        int start,
        int length) {
    private static final long NANOS_PER_MILLI = 1_000_000;

    int pairCount() {
        return pairCountAndSpans >>> 1;
    }

    /// @param where for messages
    ByteSource pairs(String where) {
        return new ByteSource(where, bytes, start, start + length);
    }

    long timeMillis() {
        return Math.floorDiv(timeNanos, NANOS_PER_MILLI);
    }
}
