package io.flamekeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.testkit.PprofBytes;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ActiveSeriesTest {
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-11-24T12:00:00Z"));
    private final Intake intake = new Intake(IntakeLimits.DEFAULTS, now::get);
    private final ActiveSeries series = new ActiveSeries(3, now::get, 4_711);

    private ProfileGroup group(String... workers) {
        var heads = new StringBuilder();
        for (String worker : workers) {
            heads.append("1{worker=").append(worker).append("} ");
        }
        return intake.push(
                Labels.of(Map.of("__name__", "process_cpu", "service_name", "web")),
                PprofBytes.cpu(heads + "\n" + "main ".repeat(workers.length)).bytes());
    }

    private void refused(String... workers) {
        int before = series.count();
        assertThatThrownBy(() -> series.admit(group(workers)))
                .hasMessageContaining("at most 3; setting series-max")
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED);
                            assertThat(e.retryAfter()).isEqualTo(untilTheHour());
                        });
        assertThat(series.count()).isEqualTo(before);
    }

    private Duration untilTheHour() {
        Instant time = now.get();
        return Duration.between(time, time.truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1)));
    }

    private void hoursPass(int hours) {
        now.updateAndGet(time -> time.plus(Duration.ofHours(hours)));
    }

    @Test
    void admit_newSeriesWhenFull_refusedWhileKnownOnesGoOn() {
        series.admit(group("a", "b"));
        refused("c", "d");
        series.admit(group("c"));
        refused("d");
        now.updateAndGet(time -> time.plusMillis(1_234_567));
        refused("a", "d");
        series.admit(group("a", "b", "c"));
        assertThat(series.count()).isEqualTo(3);
    }

    @Test
    void admit_afterSeriesHaveBeenQuiet_thereIsRoomAgain() {
        series.admit(group("a", "b", "c"));
        hoursPass(1);
        refused("d");
        series.admit(group("a"));
        assertThat(series.count()).isEqualTo(3);
        hoursPass(1);
        series.admit(group("d", "e"));
        refused("f");
        hoursPass(5);
        series.admit(group("f", "g", "h"));
    }

    @Test
    void admit_withoutALimit_remembersNothing() {
        var any = new ActiveSeries(0, now::get, 1);
        any.admit(group("a", "b", "c", "d"));
        assertThat(any.count()).isZero();
    }
}
