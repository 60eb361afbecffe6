package io.flamekeeper.store;

import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.vfs.Vfs;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which files of a folder a start would serve, and where else their profiles are: what [Recovery] would decide,
/// without doing it. Immutable.
final class FolderIndex {
    private final String catalog;
    private final CatalogState state;
    private final boolean isOutdated;
    private final Map<Long, SegmentInfo> listed = new HashMap<>();

    /// What each segment that is there says it was made from, by number; empty of one that cannot be opened.
    private final Map<Long, Optional<SegmentHeader.Origin>> present = new TreeMap<>();

    private final Set<Generation> logs = new HashSet<>();

    /// Segments by the segments that were made of them.
    private final Map<Long, Long> mergedInto = new HashMap<>();

    private FolderIndex(String catalog, CatalogState state, boolean isOutdated) {
        this.catalog = catalog;
        this.state = state;
        this.isOutdated = isOutdated;
        state.segments().forEach(info -> listed.put(info.number(), info));
    }

    /// @param names      of all files
    /// @param catalog    the newest that can be read
    /// @param state      what it says
    /// @param isOutdated whether a newer one cannot be read
    static FolderIndex of(
            Vfs vfs,
            Collection<String> names,
            String catalog,
            CatalogState state,
            boolean isOutdated) {
        var index = new FolderIndex(catalog, state, isOutdated);
        for (String name : names) {
            Generation.ofLog(name).ifPresent(index.logs::add);
            SegmentNames.number(name)
                    .ifPresent(number -> index.present.put(number, originOf(vfs, name)));
        }
        index.present.forEach((number, origin) -> {
            if (origin.orElse(null) instanceof SegmentHeader.Compacted(var inputs)) {
                inputs.forEach(input -> index.mergedInto.put(input, number));
            }
        });
        return index;
    }

    private static Optional<SegmentHeader.Origin> originOf(Vfs vfs, String name) {
        try {
            Segment segment = Segment.open(vfs, name);
            segment.release();
            return Optional.of(segment.header().origin());
        } catch (IOException | FlamekeeperException e) {
            // Whoever checks the segment will say so.
            return Optional.empty();
        }
    }

    /// Numbers of segments that are there or should be.
    Set<Long> segments() {
        var numbers = new TreeSet<>(present.keySet());
        numbers.addAll(listed.keySet());
        return numbers;
    }

    boolean isPresent(long segment) {
        return present.containsKey(segment);
    }

    Optional<SegmentInfo> listed(long segment) {
        return Optional.ofNullable(listed.get(segment));
    }

    /// The newest that can be read.
    String catalog() {
        return catalog;
    }

    /// Whether there was a newer catalog.
    boolean isOutdated() {
        return isOutdated;
    }

    private boolean isComplete() {
        return listed.keySet().stream().allMatch(this::canBeOpened);
    }

    private boolean canBeOpened(long segment) {
        return present.getOrDefault(segment, Optional.empty()).isPresent();
    }

    /// The files that have all of a segment, too; empty if there are none.
    Optional<String> elsewhere(long segment) {
        return logOf(segment)
                .filter(logs::contains)
                .map(Generation::logName)
                .or(() -> Optional.ofNullable(mergedInto.get(segment)).map(SegmentNames::of))
                .or(() -> inputsOf(segment));
    }

    private Optional<Generation> logOf(long segment) {
        return listed(segment)
                .flatMap(SegmentInfo::replaces)
                .or(() ->
                        origin(segment)
                                .filter(SegmentHeader.Sealed.class::isInstance)
                                .map(SegmentHeader.Sealed.class::cast))
                .map(head -> new Generation(head.shard(), head.generation()));
    }

    private Optional<SegmentHeader.Origin> origin(long segment) {
        return present.getOrDefault(segment, Optional.empty());
    }

    private Optional<String> inputsOf(long segment) {
        return origin(segment).orElse(null) instanceof SegmentHeader.Compacted(var inputs)
                        && !inputs.isEmpty()
                        && present.keySet().containsAll(inputs)
                ? Optional.of("what it was made of")
                : Optional.empty();
    }

    /// Why the next start deletes a segment; empty if it does not.
    Optional<String> whyDeleted(long segment) {
        if (listed.containsKey(segment)) {
            return Optional.empty();
        }
        return !isOutdated && isComplete() && segment <= state.segmentMax()
                ? Optional.of("not in the catalog any more")
                : elsewhere(segment).map("not in the catalog, %s has it all"::formatted);
    }

    /// Whether only a lost catalog explains a segment. A head that was being sealed when the power went, and whose log
    /// nobody had synced, explains one.
    boolean isUnexplained(long segment) {
        boolean isBeingSealed =
                origin(segment).orElse(null) instanceof SegmentHeader.Sealed
                        && present.keySet().stream().filter(this::isStray).count() == 1;
        return isStray(segment) && !isBeingSealed;
    }

    private boolean isStray(long segment) {
        return !listed.containsKey(segment)
                && whyDeleted(segment).isEmpty()
                && !isOutdated
                && isComplete();
    }

    /// What is lost with a segment, or with a part of it, if other files are taken into account.
    ///
    /// @param lost if they are not
    String lost(long segment, String lost) {
        return whyDeleted(segment)
                .map("nothing: %s"::formatted)
                .or(() ->
                        elsewhere(segment)
                                .map(other -> "%s; %s may have it, too".formatted(lost, other)))
                .orElse(lost);
    }

    /// The segment that has all of a log; empty if there is none.
    Optional<String> sealedInto(Generation log) {
        return state.segments().stream()
                .filter(info -> canBeOpened(info.number()))
                .filter(info -> logOf(info.number()).equals(Optional.of(log)))
                .map(info -> SegmentNames.of(info.number()))
                .findFirst();
    }
}
