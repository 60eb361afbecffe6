package io.flamekeeper.compaction;

import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.segment.SegmentHeader;
import java.util.Optional;

/// What the catalog knows of a segment.
///
/// @param number        as in the name of the file
/// @param level         0 = a sealed head
/// @param tenant        whose profiles alone are in it; empty if it may hold those of many
/// @param replaces      the head it was sealed from, whose log it stands for; empty above level 0
/// @param firstMillis   time of the earliest row
/// @param lastMillis    time of the latest row
/// @param bytes         size of the file
/// @param createdMillis when it was made
public record SegmentInfo(
        long number,
        int level,
        Optional<TenantId> tenant,
        Optional<SegmentHeader.Sealed> replaces,
        long firstMillis,
        long lastMillis,
        long bytes,
        long rows,
        long createdMillis) {

    /// The hour or day that all rows lie in. Means nothing at level 0.
    public TimeRange window() {
        TimeRange hour = Windows.hour(firstMillis);
        return level < CompactionPolicy.LEVEL_DAY && hour.contains(lastMillis)
                ? hour
                : Windows.day(firstMillis);
    }
}
