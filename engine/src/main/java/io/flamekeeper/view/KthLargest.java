package io.flamekeeper.view;

/// Exact selection without sorting.
final class KthLargest {
    private static final int DIGIT_BITS = 8;

    private KthLargest() {}

    /// The k-th largest of `values[from … to)`, equal ones counted each.
    ///
    /// **Hot path.** A histogram by magnitude finds the one bucket that holds the answer; its few values
    /// are then narrowed digit by digit, so the worst input costs nine passes. Benchmark: `FoldBenchmark`.
    ///
    /// @param values none negative
    /// @param k      1 to `to - from`
    static long of(long[] values, int from, int to, int k) {
        int[] histogram = new int[64 << DIGIT_BITS];
        for (int i = from; i < to; i++) {
            histogram[magnitude(values[i])]++;
        }
        int bucket = histogram.length - 1;
        int rank = k;
        while (rank > histogram[bucket]) {
            rank -= histogram[bucket--];
        }
        long[] candidates = new long[histogram[bucket]];
        int count = 0;
        for (int i = from; i < to; i++) {
            if (magnitude(values[i]) == bucket) {
                candidates[count++] = values[i];
            }
        }
        for (int shift = 64 - DIGIT_BITS; shift >= 0 && count > 1; shift -= DIGIT_BITS) {
            int[] digits = new int[1 << DIGIT_BITS];
            for (int i = 0; i < count; i++) {
                digits[digit(candidates[i], shift)]++;
            }
            int wanted = digits.length - 1;
            while (rank > digits[wanted]) {
                rank -= digits[wanted--];
            }
            int kept = 0;
            for (int i = 0; i < count; i++) {
                if (digit(candidates[i], shift) == wanted) {
                    candidates[kept++] = candidates[i];
                }
            }
            count = kept;
        }
        return candidates[0];
    }

    private static int digit(long value, int shift) {
        return (int) (value >>> shift) & ((1 << DIGIT_BITS) - 1);
    }

    /// Position of the highest bit, then the bits below it: monotone in the value.
    private static int magnitude(long value) {
        int bits = 64 - Long.numberOfLeadingZeros(value);
        if (bits <= DIGIT_BITS) {
            return (int) value;
        }
        int fraction = (int) (value >>> (bits - 1 - DIGIT_BITS)) & ((1 << DIGIT_BITS) - 1);
        return ((bits - DIGIT_BITS) << DIGIT_BITS) | fraction;
    }
}
