package io.flamekeeper.store;

import io.flamekeeper.compaction.SegmentInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What is live. Immutable.
///
/// @param segments      by number
/// @param tombstones    what is deleted and not gone yet, oldest first
/// @param segmentMax    largest number of a segment ever used
/// @param generationMax largest generation ever sealed
/// @param tombstoneMax  largest id of a tombstone ever used
/// @param retention     when retention last looked
record CatalogState(
        List<SegmentInfo> segments,
        List<Tombstone> tombstones,
        long segmentMax,
        long generationMax,
        long tombstoneMax,
        RetentionClock retention) {
    static final CatalogState EMPTY =
            new CatalogState(List.of(), List.of(), 0, 0, 0, RetentionClock.NEVER);

    CatalogState {
        segments = segments.stream().sorted(Comparator.comparingLong(SegmentInfo::number)).toList();
        tombstones = tombstones.stream().filter(one -> !one.segments().isEmpty()).toList();
    }

    /// With `outputs` in place of `inputs`.
    ///
    /// @param applied ids of the tombstones that the outputs are free of
    CatalogState replaced(
            List<SegmentInfo> inputs,
            List<SegmentInfo> outputs,
            Set<Long> applied,
            long segmentMax,
            long generationMax) {
        List<Long> gone = inputs.stream().map(SegmentInfo::number).toList();
        List<Long> added = outputs.stream().map(SegmentInfo::number).toList();
        List<SegmentInfo> all = new ArrayList<>(segments);
        var goneSet = new HashSet<>(gone);
        all.removeIf(one -> goneSet.contains(one.number()));
        all.addAll(outputs);
        return new CatalogState(
                all,
                tombstones.stream()
                        .map(one -> one.replaced(gone, added, applied.contains(one.id())))
                        .toList(),
                segmentMax,
                generationMax,
                tombstoneMax,
                retention);
    }

    CatalogState with(Tombstone tombstone) {
        List<Tombstone> all = new ArrayList<>(tombstones);
        all.add(tombstone);
        return new CatalogState(
                segments, all, segmentMax, generationMax, tombstone.id(), retention);
    }

    CatalogState with(RetentionClock clock) {
        return new CatalogState(
                segments, tombstones, segmentMax, generationMax, tombstoneMax, clock);
    }

    Set<Long> numbers() {
        return segments.stream().map(SegmentInfo::number).collect(Collectors.toSet());
    }
}
