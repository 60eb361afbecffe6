package io.flamekeeper.store;

import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.dictionary.PartitionKey;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelMatcher.ValuePattern;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.segment.UploadMark;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.wal.LogFiles;
import io.flamekeeper.wal.WalRecovery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/// What a start makes of the files it finds. Needs nobody's help and can be cut off anywhere: doing it again
/// comes to the same.
///
/// | found                                                          | becomes                                  |
/// |----------------------------------------------------------------|------------------------------------------|
/// | an unfinished file                                             | deleted                                  |
/// | a spare of a log                                               | deleted; nobody knows what is in it      |
/// | a segment in the catalog                                       | live; its log, if still there, is deleted |
/// | a segment not in the catalog, older than it                    | deleted: replaced, dropped or unfinished |
/// | a sealed head newer than the catalog, with its log             | deleted; the log has it all              |
/// | a compacted segment newer than it, with all it was made of     | deleted; those have it all               |
/// | a compacted segment newer than it, some it was made of missing | live, instead of what it was made of     |
/// | any other segment newer than the catalog                       | live: only a lost catalog explains it    |
/// | a segment that cannot be opened, with log                      | deleted; the log has it all              |
/// | a segment that cannot be opened, without log                   | set aside as `….quarantine`              |
/// | a log without segment                                          | looked through; then [ReadBack] reads it |
/// | a log without frames                                           | deleted                                  |
/// | anything else                                                  | left alone                               |
///
/// If the newest catalog cannot be read, or lacks a file it names, every segment that it does not name counts as
/// newer. What it deleted and the files still have is then shown again, and the report says so.
final class Recovery {
    static final String SET_ASIDE = ".quarantine";

    private final Vfs vfs;
    private final StoreFault fault;
    private final Function<String, ValuePattern> patterns;
    private final Function<PartitionKey, Consumer<UploadMark>> uploads;
    private final List<String> report = new ArrayList<>();
    private final Map<Long, LiveSegment> live = new TreeMap<>();

    /// Those of `live` that the catalog did not have, and numbers of those that others have all of.
    private final List<LiveSegment> takenUp = new ArrayList<>();

    private final Set<Long> superseded = new TreeSet<>();
    private final List<FoundLog> logs = new ArrayList<>();
    private long generationMax;
    private long segmentMax;

    private Recovery(
            Vfs vfs,
            StoreFault fault,
            Function<String, ValuePattern> patterns,
            Function<PartitionKey, Consumer<UploadMark>> uploads) {
        this.vfs = vfs;
        this.fault = fault;
        this.patterns = patterns;
        this.uploads = uploads;
    }

    /// A log that no segment replaces.
    ///
    /// @param bytes where its last frame ends
    record FoundLog(Generation generation, long bytes) {}

    /// All that was found.
    ///
    /// @param segments      live, open
    /// @param logs          by generation, the oldest first
    /// @param generationMax the largest ever used
    /// @param report        a line for everything that is not as it was left
    record Result(
            Catalog catalog,
            List<LiveSegment> segments,
            List<FoundLog> logs,
            long generationMax,
            List<String> report) {}

    /// @param uploads takes, in no order, the uploads of a partition that are in the logs
    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if a newer version of the software wrote a file
    static Result run(
            Vfs vfs,
            StoreFault fault,
            Function<String, ValuePattern> patterns,
            Function<PartitionKey, Consumer<UploadMark>> uploads)
            throws IOException {
        var recovery = new Recovery(vfs, fault, patterns, uploads);
        try {
            return recovery.run();
        } catch (IOException | RuntimeException e) {
            recovery.live.values().forEach(LiveSegment::release);
            throw e;
        }
    }

