package io.flamekeeper.format.otlp;

import java.util.Arrays;

/// A column that grows.
final class Ints {
    private int[] value;
    private int count;

    /// @param expected rows there is room for at first, at least 1
    Ints(int expected) {
        value = new int[expected];
    }

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

    /// The rows and room for `more`.
    int[] toArray(int more) {
        return Arrays.copyOf(value, count + more);
    }
}
