package io.flamekeeper.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SequenceTest {
    private static final int SEQUENCES = 1 << 14;

    @Test
    void sequences_equalNumbers_areEqual() {
        assertThat(new Sequence(new int[] {3, 0, 7}))
                .isEqualTo(new Sequence(new int[] {3, 0, 7}))
                .hasSameHashCodeAs(new Sequence(new int[] {3, 0, 7}))
                .isNotEqualTo(new Sequence(new int[] {3, 7, 0}));
    }

    /// Pairs `(n, m - 31 n)` have one hash where it is a sum of powers of 31, as that of a list and of an array is.
    @Test
    void sequences_madeToCollide_haveManyHashes() {
        Set<Integer> hashes = new HashSet<>();
        Set<Integer> ofArrays = new HashSet<>();
        for (int number = 0; number < SEQUENCES; number++) {
            int[] numbers = {number, 31 * (SEQUENCES - number)};
            hashes.add(new Sequence(numbers).hashCode());
            ofArrays.add(Arrays.hashCode(numbers));
        }
        assertThat(ofArrays).hasSize(1);
        assertThat(hashes).hasSizeGreaterThan(SEQUENCES - 100);
    }
}
