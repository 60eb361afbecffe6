package io.flamekeeper.intake;

import java.security.SecureRandom;
import java.util.Arrays;

/// Numbers in a row, as a key. Whoever sends them does not know the seed, so nobody can make many of one hash.
///
/// @param numbers at least 0; never written
record Sequence(int[] numbers) {
    private static final long SEED = new SecureRandom().nextLong();

    @Override
    public boolean equals(Object other) {
        return other instanceof Sequence that && Arrays.equals(numbers, that.numbers);
    }

    @Override
    public int hashCode() {
        long hash = SEED;
        for (int number : numbers) {
            hash = (hash ^ number) * 0x9e3779b97f4a7c15L;
            hash ^= hash >>> 32;
        }
        return (int) ((hash * 0xbf58476d1ce4e5b9L) >>> 32);
    }
}
