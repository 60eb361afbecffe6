package io.flamekeeper.compaction;

import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TimeRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is due to be compacted.
///
/// | level | holds                                      | made when                                              |
/// |-------|--------------------------------------------|--------------------------------------------------------|
/// | 0     | one sealed head, of all tenants            | –                                                      |
/// | 1     | some of a window of a tenant               | there are 4 of level 0, or one is an hour old          |
/// | 2     | an hour of a tenant                        | the hour has been over for 10 min                      |
/// | 3     | a day (UTC) of a tenant                    | the day has been over for 1 h                          |
///
/// Rows are in the window their own time lies in. What comes late waits at level 1 beside the finished window
/// until there are 4 such segments, or they have a tenth of its bytes, or one is 6 h old: so a byte of a finished
/// window is written again at most once for every tenth that comes late, or 4 times a day.
public final class CompactionPolicy {
    public static final int LEVEL_PART = 1;
    public static final int LEVEL_HOUR = 2;
    public static final int LEVEL_DAY = 3;

    private static final int SEALED_COUNT = 4;
    private static final int PARTS_OPEN_MAX = 8;
    private static final int LATE_COUNT = 4;
    private static final int LATE_SHARE = 10;
    private static final int INPUTS_MAX = 32;
    private static final long SEALED_AGE = Duration.ofHours(1).toMillis();
    private static final long LATE_AGE = Duration.ofHours(6).toMillis();
    private static final long HOUR_GRACE = Duration.ofMinutes(10).toMillis();
    private static final long DAY_GRACE = Duration.ofHours(1).toMillis();

    private static final Comparator<SegmentInfo> OLDEST_FIRST =
            Comparator.comparingLong(SegmentInfo::number);

    private final long nowMillis;
    private final boolean everythingIsDue;

    private CompactionPolicy(long nowMillis, boolean everythingIsDue) {
        this.nowMillis = nowMillis;
        this.everythingIsDue = everythingIsDue;
    }

    public static CompactionPolicy at(long nowMillis) {
        return new CompactionPolicy(nowMillis, false);
    }

    /// As if it were long after everything that is stored. A day that is not over gets its segment too; what comes
    /// after that is joined by the hour beside it, and with it as if it came late once the day is over. So its rows
    /// are written once more, and nothing else is different.
    public static CompactionPolicy everything() {
        return new CompactionPolicy(Long.MAX_VALUE / 2, true);
    }

    private boolean isHourOver(TimeRange hour) {
        return hour.endMillis() + HOUR_GRACE <= nowMillis;
    }

    private boolean isDayOver(TimeRange day) {
        return day.endMillis() + DAY_GRACE <= nowMillis;
    }

    private boolean isOlder(SegmentInfo segment, long age) {
        return everythingIsDue || nowMillis - segment.createdMillis() >= age;
    }

    /// The window that a row belongs to: its day, once that is over, else its hour.
    public TimeRange windowOf(long millis) {
        TimeRange day = Windows.day(millis);
        return isDayOver(day) ? day : Windows.hour(millis);
    }

    /// Level of a segment that has everything of the window that there is, or only some of it.
    ///
    /// @param isAll whether nothing else is in the window
    public int levelOf(TimeRange window, boolean isAll) {
        if (!isAll) {
            return LEVEL_PART;
        }
        if (Windows.isDay(window)) {
            return isDayOver(window) ? LEVEL_DAY : LEVEL_PART;
        }
        return isHourOver(window) ? LEVEL_HOUR : LEVEL_PART;
    }

