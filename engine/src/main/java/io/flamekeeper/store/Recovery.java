package io.flamekeeper.store;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.segment.Segment;
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

/// What a start makes of the files it finds. Needs nobody's help and can be cut off anywhere: doing it again
/// comes to the same.
///
/// | found                                        | becomes                                             |
/// |----------------------------------------------|-----------------------------------------------------|
/// | an unfinished file                           | deleted                                             |
/// | a spare of a log                             | deleted; nobody knows what is in it                 |
/// | a segment in the catalog                     | live; its log, if still there, is deleted           |
/// | a segment not in the catalog, with its log   | deleted; the log has it all                         |
/// | a segment not in the catalog, without log    | live: only a lost catalog explains it               |
/// | a segment that cannot be opened, with log    | deleted; the log has it all                         |
/// | a segment that cannot be opened, without log | set aside as `….quarantine`                         |
/// | a log without segment                        | a head; the newest of each shard is written further |
/// | anything else                                | left alone                                          |
final class Recovery {
    private static final String SET_ASIDE = ".quarantine";

    private final Vfs vfs;
    private final LogFiles logFiles;
    private final StoreFault fault;
    private final int shardCount;
    private final long hashSeed;
    private final List<String> report = new ArrayList<>();
    private final Map<Generation, Segment> segments = new TreeMap<>();
    private final List<OpenLog> logs = new ArrayList<>();
    private long generationMax;

    private Recovery(Vfs vfs, LogFiles logFiles, StoreFault fault, int shardCount, long hashSeed) {
        this.vfs = vfs;
        this.logFiles = logFiles;
        this.fault = fault;
        this.shardCount = shardCount;
        this.hashSeed = hashSeed;
    }

    /// A log that was read back, open at its end.
    record OpenLog(Head head, WalWriter wal) {}

    /// What there is for one shard.
    ///
    /// @param active what the shard goes on with; empty if it starts anew
    record Found(
            Optional<OpenLog> active, List<ShardState.FrozenHead> frozen, List<Segment> segments) {}

    /// All that was found.
    ///
    /// @param shards        by number
    /// @param generationMax the largest ever used
    /// @param report        a line for everything that is not as it was left
    record Result(List<Found> shards, Catalog catalog, long generationMax, List<String> report) {
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
    static Result run(Vfs vfs, LogFiles logFiles, StoreFault fault, int shardCount, long hashSeed)
            throws IOException {
        var recovery = new Recovery(vfs, logFiles, fault, shardCount, hashSeed);
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
        segments.values().forEach(Segment::release);
    }

    private Result run() throws IOException {
        // A process that was killed, not the machine, leaves names in the folder that no sync has
        // covered.
        fault.sync("the folder", vfs::syncDirectory);
        List<String> names = vfs.list();
        Catalog catalog = Catalog.open(vfs, fault, names, report);
        for (String name : names) {
            if (name.endsWith(Files.UNFINISHED) || LogFiles.isSpare(name)) {
                vfs.delete(name);
            }
            Generation.ofAny(name)
                    .ifPresent(found -> generationMax = Math.max(generationMax, found.number()));
        }
        Set<Generation> logged = generations(names, true);
        openSegments(catalog.segments(), generations(names, false), logged);
        List<Generation> live = List.copyOf(segments.keySet());
        if (!Set.copyOf(live).equals(Set.copyOf(catalog.segments()))) {
            catalog.publish(live);
            catalog.removeOld();
        }
        for (Generation generation : logged.stream().sorted().toList()) {
            if (segments.containsKey(generation)) {
                vfs.delete(generation.logName());
            } else {
                logs.add(replay(generation));
            }
        }
        return new Result(distribute(), catalog, generationMax, List.copyOf(report));
    }

    private static Set<Generation> generations(List<String> names, boolean isLog) {
        Set<Generation> found = new HashSet<>();
        for (String name : names) {
            (isLog ? Generation.ofLog(name) : Generation.ofSegment(name)).ifPresent(found::add);
        }
        return found;
    }

    private void openSegments(
            List<Generation> listed, Set<Generation> present, Set<Generation> logged)
            throws IOException {
        for (Generation generation : listed) {
            generationMax = Math.max(generationMax, generation.number());
            if (!present.contains(generation) && !logged.contains(generation)) {
                report.add(generation.segmentName() + ": missing");
            }
        }
        for (Generation generation : present.stream().sorted().toList()) {
            boolean isListed = listed.contains(generation);
            boolean hasLog = logged.contains(generation);
            if (!isListed && hasLog) {
                vfs.delete(generation.segmentName());
                continue;
            }
            if (!isListed) {
                report.add(generation.segmentName() + ": not in the catalog, taken up again");
            }
            try {
                segments.put(generation, Segment.open(vfs, generation.segmentName()));
            } catch (FlamekeeperException e) {
                if (e.code() != ErrorCode.CORRUPT_DATA) {
                    throw e;
                }
                setAside(generation, hasLog, e);
            }
        }
    }

    private void setAside(Generation generation, boolean hasLog, FlamekeeperException why)
            throws IOException {
        String name = generation.segmentName();
        if (hasLog) {
            report.add("%s; made again from its log".formatted(why.getMessage()));
            vfs.delete(name);
        } else {
            report.add("%s; set aside as %s".formatted(why.getMessage(), name + SET_ASIDE));
            vfs.rename(name, name + SET_ASIDE);
            fault.sync("the folder", vfs::syncDirectory);
        }
    }

    private OpenLog replay(Generation generation) throws IOException {
        var head = new Head(generation, hashSeed);
        WalWriter wal =
                WalReader.replay(
                        logFiles,
                        generation.logName(),
                        generation.shard(),
                        generation.number(),
                        (type, payload) -> {
                            if (type != GroupCodec.FRAME_TYPE) {
                                throw payload.corrupt("frame of unknown type " + type);
                            }
                            GroupCodec.read(payload, head);
                        },
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
        Map<Integer, List<Segment>> sealed = new HashMap<>();
        segments.forEach((generation, segment) ->
                sealed.computeIfAbsent(generation.shard() % shardCount, _ -> new ArrayList<>())
                        .add(segment));
        List<Found> found = new ArrayList<>();
        for (int shard = 0; shard < shardCount; shard++) {
            List<ShardState.FrozenHead> heads =
                    frozen.getOrDefault(shard, List.of()).stream()
                            .sorted(Comparator.comparing(ShardState.FrozenHead::generation))
                            .toList();
            found.add(
                    new Found(
                            Optional.ofNullable(active.get(shard)),
                            heads,
                            sealed.getOrDefault(shard, List.of())));
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
