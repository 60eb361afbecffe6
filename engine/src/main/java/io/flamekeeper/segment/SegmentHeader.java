package io.flamekeeper.segment;

import io.flamekeeper.model.TenantId;
import java.util.List;
import java.util.Optional;

/// What a segment as a whole is.
///
/// @param number unique in the store, as in the file's name
/// @param level  0 = a sealed head; above, what compaction made of lower ones
/// @param tenant whose profiles alone are in it; empty if it may hold those of many
/// @param origin what it was made from
public record SegmentHeader(long number, int level, Optional<TenantId> tenant, Origin origin) {
    /// The largest level there can be.
    public static final int LEVEL_MAX = 255;

    public SegmentHeader {
        assert level >= 0 && level <= LEVEL_MAX : "level " + level;
    }

    /// What a segment was made from, and can therefore stand for.
    public sealed interface Origin {}

    /// One head.
    ///
    /// @param shard      whose log it was
    /// @param generation of that log
    public record Sealed(int shard, long generation) implements Origin {}

    /// Other segments.
    ///
    /// @param numbers theirs
    public record Compacted(List<Long> numbers) implements Origin {
        public Compacted {
            numbers = List.copyOf(numbers);
        }
    }

    public static SegmentHeader sealed(long number, int shard, long generation) {
        return new SegmentHeader(number, 0, Optional.empty(), new Sealed(shard, generation));
    }
}