    private Result run() throws IOException {
        // A process that was killed, not the machine, leaves names in the folder that no sync has
        // covered.
        fault.sync("the folder", vfs::syncDirectory);
        List<String> names = vfs.list();
        Catalog catalog = Catalog.open(vfs, fault, names, patterns, report);
        CatalogState state = catalog.state();
        generationMax = state.generationMax();
        segmentMax = state.segmentMax();
        Set<Generation> logged = new TreeSet<>();
        Set<Long> present = new TreeSet<>();
        for (String name : names) {
            if (name.endsWith(Files.UNFINISHED) || LogFiles.isSpare(name)) {
                vfs.delete(name);
            }
            Generation.ofAny(name)
                    .ifPresent(found -> generationMax = Math.max(generationMax, found.number()));
            SegmentNames.ofAny(name).ifPresent(found -> segmentMax = Math.max(segmentMax, found));
            Generation.ofLog(name).ifPresent(logged::add);
            SegmentNames.number(name).ifPresent(present::add);
        }
        boolean isComplete = openListed(state, present, logged);
        Set<Long> unlisted = new TreeSet<>(present);
        unlisted.removeAll(state.numbers());
        if (catalog.isNewest() && isComplete) {
            for (long number : List.copyOf(unlisted)) {
                if (number <= state.segmentMax()) {
                    vfs.delete(SegmentNames.of(number));
                    unlisted.remove(number);
                }
            }
        }
        takeUp(unlisted, present, logged);
        reportDeletes(catalog);
        publishWhatIsLive(catalog);
        deleteSuperseded();
        for (Generation generation : logged) {
            if (sealed().contains(generation)) {
                vfs.delete(generation.logName());
            } else {
                look(generation).ifPresent(logs::add);
            }
        }
        live.values().forEach(LiveSegment::logIsGone);
        return new Result(
                catalog,
                List.copyOf(live.values()),
                List.copyOf(logs),
                generationMax,
                List.copyOf(report));
    }

    /// Opens the segments of the catalog.
    ///
    /// @return whether all of them are there
    private boolean openListed(CatalogState state, Set<Long> present, Set<Generation> logged)
            throws IOException {
        boolean isComplete = true;
        for (SegmentInfo info : state.segments()) {
            String name = SegmentNames.of(info.number());
            Optional<Generation> log = logOf(info).filter(logged::contains);
            log.ifPresent(found -> generationMax = Math.max(generationMax, found.number()));
            if (!present.contains(info.number())) {
                isComplete = false;
                if (log.isEmpty()) {
                    report.add(name + ": missing");
                }
                continue;
            }
            Optional<Segment> segment = open(name, log.isPresent());
            isComplete &= segment.isPresent();
            segment.ifPresent(open -> live.put(info.number(), new LiveSegment(open, info)));
        }
        return isComplete;
    }

    private static Optional<Generation> logOf(SegmentInfo info) {
        return info.replaces().map(head -> new Generation(head.shard(), head.generation()));
    }

    private Optional<Segment> open(String name, boolean hasLog) throws IOException {
        try {
            return Optional.of(Segment.open(vfs, name));
        } catch (FlamekeeperException e) {
            if (e.code() != ErrorCode.CORRUPT_DATA) {
                throw e;
            }
            setAside(name, hasLog, e);
            return Optional.empty();
        }
    }

    private void setAside(String name, boolean hasLog, FlamekeeperException why)
            throws IOException {
        if (hasLog) {
            report.add("%s; made again from its log".formatted(why.getMessage()));
            vfs.delete(name);
        } else {
            report.add("%s; set aside as %s".formatted(why.getMessage(), name + SET_ASIDE));
            vfs.rename(name, name + SET_ASIDE);
            fault.sync("the folder", vfs::syncDirectory);
        }
    }

