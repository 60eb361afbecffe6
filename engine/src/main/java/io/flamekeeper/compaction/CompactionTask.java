package io.flamekeeper.compaction;

import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TimeRange;
import java.util.List;

/// Segments to be replaced by others that hold the same.
public sealed interface CompactionTask {
    /// What is replaced, oldest first.
    List<SegmentInfo> inputs();

    /// Sealed heads become segments of one tenant and one window each.
    record Spread(List<SegmentInfo> inputs) implements CompactionTask {}

    /// Segments of one window of one tenant become one.
    record Join(List<SegmentInfo> inputs, TenantId tenant, TimeRange window, int level)
            implements CompactionTask {}
}
