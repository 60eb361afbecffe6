package io.flamekeeper.store;

import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelMatcher.ValuePattern;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.wal.LogFiles;
import io.flamekeeper.wal.WalReader;
import io.flamekeeper.wal.WalWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
/// | a log without segment                                          | a head; the newest of each shard is written further |
/// | anything else                                                  | left alone                               |
///
/// If the newest catalog cannot be read, or lacks a file it names, every segment that it does not name counts as
/// newer.
final class Recovery {
    private static final String SET_ASIDE = ".quarantine";

    private final Vfs vfs;
    private final LogFiles logFiles;
    private final StoreFault fault;
    private final int shardCount;
    private final long hashSeed;
    private final Function<String, ValuePattern> patterns;
    private final List<String> report = new ArrayList<>();
    private final Map<Long, LiveSegment> live = new TreeMap<>();

    /// Those of `live` that the catalog did not have, and numbers of those that others have all of.
    private final List<LiveSegment> takenUp = new ArrayList<>();

    private final Set<Long> superseded = new TreeSet<>();
    private final List<OpenLog> logs = new ArrayList<>();
    private long generationMax;
    private long segmentMax;

    private Recovery(
            Vfs vfs,
            LogFiles logFiles,
            StoreFault fault,
            int shardCount,
            long hashSeed,
            Function<String, ValuePattern> patterns) {
        this.vfs = vfs;
        this.logFiles = logFiles;
        this.fault = fault;
        this.shardCount = shardCount;
        this.hashSeed = hashSeed;
        this.patterns = patterns;
    }

    /// A log that was read back, open at its end.
    record OpenLog(Head head, WalWriter wal) {}

    /// What there is for one shard.
    ///
    /// @param active what the shard goes on with; empty if it starts anew
    record Found(Optional<OpenLog> active, List<ShardState.FrozenHead> frozen) {}

    /// All that was found.
    ///
    /// @param shards        by number
    /// @param segments      live, open
    /// @param generationMax the largest ever used
    /// @param report        a line for everything that is not as it was left
    record Result(
            List<Found> shards,
            Catalog catalog,
            List<LiveSegment> segments,
            long generationMax,
            List<String> report) {
        long profiles() {
            return shards.stream()
                    .mapToLong(found ->
                            found.active.map(log -> log.head.profileCount()).orElse(0L)
                                    + found.frozen.stream()
                                            .mapToLong(ShardState.FrozenHead::profiles)
                                            .sum())
                    .sum();
        }
    }

    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if a newer version of the software wrote a file
    static Result run(
            Vfs vfs,
            LogFiles logFiles,
            StoreFault fault,
            int shardCount,
            long hashSeed,
            Function<String, ValuePattern> patterns)
            throws IOException {
        var recovery = new Recovery(vfs, logFiles, fault, shardCount, hashSeed, patterns);
        try {
            return recovery.run();
        } catch (IOException | RuntimeException e) {
            recovery.closeAll(e);
            throw e;
        }
    }

    private void closeAll(Exception cause) {
        for (OpenLog log : logs) {
            try {
                log.wal.close();
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
        live.values().forEach(LiveSegment::release);
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
        publishWhatIsLive(catalog);
        deleteSuperseded();
        for (Generation generation : logged) {
            if (sealed().contains(generation)) {
                vfs.delete(generation.logName());
            } else {
                logs.add(replay(generation));
            }
        }
        live.values().forEach(LiveSegment::logIsGone);
        return new Result(
                distribute(),
                catalog,
                List.copyOf(live.values()),
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

    private OpenLog replay(Generation generation) throws IOException {
        var head = new Head(generation, hashSeed);
        WalWriter wal =
                WalReader.replay(
                        logFiles,
                        generation.logName(),
                        generation.shard(),
                        generation.number(),
                        (type, payload) -> GroupCodec.read(type, payload, head),
                        report);
        return new OpenLog(head, wal);
    }

    /// Gives every shard its own; what shards that exist no more have left goes to others.
    private List<Found> distribute() throws IOException {
        Map<Integer, OpenLog> active = new HashMap<>();
        Map<Integer, List<ShardState.FrozenHead>> frozen = new HashMap<>();
        for (OpenLog log : logs.reversed()) {
            int shard = log.head.generation().shard();
            if (shard < shardCount && !active.containsKey(shard)) {
                active.put(shard, log);
            } else {
                log.wal.close();
                freeze(log, frozen.computeIfAbsent(shard % shardCount, _ -> new ArrayList<>()));
            }
        }
        List<Found> found = new ArrayList<>();
        for (int shard = 0; shard < shardCount; shard++) {
            List<ShardState.FrozenHead> heads =
                    frozen.getOrDefault(shard, List.of()).stream()
                            .sorted(Comparator.comparing(ShardState.FrozenHead::generation))
                            .toList();
            found.add(new Found(Optional.ofNullable(active.get(shard)), heads));
        }
        return found;
    }

    private void freeze(OpenLog log, List<ShardState.FrozenHead> frozen) throws IOException {
        Head head = log.head;
        if (head.profileCount() == 0) {
            vfs.delete(head.generation().logName());
        } else {
            frozen.add(
                    new ShardState.FrozenHead(
                            head.generation(),
                            head.publish(),
                            head.profileCount(),
                            log.wal.bytes()));
        }
    }
}
