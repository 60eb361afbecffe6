package io.flamekeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UploadRateTest {
    private static final long SECOND = 1_000_000_000;

    private final AtomicLong now = new AtomicLong();

    private UploadRate rate(long perSecond, long burst) {
        return new UploadRate(perSecond, burst, now::get);
    }

    private static void refused(UploadRate rate, long bytes) {
        assertThatThrownBy(() -> rate.spend(bytes))
                .hasMessageContaining("setting upload-rate")
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
    }

    @Test
    void spend_moreThanTheBurst_isRefusedUntilTheDebtIsPaid() {
        UploadRate rate = rate(100, 250);
        rate.spend(200);
        rate.spend(200);
        refused(rate, 1);
        now.addAndGet(SECOND);
        refused(rate, 1);
        now.addAndGet(SECOND);
        rate.spend(1);
    }

    /// Or a sender of large profiles would wait for ever.
    @Test
    void spend_ofOneUploadLargerThanTheBurst_isLetInOnce() {
        UploadRate rate = rate(100, 10);
        rate.spend(1_000);
        refused(rate, 1);
        now.addAndGet(10 * SECOND);
        rate.spend(1_000);
    }

    @Test
    void spend_afterALongPause_hasTheBurstAndNoMore() {
        UploadRate rate = rate(100, 250);
        now.addAndGet(1_000_000 * SECOND);
        rate.spend(250);
        refused(rate, 1);
    }

    /// Whatever is owed: what the refusal says is enough, and a second less is not.
    @Test
    void spend_afterWhatTheRefusalSays_isLetInAndNotASecondSooner() {
        long seed = 20_261_127;
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 1_000; i++) {
            String round = "seed %d, round %d".formatted(seed, i);
            UploadRate rate = rate(random.nextLong(1, 2_000), random.nextLong(1, 5_000));
            rate.spend(7_000 + random.nextLong(50_000));
            now.addAndGet(random.nextLong(SECOND));
            Duration wait = refusal(rate, round).retryAfter();
            assertThat(wait).as(round).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            now.addAndGet(wait.minusSeconds(1).toNanos());
            assertThat(refusal(rate, round).retryAfter())
                    .as(round)
                    .isEqualTo(Duration.ofSeconds(1));
            now.addAndGet(SECOND);
            rate.spend(1);
        }
    }

    private static FlamekeeperException refusal(UploadRate rate, String round) {
        return assertThatExceptionOfType(FlamekeeperException.class)
                .as(round)
                .isThrownBy(() -> rate.spend(1))
                .actual();
    }

    @Test
    void spend_withoutARate_isNeverRefused() {
        UploadRate rate = rate(0, 1);
        for (int i = 0; i < 10; i++) {
            rate.spend(Long.MAX_VALUE / 2);
        }
    }

    /// Whatever is sent whenever: let in is no more than burst, rate and one upload.
    @Test
    void spend_drawnUploads_neverMoreThanTheRate() {
        long seed = 20_261_126;
        var random = new SplittableRandom(seed);
        UploadRate rate = rate(1_000, 5_000);
        long sent = 0;
        long largest = 0;
        for (int i = 0; i < 10_000; i++) {
            now.addAndGet(random.nextLong(SECOND / 5));
            long bytes = random.nextLong(1, 2_000);
            largest = Math.max(largest, bytes);
            try {
                rate.spend(bytes);
                sent += bytes;
            } catch (FlamekeeperException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED);
            }
            assertThat((double) sent)
                    .as("seed %d, upload %d", seed, i)
                    .isLessThanOrEqualTo(5_000 + largest + now.get() / 1e6);
        }
        assertThat((double) sent).isGreaterThan(now.get() / 1e6 * 0.9);
    }
}
