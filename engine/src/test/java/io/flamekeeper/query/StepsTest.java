package io.flamekeeper.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.TimeRange;
import org.junit.jupiter.api.Test;

class StepsTest {
    @Test
    void of_times_belongToTheStepThatEndsNext() {
        var steps = new Steps(new TimeRange(100, 131), 15);

        assertThat(steps.rows()).isEqualTo(new TimeRange(86, 131));
        assertThat(steps.of(86)).isEqualTo(100);
        assertThat(steps.of(100)).isEqualTo(100);
        assertThat(steps.of(101)).isEqualTo(115);
        assertThat(steps.of(115)).isEqualTo(115);
        assertThat(steps.of(116)).isEqualTo(130);
        assertThat(steps.rows(100)).isEqualTo(new TimeRange(86, 101));
        assertThat(steps.rows(130)).isEqualTo(new TimeRange(116, 131));
    }

    @Test
    void rows_lastStepEndsBeforeTheRange_dropsTheTail() {
        assertThat(new Steps(new TimeRange(100, 144), 15).rows()).isEqualTo(new TimeRange(86, 131));
        assertThat(new Steps(new TimeRange(0, 5_000), 1_000_000).rows())
                .isEqualTo(new TimeRange(-999_999, 1));
    }

    @Test
    void rows_allOfTime_doesNotOverflow() {
        var steps = new Steps(TimeRange.ALWAYS, Long.MAX_VALUE);

        assertThat(steps.rows().startMillis()).isEqualTo(Long.MIN_VALUE);
        assertThat(steps.of(0)).isEqualTo(Long.MAX_VALUE - 1);
        assertThat(steps.of(Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
        assertThat(steps.rows(-1)).isEqualTo(new TimeRange(Long.MIN_VALUE + 1, 0));
    }
}
