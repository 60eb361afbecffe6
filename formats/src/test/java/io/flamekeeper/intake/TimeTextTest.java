package io.flamekeeper.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeTextTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "now, 2026-03-01T12:00:00Z",
        "'', 2026-03-01T12:00:00Z",
        "yesterday, 2026-03-01T12:00:00Z",
        "now-1h, 2026-03-01T11:00:00Z",
        "now - 1h 30min, 2026-03-01T10:30:00Z",
        "-15m, 2026-03-01T11:45:00Z",
        "now+90s, 2026-03-01T12:01:30Z",
        "now-2d, 2026-02-27T12:00:00Z",
        "now-1w, 2026-02-22T12:00:00Z",
        "now-1mon, 2026-01-30T12:00:00Z",
        "now-1M, 2026-01-30T12:00:00Z",
        "now-1y, 2025-03-01T12:00:00Z",
        "now-7fortnights, 2026-03-01T12:00:00Z",
        "now-1h2x3s, 2026-03-01T10:59:57Z",
        "20260131, 2026-01-31T00:00:00Z",
        "2026_01_31, 2026-01-31T00:00:00Z",
        "20261331, 1970-08-23T12:08:51Z",
        "18991231, 1970-08-08T19:20:31Z",
        "1767225600, 2026-01-01T00:00:00Z",
        "946656000, 1999-12-31T16:00:00Z",
        "1767225600123, 2026-01-01T00:00:00.123Z",
        "1767225600123456, 2026-01-01T00:00:00.123456Z",
        "1767225600123456789, 2026-01-01T00:00:00.123456789Z",
        "'1,767,225,600', 2026-01-01T00:00:00Z",
        "0, 1970-01-01T00:00:00Z",
    })
    void parseNanos_everyForm_isThatInstant(String text, Instant expected) {
        assertThat(Instant.ofEpochSecond(0, TimeText.parseNanos(text, nanos(NOW))))
                .isEqualTo(expected);
    }

    @Test
    void parseMillis_nanoseconds_areRoundedDown() {
        assertThat(TimeText.parseMillis("1767225600123999999", 0)).isEqualTo(1_767_225_600_123L);
    }

    @Test
    void parseNanos_moreThanALongHolds_stopsAtItsEnds() {
        assertThat(TimeText.parseNanos("9".repeat(40), 0)).isEqualTo(Long.MAX_VALUE);
        assertThat(TimeText.parseNanos("now+" + "9".repeat(40) + "y", 5)).isEqualTo(Long.MAX_VALUE);
        assertThat(TimeText.parseNanos("now-" + "9".repeat(40) + "y", -5))
                .isEqualTo(Long.MIN_VALUE);
    }

    private static long nanos(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000 + instant.getNano();
    }
}
