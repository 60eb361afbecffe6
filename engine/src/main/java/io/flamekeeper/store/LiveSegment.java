package io.flamekeeper.store;

import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A segment that queries may see, with its readers counted: its file goes only after the last one.
final class LiveSegment {
    private final Segment segment;
    private final SegmentInfo info;
    private final Map<TenantId, List<Partition>> partitions = new HashMap<>();

    /// Readers, and one for being live.
    private final AtomicInteger references = new AtomicInteger(1);

    /// The log that it stands for is deleted, if it ever had one.
    private volatile boolean logIsGone;

    LiveSegment(Segment segment, SegmentInfo info) {
        this.segment = segment;
        this.info = info;
        for (Partition partition : segment.partitions()) {
            partitions.computeIfAbsent(partition.tenant(), _ -> new ArrayList<>()).add(partition);
        }
    }

    /// What the catalog says of an open segment.
    static SegmentInfo describe(Segment segment, long createdMillis) {
        SegmentHeader header = segment.header();
        Optional<SegmentHeader.Sealed> replaces =
                switch (header.origin()) {
                    case SegmentHeader.Sealed sealed -> Optional.of(sealed);
                    case SegmentHeader.Compacted _ -> Optional.empty();
                };
        List<Partition> all = segment.partitions();
        return new SegmentInfo(
                header.number(),
                header.level(),
                header.tenant(),
                replaces,
                all.stream().mapToLong(Partition::firstMillis).min().orElse(0),
                all.stream().mapToLong(Partition::lastMillis).max().orElse(0),
                segment.bytes(),
                all.stream().mapToLong(Partition::rowCount).sum(),
                createdMillis);
    }

    SegmentInfo info() {
        return info;
    }

    long number() {
        return info.number();
    }

    Segment segment() {
        return segment;
    }

    List<Partition> partitions(TenantId tenant) {
        return partitions.getOrDefault(tenant, List.of());
    }

    /// Those whose profiles are in it.
    Iterable<TenantId> tenants() {
        return partitions.keySet();
    }

    void logIsGone() {
        logIsGone = true;
    }

    /// Whether the segment may go: a log that came back after it would be counted again.
    boolean isReplaceable() {
        return logIsGone || info.replaces().isEmpty();
    }

    /// Takes a reference, unless the last one is already gone.
    boolean tryAcquire() {
        return references.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    void release() {
        int left = references.decrementAndGet();
        assert left >= 0 : segment.name() + " released too often";
        if (left == 0) {
            segment.release();
        }
    }

    /// Whether nobody reads it any more, nor ever will.
    boolean isUnused() {
        return references.get() == 0;
    }
}
