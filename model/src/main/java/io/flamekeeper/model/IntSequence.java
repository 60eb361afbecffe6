package io.flamekeeper.model;

import java.util.Arrays;

/// Numbers in a row, as a key. Comparable so that keys whose hashes collide on purpose still cost only a logarithm
/// in a map of the JDK.
///
/// @param values never written again
public record IntSequence(int... values) implements Comparable<IntSequence> {
    @Override
    public int compareTo(IntSequence other) {
        return Arrays.compare(values, other.values);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IntSequence that && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }
}
