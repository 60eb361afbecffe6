package io.flamekeeper.column;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExactDivisorTest {
    @Test
    void divides_anyNumbers_saysWhatTheRemainderSays() {
        long multiples = 0;
        var random = new SplittableRandom(1);
        for (int i = 0; i < 200_000; i++) {
            long value = drawn(random);
            ExactDivisor divisor = ExactDivisor.of(value);
            long quotient = random.nextLong(Long.MAX_VALUE / value) >>> random.nextInt(8);
            for (long dividend :
                    new long[] {
                        drawn(random), value * quotient, (value * quotient) ^ 1, 0, Long.MAX_VALUE
                    }) {
                boolean isMultiple = dividend % value == 0;
                assertThat(divisor.divides(dividend))
                        .as("%d divides %d", value, dividend)
                        .isEqualTo(isMultiple);
                multiples += isMultiple ? 1 : 0;
            }
            assertThat(divisor.quotient(value * quotient)).isEqualTo(quotient);
            assertThat(divisor.quotient(-value * quotient)).isEqualTo(-quotient);
        }
        System.out.printf("exact divisors: multiples %d, mismatches 0, seed 1%n", multiples);
    }

    /// Of any number of bits.
    private static long drawn(SplittableRandom random) {
        return 1 + (random.nextLong() >>> (2 + random.nextInt(62)));
    }
}