    /// Decides about segments that only what they say of themselves explains.
    private void takeUp(Set<Long> unlisted, Set<Long> present, Set<Generation> logged)
            throws IOException {
        Map<Long, LiveSegment> found = new TreeMap<>(Comparator.reverseOrder());
        for (long number : unlisted) {
            open(SegmentNames.of(number), false)
                    .ifPresent(segment ->
                            found.put(
                                    number,
                                    new LiveSegment(segment, LiveSegment.describe(segment, 0))));
        }
        for (LiveSegment segment : live.values()) {
            supersede(segment, found);
        }
        for (LiveSegment segment : found.values()) {
            if (superseded.contains(segment.number())) {
                segment.release();
                continue;
            }
            boolean isElsewhere =
                    switch (segment.segment().header().origin()) {
                        case SegmentHeader.Sealed(int shard, long generation) ->
                                logged.contains(new Generation(shard, generation));
                        case SegmentHeader.Compacted(List<Long> numbers) ->
                                present.containsAll(numbers);
                    };
            if (isElsewhere) {
                superseded.add(segment.number());
                segment.release();
            } else {
                report.add(
                        SegmentNames.of(segment.number()) + ": not in the catalog, taken up again");
                live.put(segment.number(), segment);
                takenUp.add(segment);
                // A log that got this generation again would be deleted as the one it was sealed
                // from.
                logOf(segment.info())
                        .ifPresent(head -> generationMax = Math.max(generationMax, head.number()));
                supersede(segment, found);
            }
        }
        for (long number : superseded) {
            LiveSegment gone = live.remove(number);
            if (gone != null) {
                gone.release();
            }
        }
    }

    /// Everything that a live segment was made of, and what that was made of, is in it.
    private void supersede(LiveSegment segment, Map<Long, LiveSegment> found) {
        if (segment.segment().header().origin() instanceof SegmentHeader.Compacted(var numbers)) {
            for (long number : numbers) {
                if (superseded.add(number)) {
                    LiveSegment input = found.getOrDefault(number, live.get(number));
                    if (input != null) {
                        supersede(input, found);
                    }
                }
            }
        }
    }

    /// A segment that the catalog does not explain is one that a later catalog knew.
    private void reportDeletes(Catalog catalog) {
        boolean isLaterLost = !catalog.isNewest() || !takenUp.isEmpty();
        if (isLaterLost && !live.isEmpty()) {
            report.add(
                    "catalog: the last state is lost, so profiles that were deleted may be shown again"
                            + " (expected: deletes to be sent again)");
        }
    }

    private void publishWhatIsLive(Catalog catalog) throws IOException {
        CatalogState state = catalog.state();
        if (catalog.isNewest() && live.keySet().equals(state.numbers())) {
            return;
        }
        List<Tombstone> tombstones = new ArrayList<>();
        for (Tombstone tombstone : state.tombstones()) {
            var segments = new HashSet<>(tombstone.segments());
            for (LiveSegment segment : takenUp) {
                // If it hides rows of all that the segment was made of, it came while that was
                // made.
                // If not, it came before, and the segment was made without those rows.
                if (segment.segment().header().origin()
                                instanceof SegmentHeader.Compacted(var numbers)
                        && tombstone.segments().containsAll(numbers)) {
                    segments.add(segment.number());
                }
            }
            segments.retainAll(live.keySet());
            tombstones.add(
                    new Tombstone(
                            tombstone.id(),
                            tombstone.tenant(),
                            tombstone.selector(),
                            tombstone.range(),
                            segments));
        }
        catalog.publish(
                new CatalogState(
                        live.values().stream().map(LiveSegment::info).toList(),
                        tombstones,
                        segmentMax,
                        generationMax,
                        state.tombstoneMax(),
                        state.retention()));
        catalog.removeOld();
    }

    private void deleteSuperseded() throws IOException {
        for (long number : superseded) {
            Files.deleteIfExists(vfs, SegmentNames.of(number));
        }
    }

    private Set<Generation> sealed() {
        Set<Generation> sealed = new HashSet<>();
        for (LiveSegment segment : live.values()) {
            logOf(segment.info()).ifPresent(sealed::add);
        }
        return sealed;
    }

    /// Goes through a log and takes from it only what must be known before the first append: where it ends, and
    /// which uploads are in it.
    private Optional<FoundLog> look(Generation generation) throws IOException {
        List<Consumer<UploadMark>> takers = new ArrayList<>();
        long bytes =
                WalRecovery.read(
                        vfs,
                        generation.logName(),
                        generation.shard(),
                        generation.number(),
                        (type, payload) -> GroupCodec.readUpload(type, payload, takers, uploads),
                        report::add);
        if (bytes == 0) {
            vfs.delete(generation.logName());
            return Optional.empty();
        }
        return Optional.of(new FoundLog(generation, bytes));
    }
}
