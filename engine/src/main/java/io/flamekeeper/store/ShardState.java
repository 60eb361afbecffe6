package io.flamekeeper.store;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What a shard shows to queries at one instant, beside the segments made of it. Every profile of the shard that
/// is not sealed is in exactly one of the two places. Immutable; replaced as a whole.
///
/// @param active   of the head that is being filled; do not change
/// @param logBytes size of the active head's log
/// @param frozen   heads waiting to be sealed, oldest first
record ShardState(HeadPart[] active, long activeProfiles, long logBytes, List<FrozenHead> frozen) {
    private static final HeadPart[] NO_PARTS = {};

    static final ShardState EMPTY = new ShardState(NO_PARTS, 0, 0, List.of());

    ShardState {
        frozen = List.copyOf(frozen);
    }

    /// A head that takes nothing more.
    ///
    /// @param parts do not change
    record FrozenHead(Generation generation, HeadPart[] parts, long profiles, long logBytes) {}

    ShardState withActive(HeadPart[] parts, long profiles, long bytes) {
        return new ShardState(parts, profiles, bytes, frozen);
    }

    /// The active head becomes a frozen one.
    ShardState frozenAs(Generation generation) {
        var head = new FrozenHead(generation, active, activeProfiles, logBytes);
        List<FrozenHead> all = Stream.concat(frozen.stream(), Stream.of(head)).toList();
        return new ShardState(NO_PARTS, 0, 0, all);
    }

    /// A frozen head has become a segment.
    ShardState sealed(FrozenHead head) {
        List<FrozenHead> rest = new ArrayList<>(frozen);
        rest.remove(head);
        return new ShardState(active, activeProfiles, logBytes, rest);
    }

    long headProfiles() {
        return activeProfiles + frozen.stream().mapToLong(FrozenHead::profiles).sum();
    }

    long walBytes() {
        return logBytes + frozen.stream().mapToLong(FrozenHead::logBytes).sum();
    }
}
