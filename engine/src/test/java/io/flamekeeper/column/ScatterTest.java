package io.flamekeeper.column;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScatterTest {
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

    @Test
    void addSaturated_anyValues_equalsExactSumsCutAtTheLargestLong() {
        int saturated = 0;
        for (long seed = 1; seed <= 2_000; seed++) {
            var random = new SplittableRandom(seed);
            int targets = random.nextInt(1, 6);
            long[] target = new long[targets];
            BigInteger[] exact = new BigInteger[targets];
            Arrays.fill(exact, BigInteger.ZERO);
            for (int call = 0; call < 4; call++) {
                int count = random.nextInt(8);
                int[] index = random.ints(count, 0, targets).toArray();
                long[] value = random.longs(count, 0, Long.MAX_VALUE).toArray();
                for (int i = 0; i < count; i++) {
                    value[i] >>>= random.nextInt(4);
                    exact[index[i]] = exact[index[i]].add(BigInteger.valueOf(value[i])).min(MAX);
                }
                Scatter.addSaturated(index, value, count, target);
            }
            assertThat(target)
                    .as("seed %d", seed)
                    .containsExactly(
                            Arrays.stream(exact).mapToLong(BigInteger::longValueExact).toArray());
            saturated += Arrays.asList(exact).contains(MAX) ? 1 : 0;
        }
        assertThat(saturated).isGreaterThan(100);
    }

    @Test
    void addSaturated_indexOverflowsTwiceInOneCall_staysAtTheLargest() {
        long[] target = {5, 7};
        Scatter.addSaturated(
                new int[] {0, 0, 0, 1},
                new long[] {Long.MAX_VALUE, Long.MAX_VALUE, 9, 1},
                4,
                target);
        assertThat(target).containsExactly(Long.MAX_VALUE, 8);
    }
}
