package io.flamekeeper.store;

import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.model.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which segments are kept no longer: whole files of one tenant, oldest first. Those of level 0 hold many tenants'
/// profiles and stay until they are compacted.
///
/// By age a file goes when its newest row is older than the limit. Time is what the clock and the profiles agree
/// on: the clock, but not beyond an hour after the newest profile of the store. After the clock has jumped, or
/// nobody has looked for more than [#GAP_MAX], at most a tenth of each tenant's bytes goes, and then nothing for a
/// day, in which an operator can put the clock right. So no tenant's profiles go because of another's, neither
/// their number nor their limits.
final class Retention {
    static final long INTERVAL = Duration.ofMinutes(10).toMillis();

    private static final long GAP_MAX = Duration.ofHours(2).toMillis();
    private static final long HOLD = Duration.ofDays(1).toMillis();
    private static final long AHEAD_MAX = Duration.ofHours(1).toMillis();
    private static final int SHARE_MAX = 10;

    private static final Comparator<SegmentInfo> OLDEST_FIRST =
            Comparator.comparingLong(SegmentInfo::lastMillis)
                    .thenComparingLong(SegmentInfo::number);

    private Retention() {}

    /// @param dropped numbers
    /// @param clock   to remember
    /// @param report  what an operator should know
    record Decision(Set<Long> dropped, RetentionClock clock, List<String> report) {}

    static Decision decide(
            List<SegmentInfo> live, UpkeepConfig config, long nowMillis, RetentionClock before) {
        List<String> report = new ArrayList<>();
        boolean isFirst = before.equals(RetentionClock.NEVER);
        boolean isJump =
                !isFirst
                        && (nowMillis < before.lastMillis()
                                || nowMillis - before.lastMillis() > GAP_MAX);
        var clock = new RetentionClock(nowMillis, isJump ? nowMillis + HOLD : before.heldMillis());
        boolean isHeld =
                !isJump
                        && nowMillis < before.heldMillis()
                        && before.heldMillis() - nowMillis <= HOLD;
        Set<Long> dropped = new HashSet<>();
        if (isHeld) {
            return new Decision(dropped, clock, report);
        }
        long agreedMillis = agreed(live, nowMillis);
        int dueCount = 0;
        for (var ofTenant : byTenant(live).entrySet()) {
            List<SegmentInfo> segments = ofTenant.getValue();
            List<SegmentInfo> due = due(segments, config.limits(ofTenant.getKey()), agreedMillis);
            dueCount += due.size();
            long allowed = isJump ? bytes(segments) / SHARE_MAX : Long.MAX_VALUE;
            for (SegmentInfo segment : due) {
                allowed -= segment.bytes();
                if (allowed < 0) {
                    break;
                }
                dropped.add(segment.number());
            }
        }
        if (dropped.size() < dueCount) {
            report.add(
                    "retention: the clock went from %d to %d ms, so %d of %d segments that are too old stay for a day"
                            .formatted(
                                    before.lastMillis(),
                                    nowMillis,
                                    dueCount - dropped.size(),
                                    dueCount));
        }
        return new Decision(dropped, clock, report);
    }

    private static long agreed(List<SegmentInfo> live, long nowMillis) {
        long newestMillis =
                live.stream().mapToLong(SegmentInfo::lastMillis).max().orElse(Long.MIN_VALUE);
        return newestMillis > Long.MAX_VALUE - AHEAD_MAX
                ? nowMillis
                : Math.min(nowMillis, newestMillis + AHEAD_MAX);
    }

    /// Each oldest first.
    private static Map<TenantId, List<SegmentInfo>> byTenant(List<SegmentInfo> live) {
        Map<TenantId, List<SegmentInfo>> byTenant = new LinkedHashMap<>();
        for (SegmentInfo segment : live) {
            if (segment.level() > 0 && segment.tenant().isPresent()) {
                byTenant.computeIfAbsent(segment.tenant().get(), _ -> new ArrayList<>())
                        .add(segment);
            }
        }
        byTenant.values().forEach(segments -> segments.sort(OLDEST_FIRST));
        return byTenant;
    }

    /// The first of one tenant's.
    private static List<SegmentInfo> due(
            List<SegmentInfo> segments, UpkeepConfig.Limits limits, long agreedMillis) {
        List<SegmentInfo> due = new ArrayList<>();
        long excess = limits.bytes() == 0 ? 0 : Math.max(0, bytes(segments) - limits.bytes());
        for (SegmentInfo segment : segments) {
            boolean isOld =
                    limits.age()
                            .filter(age -> agreedMillis - segment.lastMillis() > age.toMillis())
                            .isPresent();
            if (isOld || excess > 0) {
                due.add(segment);
                excess -= segment.bytes();
            }
        }
        return due;
    }

    private static long bytes(List<SegmentInfo> segments) {
        return segments.stream().mapToLong(SegmentInfo::bytes).sum();
    }
}