    /// Everything that is due, most urgent first. Tasks have no input in common.
    public List<CompactionTask> due(List<SegmentInfo> live) {
        List<CompactionTask> tasks = new ArrayList<>();
        spread(live).ifPresent(tasks::add);
        Map<TenantId, List<SegmentInfo>> byTenant = new LinkedHashMap<>();
        for (SegmentInfo segment : live) {
            if (segment.level() > 0 && segment.tenant().isPresent()) {
                byTenant.computeIfAbsent(segment.tenant().get(), _ -> new ArrayList<>())
                        .add(segment);
            }
        }
        byTenant.forEach((tenant, ofTenant) -> {
            Map<TimeRange, List<SegmentInfo>> byDay = new LinkedHashMap<>();
            for (SegmentInfo segment : ofTenant) {
                byDay.computeIfAbsent(Windows.day(segment.firstMillis()), _ -> new ArrayList<>())
                        .add(segment);
            }
            byDay.forEach((day, ofDay) -> {
                if (isDayOver(day)) {
                    join(tenant, day, LEVEL_DAY, ofDay).ifPresent(tasks::add);
                } else {
                    hours(tenant, ofDay, tasks);
                }
            });
        });
        return tasks;
    }

    private Optional<CompactionTask> spread(List<SegmentInfo> live) {
        List<SegmentInfo> heads =
                live.stream().filter(one -> one.level() == 0).sorted(OLDEST_FIRST).toList();
        boolean isDue =
                heads.size() >= SEALED_COUNT
                        || heads.stream().anyMatch(head -> isOlder(head, SEALED_AGE));
        return isDue
                ? Optional.of(
                        new CompactionTask.Spread(
                                heads.subList(0, Math.min(heads.size(), INPUTS_MAX))))
                : Optional.empty();
    }

    private void hours(TenantId tenant, List<SegmentInfo> ofDay, List<CompactionTask> tasks) {
        Map<TimeRange, List<SegmentInfo>> byHour = new LinkedHashMap<>();
        for (SegmentInfo segment : ofDay) {
            if (!Windows.isDay(segment.window())) {
                byHour.computeIfAbsent(segment.window(), _ -> new ArrayList<>()).add(segment);
            }
        }
        byHour.forEach((hour, ofHour) -> {
            if (isHourOver(hour)) {
                join(tenant, hour, LEVEL_HOUR, ofHour).ifPresent(tasks::add);
            } else if (ofHour.size() >= PARTS_OPEN_MAX) {
                tasks.add(task(tenant, hour, LEVEL_PART, ofHour));
            }
        });
    }

    /// A window that is over: everything in it becomes one segment, unless what is not in the finished one yet is
    /// too little to be worth it.
    private Optional<CompactionTask> join(
            TenantId tenant, TimeRange window, int level, List<SegmentInfo> all) {
        List<SegmentInfo> finished = all.stream().filter(one -> one.level() == level).toList();
        List<SegmentInfo> late = all.stream().filter(one -> one.level() != level).toList();
        if (finished.size() > 1) {
            return Optional.of(task(tenant, window, level, all));
        }
        if (late.isEmpty()) {
            return Optional.empty();
        }
        boolean isDue =
                finished.isEmpty()
                        || late.size() >= LATE_COUNT
                        || LATE_SHARE * bytes(late) >= bytes(finished)
                        || late.stream().anyMatch(one -> isOlder(one, LATE_AGE));
        return isDue ? Optional.of(task(tenant, window, level, all)) : Optional.empty();
    }

    private static long bytes(List<SegmentInfo> segments) {
        return segments.stream().mapToLong(SegmentInfo::bytes).sum();
    }

    private static CompactionTask task(
            TenantId tenant, TimeRange window, int level, List<SegmentInfo> all) {
        List<SegmentInfo> sorted = all.stream().sorted(OLDEST_FIRST).toList();
        return sorted.size() <= INPUTS_MAX
                ? new CompactionTask.Join(sorted, tenant, window, level)
                : new CompactionTask.Join(smallest(sorted), tenant, window, LEVEL_PART);
    }

    /// Too many at once: first the small ones among themselves.
    private static List<SegmentInfo> smallest(List<SegmentInfo> all) {
        return all.stream()
                .sorted(Comparator.comparingLong(SegmentInfo::bytes))
                .limit(INPUTS_MAX)
                .sorted(OLDEST_FIRST)
                .toList();
    }
}
