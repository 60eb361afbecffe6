package io.flamekeeper.format.otlp;

import java.util.Arrays;

/// A column that grows.
final class Longs {
    private long[] value = new long[64];
    private int count;

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

    /// The rows, and `more` zeros behind them.
    long[] toArray(int more) {
        return Arrays.copyOf(Arrays.copyOf(value, count), count + more);
    }
}
