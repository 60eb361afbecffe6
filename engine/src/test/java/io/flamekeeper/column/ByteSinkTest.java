package io.flamekeeper.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ByteSinkTest {
    @Test
    void numbers_writtenAndRead_areEqual() {
        for (long seed = 1; seed <= 200; seed++) {
            var random = new SplittableRandom(seed);
            long[] numbers = new long[50];
            var sink = new ByteSink(1);
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = random.nextLong() >> random.nextInt(64);
                sink.putVarint(numbers[i]);
                sink.putZigZag(numbers[i]);
                sink.putLong(numbers[i]);
                sink.putInt((int) numbers[i]);
                sink.putString("λ" + numbers[i]);
            }
            var source = new ByteSource("test", sink.array(), 0, sink.size());
            for (long number : numbers) {
                assertThat(source.nextVarint()).as("seed %d", seed).isEqualTo(number);
                assertThat(source.nextZigZag()).as("seed %d", seed).isEqualTo(number);
                assertThat(source.nextLong()).isEqualTo(number);
                assertThat(source.nextInt()).isEqualTo((int) number);
                assertThat(source.nextString()).isEqualTo("λ" + number);
            }
            source.expectEnd();
        }
    }

    @Test
    void bits_anyNumberOfThem_areEqual() {
        var random = new SplittableRandom(1);
        for (int count = 0; count < 40; count++) {
            boolean[] bits = new boolean[count];
            for (int i = 0; i < count; i++) {
                bits[i] = random.nextBoolean();
            }
            var sink = new ByteSink(0);
            sink.putBits(bits, 0, count);
            var source = new ByteSource("test", sink.array(), 0, sink.size());
            assertThat(source.nextBits(count)).containsExactly(bits);
            source.expectEnd();
        }
    }

    @Test
    void read_anyCutOrGarbage_isCorruptDataAndNothingElse() {
        var random = new SplittableRandom(2);
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            var source = new ByteSource("garbage", bytes, 0, bytes.length);
            assertThatThrownBy(
                            () -> {
                                while (true) {
                                    switch (random.nextInt(5)) {
                                        case 0 -> source.nextVarint();
                                        case 1 -> source.nextLong();
                                        case 2 -> source.nextString();
                                        case 3 -> source.nextBits(source.nextInt(20) + 1);
                                        default -> source.skip(source.nextCount() + 1);
                                    }
                                }
                            })
                    .isInstanceOfSatisfying(
                            FlamekeeperException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATA));
        }
    }
}
