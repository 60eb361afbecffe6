package io.flamekeeper.column;

/// Divides multiples of one number by multiplying, which takes a tenth of the time. Granlund and Montgomery,
/// *Division by Invariant Integers using Multiplication*, 1994, section 9.
///
/// An odd number has an inverse modulo 2⁶⁴. Times that, its multiples become their quotients, and everything else
/// becomes more than the largest quotient there is.
///
/// @param value       the number, > 0: `odd << shift`
/// @param inverse     of `odd`
/// @param quotientMax ⌊(2⁶⁴ − 1) / odd⌋, unsigned
record ExactDivisor(long value, int shift, long inverse, long quotientMax) {
    static final ExactDivisor ONE = of(1);

    static ExactDivisor of(long value) {
        int shift = Long.numberOfTrailingZeros(value);
        long odd = value >>> shift;
        // Right in the lowest 3 bits; every step doubles how many are.
        long inverse = odd;
        for (int bits = 3; bits < Long.SIZE; bits *= 2) {
            inverse *= 2 - odd * inverse;
        }
        return new ExactDivisor(value, shift, inverse, Long.divideUnsigned(-1, odd));
    }

    /// **Hot path.** Benchmark: `SegmentScanBenchmark`.
    ///
    /// @param dividend >= 0
    boolean divides(long dividend) {
        return (dividend & (1L << shift) - 1) == 0
                && Long.compareUnsigned(quotient(dividend), quotientMax) <= 0;
    }

    /// **Hot path.** Benchmark: `SegmentScanBenchmark`.
    ///
    /// @param multiple of the number
    long quotient(long multiple) {
        return (multiple >> shift) * inverse;
    }
}
