package io.flamekeeper.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LongIndexTest {
    @Test
    void add_drawnLongs_areNumberedAsByAMap() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("seed " + seed);
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            var index = new LongIndex(random.nextLong());
            Map<Long, Integer> numbers = new HashMap<>();
            int bits = 1 + random.nextInt(64);
            for (int step = random.nextInt(3_000); step > 0; step--) {
                long drawn = random.nextLong() >>> (64 - bits);
                if (random.nextInt(100) == 0) {
                    index.reserve(random.nextInt(500));
                }
                assertThat(index.find(drawn))
                        .isEqualTo(numbers.getOrDefault(drawn, LongIndex.NONE));
                if (random.nextBoolean()) {
                    int number = numbers.computeIfAbsent(drawn, _ -> numbers.size());
                    assertThat(index.add(drawn)).isEqualTo(number);
                    assertThat(index.key(number)).isEqualTo(drawn);
                }
            }
            assertThat(index.count()).isEqualTo(numbers.size());
        }
    }
}
