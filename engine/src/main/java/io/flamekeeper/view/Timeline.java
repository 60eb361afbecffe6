package io.flamekeeper.view;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TimeRange;
import java.util.Arrays;

/// A time series as a chart of bars without gaps.
///
/// @param startSeconds start of the first bar, Unix seconds, a multiple of the step
/// @param samples      amount of each bar; do not change
/// @param stepSeconds  width of a bar
public record Timeline(long startSeconds, long[] samples, long stepSeconds) {
    private static final int BARS_MAX = 1 << 20;
    private static final long BARS_WANTED = 1500;
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    /// Widths that people can read: up to `millis`, use `seconds`. Grafana's, so that charts agree.
    private enum Rung {
        S15(17_500, 15),
        S20(25_000, 20),
        S30(45_000, 30),
        M1(90_000, MINUTE),
        M2(210_000, 2 * MINUTE),
        M5(450_000, 5 * MINUTE),
        M10(750_000, 10 * MINUTE),
        M15(1_050_000, 15 * MINUTE),
        M20(1_500_000, 20 * MINUTE),
        M30(2_700_000, 30 * MINUTE),
        H1(5_400_000, HOUR),
        H2(9_000_000, 2 * HOUR),
        H3(16_200_000, 3 * HOUR),
        H6(32_400_000, 6 * HOUR),
        H12(86_400_000, 12 * HOUR),
        D1(604_800_000, DAY),
        D7(1_814_400_000, 7 * DAY),
        D30(3_628_800_000L, 30 * DAY),
        Y1(Long.MAX_VALUE, 365 * DAY);

        private final long millis;
        private final long seconds;

        Rung(long millis, long seconds) {
            this.millis = millis;
            this.seconds = seconds;
        }
    }

    /// The step that gives some 1500 bars, rounded to one that people can read; at least 15 s.
    public static long stepSeconds(TimeRange range) {
        double millis = ((double) range.endMillis() - (double) range.startMillis()) / BARS_WANTED;
        long wanted = Math.round(millis);
        return Arrays.stream(Rung.values())
                .filter(rung -> wanted <= rung.millis)
                .findFirst()
                .orElseThrow()
                .seconds;
    }

    /// Both ends of the range are taken down to a multiple of the step; points outside are dropped, and
    /// amounts cut to whole numbers.
    ///
    /// @param timeMillis ends of the steps that have an amount
    /// @param value      `double[timeMillis.length]`
    /// @throws FlamekeeperException `LIMIT_EXCEEDED` for more than a million bars
    public static Timeline of(
            TimeRange range, long stepSeconds, long[] timeMillis, double[] value) {
        long stepMillis = Math.multiplyExact(stepSeconds, 1000L);
        long first = Math.floorDiv(range.startMillis(), stepMillis);
        long end = Math.floorDiv(range.endMillis(), stepMillis);
        long bars = end - first;
        if (bars > BARS_MAX) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "timeline: %d bars of %d s (expected: at most %d)",
                    bars,
                    stepSeconds,
                    BARS_MAX);
        }
        long[] samples = new long[(int) bars];
        for (int i = 0; i < timeMillis.length; i++) {
            long bar = Math.floorDiv(timeMillis[i], stepMillis) - first;
            if (bar >= 0 && bar < bars) {
                samples[(int) bar] = Math.max(0, (long) (samples[(int) bar] + value[i]));
            }
        }
        return new Timeline(first * stepSeconds, samples, stepSeconds);
    }

    /// No amounts at all.
    public static Timeline empty(TimeRange range, long stepSeconds) {
        return of(range, stepSeconds, new long[0], new double[0]);
    }
}
