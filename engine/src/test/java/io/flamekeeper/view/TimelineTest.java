package io.flamekeeper.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TimeRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimelineTest {
    @ParameterizedTest
    @CsvSource({
        "0, 15",
        "3600, 15",
        "26250, 15",
        "26252, 20",
        "37500, 20",
        "37502, 30",
        "67502, 60",
        "135002, 120",
        "315002, 300",
        "675002, 600",
        "1125002, 900",
        "1575002, 1200",
        "2250002, 1800",
        "4050002, 3600",
        "8100002, 7200",
        "13500002, 10800",
        "24300002, 21600",
        "48600002, 43200",
        "129600000, 43200",
        "129600002, 86400",
        "907200000, 86400",
        "907200002, 604800",
        "2721600002, 2592000",
        "5443200002, 31536000",
    })
    void stepSeconds_range_isOfTheLadder(long seconds, long step) {
        assertThat(Timeline.stepSeconds(new TimeRange(0, 1000 * seconds))).isEqualTo(step);
    }

    @Test
    void stepSeconds_allOfTime_isTheWidest() {
        assertThat(Timeline.stepSeconds(TimeRange.ALWAYS)).isEqualTo(31_536_000);
    }

    @Test
    void of_pointsInsideAndOutside_fillsWholeBars() {
        Timeline timeline =
                Timeline.of(
                        new TimeRange(17_000, 76_000),
                        15,
                        new long[] {14_999, 15_000, 44_000, 74_999, 75_000},
                        new double[] {1, 2.9, 4, 8, 16});

        assertThat(timeline.startSeconds()).isEqualTo(15);
        assertThat(timeline.samples()).containsExactly(2, 4, 0, 8);
        assertThat(timeline.stepSeconds()).isEqualTo(15);
    }

    @Test
    void of_tooManyBars_isRefused() {
        assertThatThrownBy(() -> Timeline.empty(new TimeRange(0, 1L << 50), 15))
                .isInstanceOf(FlamekeeperException.class)
                .hasMessageContaining("bars");
    }
}
