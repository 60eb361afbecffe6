package io.flamekeeper.store;

import io.flamekeeper.segment.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What a shard shows to queries at one instant. Every durable profile of the shard is in exactly one of the
/// three places. Immutable; replaced as a whole.
///
/// @param active   of the head that is being filled; do not change
/// @param logBytes size of the active head's log
/// @param frozen   heads waiting to be sealed, oldest first
/// @param segments sealed
record ShardState(
        HeadPart[] active,
        long activeProfiles,
        long logBytes,
        List<FrozenHead> frozen,
        List<Segment> segments) {
    private static final HeadPart[] NO_PARTS = {};

    ShardState {
        frozen = List.copyOf(frozen);
        segments = List.copyOf(segments);
    }

    /// A head that takes nothing more.
    ///
    /// @param parts do not change
    record FrozenHead(Generation generation, HeadPart[] parts, long profiles, long logBytes) {}

    static ShardState of(List<FrozenHead> frozen, List<Segment> segments) {
        return new ShardState(NO_PARTS, 0, 0, frozen, segments);
    }

    ShardState withActive(HeadPart[] parts, long profiles, long bytes) {
        return new ShardState(parts, profiles, bytes, frozen, segments);
    }

    /// The active head becomes a frozen one.
    ShardState frozenAs(Generation generation) {
        var head = new FrozenHead(generation, active, activeProfiles, logBytes);
        List<FrozenHead> all = Stream.concat(frozen.stream(), Stream.of(head)).toList();
        return new ShardState(NO_PARTS, 0, 0, all, segments);
    }

    /// A frozen head becomes a segment.
    ShardState sealed(FrozenHead head, Segment segment) {
        List<FrozenHead> rest = new ArrayList<>(frozen);
        rest.remove(head);
        List<Segment> all = Stream.concat(segments.stream(), Stream.of(segment)).toList();
        return new ShardState(active, activeProfiles, logBytes, rest, all);
    }

    long headProfiles() {
        return activeProfiles + frozen.stream().mapToLong(FrozenHead::profiles).sum();
    }

    long walBytes() {
        return logBytes + frozen.stream().mapToLong(FrozenHead::logBytes).sum();
    }

    long segmentBytes() {
        return segments.stream().mapToLong(Segment::bytes).sum();
    }
}
