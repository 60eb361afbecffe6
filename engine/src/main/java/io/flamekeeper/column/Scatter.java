package io.flamekeeper.column;

import io.flamekeeper.model.SaturatedMath;

/// Sums by index.
public final class Scatter {
    private Scatter() {}

    /// `target[index[i]] += value[i]` for the first `count` pairs, saturated at [Long#MAX_VALUE].
    ///
    /// **Hot path.** Adds without looking. A sum of two non-negative numbers that overflows is negative, so
    /// one look at the sign bits of all sums tells whether any did; then the whole addition is undone, which
    /// wrapping arithmetic can do exactly, and done again with care. Benchmark: `ScatterBenchmark`.
    ///
    /// @param value  at least 0
    /// @param target at least 0
    public static void addSaturated(int[] index, long[] value, int count, long[] target) {
        addSaturated(index, value, 0, count, target);
    }

    /// The same for the pairs `[from, to)`.
    public static void addSaturated(int[] index, long[] value, int from, int to, long[] target) {
        long signs = 0;
        for (int i = from; i < to; i++) {
            long sum = target[index[i]] + value[i];
            target[index[i]] = sum;
            signs |= sum;
        }
        if (signs < 0) {
            for (int i = from; i < to; i++) {
                target[index[i]] -= value[i];
            }
            for (int i = from; i < to; i++) {
                target[index[i]] = SaturatedMath.add(target[index[i]], value[i]);
            }
        }
    }
}
