package io.flamekeeper.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KthLargestTest {
    @Test
    void of_anyValues_agreesWithSorting() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 5_000; round++) {
            int from = random.nextInt(3);
            long[] values = new long[from + 1 + random.nextInt(50)];
            int bits = 1 + random.nextInt(63);
            long base = random.nextBoolean() ? 0 : random.nextLong() >>> 2;
            Arrays.setAll(
                    values, _ -> (base + (random.nextLong() >>> (64 - bits))) & Long.MAX_VALUE);
            long[] sorted = Arrays.copyOfRange(values, from, values.length);
            Arrays.sort(sorted);
            int k = 1 + random.nextInt(sorted.length);

            assertThat(KthLargest.of(values, from, values.length, k))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(sorted[sorted.length - k]);
        }
    }
}
