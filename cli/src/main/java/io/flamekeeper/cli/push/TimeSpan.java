package io.flamekeeper.cli.push;

import io.flamekeeper.intake.TimeText;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.concurrent.TimeUnit;

/// When something was sampled: nanoseconds since the Unix epoch.
record TimeSpan(long fromNanos, long untilNanos) {
    private static final String NUMBER_OR_NOW = "\\d{1,19}|now([+-](\\d+[A-Za-z]+)+)?";

    /// Below it a number of nanoseconds has fewer digits than the server takes for one.
    private static final long NANOS_MIN = 1_000_000_000_000_000_000L;

    static TimeSpan at(Instant instant) {
        return new TimeSpan(nanos(instant), nanos(instant));
    }

    /// @throws FlamekeeperException `INVALID_CONFIGURATION`
    static TimeSpan parse(String from, String until) {
        long now = nanos(Instant.now());
        var span = new TimeSpan(nanos(from, now), nanos(until, now));
        if (span.fromNanos > span.untilNanos) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "--until: %s is before %s (expected: after --from)",
                    until,
                    from);
        }
        return span;
    }

    private static long nanos(String text, long now) {
        if (text.matches(NUMBER_OR_NOW)) {
            return TimeText.parseNanos(text, now);
        }
        try {
            return nanos(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException withoutOffset) {
            try {
                return nanos(LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant());
            } catch (DateTimeException e) {
                throw new FlamekeeperException(
                        e,
                        ErrorCode.INVALID_CONFIGURATION,
                        "time: '%s' (expected: such as 2026-01-31T12:00:00Z, now-1h or a number since 1970)",
                        text);
            }
        }
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }

    String fromText() {
        return text(fromNanos);
    }

    String untilText() {
        return text(untilNanos);
    }

    private static String text(long nanos) {
        return Long.toString(nanos >= NANOS_MIN ? nanos : TimeUnit.NANOSECONDS.toSeconds(nanos));
    }
}
