package io.flamekeeper.store;

import io.flamekeeper.compaction.SegmentInfo;
import java.util.HashSet;
import java.util.Optional;

/// Whether a catalog agrees with itself.
final class CatalogCheck {
    private CatalogCheck() {}

    /// The first contradiction; empty if there is none.
    static Optional<String> fault(CatalogState state) {
        var numbers = new HashSet<Long>();
        for (SegmentInfo info : state.segments()) {
            if (info.number() > state.segmentMax() || !numbers.add(info.number())) {
                return Optional.of(
                        "segment %d (expected: each once, up to %d)"
                                .formatted(info.number(), state.segmentMax()));
            }
            long generation = info.replaces().map(head -> head.generation()).orElse(0L);
            if (generation > state.generationMax()) {
                return Optional.of(
                        "segment %d of generation %d (expected: up to %d)"
                                .formatted(info.number(), generation, state.generationMax()));
            }
        }
        for (Tombstone tombstone : state.tombstones()) {
            if (tombstone.id() > state.tombstoneMax()
                    || !numbers.containsAll(tombstone.segments())) {
                return Optional.of(
                        "delete %d in segments %s (expected: up to %d, in segments that there are)"
                                .formatted(
                                        tombstone.id(),
                                        tombstone.segments().stream().sorted().toList(),
                                        state.tombstoneMax()));
            }
        }
        return Optional.empty();
    }
}
