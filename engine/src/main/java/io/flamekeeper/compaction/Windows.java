package io.flamekeeper.compaction;

import io.flamekeeper.model.TimeRange;
import io.flamekeeper.segment.SumPlan;

/// The hours and days, UTC, that segments above level 0 keep apart.
public final class Windows {
    private Windows() {}

    public static TimeRange hour(long millis) {
        return of(millis, SumPlan.HOUR);
    }

    public static TimeRange day(long millis) {
        return of(millis, SumPlan.DAY);
    }

    private static TimeRange of(long millis, long length) {
        long start = Math.floorDiv(millis, length) * length;
        return new TimeRange(start, start + length);
    }

    public static boolean isDay(TimeRange window) {
        return window.endMillis() - window.startMillis() == SumPlan.DAY;
    }
}
