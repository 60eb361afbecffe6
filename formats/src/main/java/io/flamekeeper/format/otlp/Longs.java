package io.flamekeeper.format.otlp;

import java.util.Arrays;

/// A column that grows.
final class Longs {
    private long[] value;
    private int count;

    /// @param expected rows there is room for at first, at least 1
    Longs(int expected) {
        value = new long[expected];
    }

    void add(long one) {
        if (count == value.length) {
            value = Arrays.copyOf(value, 2 * count);
        }
        value[count++] = one;
    }

    long get(int row) {
        return value[row];
    }

    int count() {
        return count;
    }

    /// The rows and room for `more`.
    long[] toArray(int more) {
        return Arrays.copyOf(value, count + more);
    }
}
