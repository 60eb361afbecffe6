package io.flamekeeper.model;

/// Sums that stop at the largest `long` instead of turning negative.
public final class SaturatedMath {
    private SaturatedMath() {}

    /// @param left  at least 0
    /// @param right at least 0
    public static long add(long left, long right) {
        long sum = left + right;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
