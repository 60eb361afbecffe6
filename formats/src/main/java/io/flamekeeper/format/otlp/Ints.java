package io.flamekeeper.format.otlp;

import java.util.Arrays;

/// A column that grows.
final class Ints {
    private int[] value = new int[16];
    private int count;

    int add(int one) {
        if (count == value.length) {
            value = Arrays.copyOf(value, 2 * count);
        }
        value[count] = one;
        return count++;
    }

    int get(int row) {
        return value[row];
    }

    int count() {
        return count;
    }

    void clear() {
        count = 0;
    }

    /// Rows there is room for.
    int capacity() {
        return value.length;
    }

    /// The rows and room for `more`.
    int[] toArray(int more) {
        return Arrays.copyOf(value, count + more);
    }
}
