package io.flamekeeper.store;

import io.flamekeeper.compaction.CompactionPolicy;
import io.flamekeeper.dictionary.PartitionKey;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.wal.LogFiles;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// A store in one folder: a [Shard] per core writes logs and keeps the newest profiles in memory, a
/// [Sealer] turns them into segments, a [Compactor] looks after those, [Recovery] finds all of it again and a
/// [ReadBack] brings back what was in memory. What never changes hands is the order: durable, then visible, then
/// answered.
public final class EmbeddedStore implements Store {
    private final Vfs vfs;
    private final StoreFault fault;
    private final Reserve reserve;
    private final List<Shard> shards;
    private final Sealer sealer;
    private final LiveSegments live;
    private final Compactor compactor;
    private final ReadBack readBack;
    private final InstantSource clock;
    private final Duration readBackWait;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedStore(
            Vfs vfs,
            StoreFault fault,
            Reserve reserve,
            List<Shard> shards,
            Sealer sealer,
            LiveSegments live,
            Compactor compactor,
            ReadBack readBack,
            InstantSource clock,
            Duration readBackWait) {
        this.vfs = vfs;
        this.fault = fault;
        this.reserve = reserve;
        this.shards = shards;
        this.sealer = sealer;
        this.live = live;
        this.compactor = compactor;
        this.readBack = readBack;
        this.clock = clock;
        this.readBackWait = readBackWait;
    }

    /// The same with nothing done to sealed profiles unless asked for, and no deletes by regular expression.
    public static EmbeddedStore open(
            Vfs vfs,
            StoreConfig config,
            InstantSource clock,
            long hashSeed,
            ThreadFactory threads,
            Consumer<String> report) {
        return open(
                vfs,
                config,
                UpkeepConfig.manual(expression -> {
                    throw new FlamekeeperException(
                            ErrorCode.UNSUPPORTED, "regular expression: %s", expression);
                }),
                clock,
                hashSeed,
                threads,
                report);
    }

    /// Finds out what the folder holds and starts the threads. From then on the store takes profiles; a snapshot
    /// waits until what was in memory of the process before is back in this one's.
    ///
    /// @param vfs      taken over; closed with the store, also when this fails
    /// @param hashSeed unpredictable, so that nobody can choose names whose hashes collide
    /// @param upkeep   what becomes of sealed profiles
    /// @param threads  makes the writer of every shard, the sealer, the compactor and what reads logs back
    /// @param report   gets, from any thread, a line for everything an operator should know: what recovery
    ///     repaired or set aside, and why sealing fails
    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if the folder cannot be read or written, or a newer
    ///     version of the software wrote it
    public static EmbeddedStore open(
            Vfs vfs,
            StoreConfig config,
            UpkeepConfig upkeep,
            InstantSource clock,
            long hashSeed,
            ThreadFactory threads,
            Consumer<String> report) {
        var fault = new StoreFault();
        var logFiles = new LogFiles(vfs, config.logStepBytes(), config.shardCount());
        // A step for every log, and one to spare.
        long marginBytes = (config.shardCount() + 1L) * config.logStepBytes();
        var reserve = new Reserve(vfs, logFiles, clock, config.reserveBytes(), marginBytes);
        List<EarlierUploads> uploads = new ArrayList<>();
        for (int shard = 0; shard < config.shardCount(); shard++) {
            int countMax = Math.ceilDiv(config.uploadsMax(), config.shardCount());
            uploads.add(new EarlierUploads(new KnownUploads(countMax, hashSeed), clock.millis()));
        }
        Recovery.Result found;
        try {
            found =
                    Recovery.run(
                            reserve.folder(),
                            fault,
                            upkeep.patterns(),
                            key -> uploads.get(key.shard(uploads.size())).of(key));
        } catch (IOException e) {
            throw closing(
                    vfs,
                    new FlamekeeperException(
                            e, ErrorCode.STORE_UNAVAILABLE, "store: cannot be read back: %s", e));
        } catch (RuntimeException e) {
            throw closing(vfs, e);
        }
        found.report().forEach(report);
        try {
            reserve.open();
        } catch (IOException e) {
            report.accept("reserve: cannot be made, will be tried again: " + e);
        }
        found.segments().forEach(segment -> rememberUploads(segment, uploads, report));
        return start(
                reserve, config, upkeep, clock, hashSeed, threads, report, fault, logFiles, uploads,
                found);
    }

    private static RuntimeException closing(Vfs vfs, RuntimeException cause) {
        try {
            vfs.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        return cause;
    }

    private static EmbeddedStore start(
            Reserve reserve,
            StoreConfig config,
            UpkeepConfig upkeep,
            InstantSource clock,
            long hashSeed,
            ThreadFactory threads,
            Consumer<String> report,
            StoreFault fault,
            LogFiles logFiles,
            List<EarlierUploads> uploads,
            Recovery.Result found) {
        Vfs vfs = reserve.folder();
        List<Shard> shards = new ArrayList<>();
        List<FrozenHeads> frozen = new ArrayList<>();
        var live = new LiveSegments(vfs, fault, found.catalog(), found.segments(), report);
        var sealer = new Sealer(vfs, logFiles, fault, live, clock, frozen, report);
        var readBack =
                new ReadBack(
                        vfs,
                        fault,
                        found.logs(),
                        hashSeed,
                        () -> unsealedBytesMax(config, sealer),
                        sealer.ticker()::wake,
                        report);
        var compactor =
                new Compactor(
                        vfs,
                        fault,
                        live,
                        upkeep,
                        clock,
                        hashSeed,
                        new Breather(() ->
                                !readBack.isDone() || shards.stream().anyMatch(Shard::isBusy)),
                        report);
        var generation = new AtomicLong(found.generationMax());
        var context =
                new Shard.Context(
                        logFiles,
                        config,
                        clock,
                        fault,
                        reserve,
                        generation::incrementAndGet,
                        sealer.ticker()::wake,
                        hashSeed);
        for (int number = 0; number < config.shardCount(); number++) {
            shards.add(new Shard(number, context, uploads.get(number)));
        }
        frozen.addAll(shards);
        frozen.add(readBack);
        shards.forEach(shard -> threads.newThread(shard::run).start());
        threads.newThread(sealer.ticker()::run).start();
        threads.newThread(readBack.ticker()::run).start();
        threads.newThread(compactor.ticker()::run).start();
        return new EmbeddedStore(
                vfs,
                fault,
                reserve,
                List.copyOf(shards),
                sealer,
                live,
                compactor,
                readBack,
                clock,
                config.readBackWait());
    }

    /// Memory of heads that are read back, from which on the next log waits for one to be sealed. If that cannot be,
    /// reading goes on as far as the process before could have had it in memory.
    private static long unsealedBytesMax(StoreConfig config, Sealer sealer) {
        return sealer.isFailing()
                ? 2L * config.shardCount() * config.sealHeadBytes()
                : config.sealHeadBytes() / 2;
    }

    /// A segment that cannot say which uploads it holds still holds them.
    private static void rememberUploads(
            LiveSegment found, List<EarlierUploads> uploads, Consumer<String> report) {
        for (Partition partition : found.segment().partitions()) {
            var key = new PartitionKey(partition.tenant(), partition.service());
            try {
                partition.uploads().forEach(uploads.get(key.shard(uploads.size())).of(key));
            } catch (FlamekeeperException e) {
                if (e.code() != ErrorCode.CORRUPT_DATA) {
                    throw e;
                }
                report.accept(
                        e.getMessage() + "; an upload in it that is sent again is stored again");
            }
        }
    }

    @Override
    public List<Appended> append(TenantScope scope, List<ProfileGroup> groups) {
        List<CompletableFuture<Appended>> answers = new ArrayList<>(groups.size());
        for (ProfileGroup group : groups) {
            var key = new PartitionKey(scope.tenant(), group.service());
            answers.add(
                    group.profiles().isEmpty()
                            ? CompletableFuture.completedFuture(Appended.STORED)
                            : shards.get(key.shard(shards.size())).append(key, group));
        }
        return awaitAll(answers);
    }

    /// Waits for every answer, without reacting to interrupts, then throws the first refusal.
    private static <T> List<T> awaitAll(List<CompletableFuture<T>> answers) {
        @Nullable RuntimeException refusal = null;
        List<T> results = new ArrayList<>(answers.size());
        for (CompletableFuture<T> answer : answers) {
            try {
                results.add(answer.join());
            } catch (CompletionException e) {
                refusal = refusal == null ? unwrap(e) : refusal;
            }
        }
        if (refusal != null) {
            throw refusal;
        }
        return results;
    }

    /// One exception for each caller: several may wait for the same batch.
    private static RuntimeException unwrap(CompletionException e) {
        return e.getCause() instanceof FlamekeeperException cause
                ? new FlamekeeperException(
                        cause, cause.code(), "%s", String.valueOf(cause.getMessage()))
                : e;
    }

    /// Seals everything that is in memory now, and returns when it is in segments. For tests and tools; by
    /// itself the store seals as [StoreConfig] says.
    ///
    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if the disk refuses; everything stays readable
    public void seal() {
        readBack.await(readBackWait);
        awaitAll(shards.stream().map(Shard::freeze).toList());
        try {
            sealer.seal();
        } catch (IOException e) {
            throw new FlamekeeperException(
                    e, ErrorCode.STORE_UNAVAILABLE, "store: cannot seal: %s", e);
        }
    }

    /// Does now what the compactor does by itself in time, and returns when nothing is due any more. For tests
    /// and tools.
    ///
    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if the disk refuses; everything stays readable
    public void compact() {
        work(CompactionPolicy.at(clock.millis()));
    }

    /// The same as if every hour and day of what is sealed were over: one segment a tenant and day is left.
    ///
    /// @throws FlamekeeperException `STORE_UNAVAILABLE` if the disk refuses; everything stays readable
    public void compactAll() {
        work(CompactionPolicy.everything());
    }

    private void work(CompactionPolicy policy) {
        fault.check();
        try {
            compactor.work(policy);
        } catch (IOException e) {
            throw new FlamekeeperException(
                    e, ErrorCode.STORE_UNAVAILABLE, "store: cannot compact: %s", e);
        }
    }

    @Override
    public void delete(TenantScope scope, Selector selector, TimeRange range) {
        fault.check();
        seal();
        try {
            if (live.hide(new Tombstone(0, scope.tenant(), selector, range, Set.of()))) {
                compactor.ticker().wake();
            }
        } catch (IOException e) {
            throw new FlamekeeperException(
                    e, ErrorCode.STORE_UNAVAILABLE, "store: cannot delete: %s", e);
        }
    }

    @Override
    public Snapshot snapshot(TenantScope scope) {
        readBack.await(readBackWait);
        return live.whileUnchanged(() -> {
            List<LiveSegment> held = new ArrayList<>();
            List<Part> parts = new ArrayList<>();
            for (Shard shard : shards) {
                ShardState state = shard.state();
                parts.addAll(Head.ofTenant(state.active(), scope.tenant()));
                state.frozen()
                        .forEach(head -> parts.addAll(Head.ofTenant(head.parts(), scope.tenant())));
            }
            readBack.frozen()
                    .forEach(head -> parts.addAll(Head.ofTenant(head.parts(), scope.tenant())));
            LiveSegments.View view = live.view();
            for (LiveSegment segment : view.segments()) {
                List<Part> ofTenant = parts(segment, view.tombstones(), scope.tenant());
                if (!ofTenant.isEmpty()) {
                    if (!segment.tryAcquire()) {
                        held.forEach(LiveSegment::release);
                        throw closing();
                    }
                    held.add(segment);
                    parts.addAll(ofTenant);
                }
            }
            return new SegmentHolder(List.copyOf(parts), held);
        });
    }

    private static List<Part> parts(
            LiveSegment segment, List<Tombstone> tombstones, TenantId tenant) {
        List<Part> parts = new ArrayList<>();
        for (Partition partition : segment.partitions(tenant)) {
            var part = new SegmentPart(partition);
            List<Tombstone> applying = LiveSegments.applying(tombstones, segment, partition);
            parts.add(applying.isEmpty() ? part : new HiddenPart(part, applying));
        }
        return parts;
    }

    /// Keeps the segments of its parts open.
    private static final class SegmentHolder implements Snapshot {
        private final List<Part> parts;
        private final List<LiveSegment> segments;
        private final AtomicBoolean closed = new AtomicBoolean();

        SegmentHolder(List<Part> parts, List<LiveSegment> segments) {
            this.parts = parts;
            this.segments = segments;
        }

        @Override
        public List<Part> parts() {
            return parts;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                segments.forEach(LiveSegment::release);
            }
        }
    }

    @Override
    public StoreStatistics statistics() {
        List<ShardState> states = shards.stream().map(Shard::state).toList();
        List<LiveSegment> segments = live.view().segments();
        List<ShardState.FrozenHead> readBackHeads = readBack.frozen();
        long unreadBytes = readBack.unreadBytes();
        return new StoreStatistics(
                sum(shards, Shard::appendedProfiles),
                readBack.profiles(),
                unreadBytes,
                sum(states, ShardState::headProfiles)
                        + sum(readBackHeads, ShardState.FrozenHead::profiles),
                segments.size(),
                sum(segments, segment -> segment.info().bytes()),
                sum(states, ShardState::walBytes)
                        + sum(readBackHeads, ShardState.FrozenHead::logBytes)
                        + unreadBytes,
                sum(shards, Shard::syncCount),
                sum(shards, Shard::repeatedUploads),
                sum(shards, Shard::forgottenUploads),
                sum(shards, Shard::dictionaryRolls),
                reserve.isFull(),
                compactor.statistics());
    }

    private static <T> long sum(List<T> all, ToLongFunction<T> figure) {
        return all.stream().mapToLong(figure).sum();
    }

    @Override
    public Optional<String> fault() {
        return fault.reason();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        compactor.ticker().close();
        sealer.ticker().close();
        readBack.close();
        compactor.awaitEnd();
        sealer.ticker().awaitEnd();
        readBack.ticker().awaitEnd();
        shards.forEach(Shard::close);
        shards.forEach(Shard::awaitEnd);
        live.close();
        try {
            vfs.close();
        } catch (IOException e) {
            throw new FlamekeeperException(
                    e, ErrorCode.STORE_UNAVAILABLE, "store: cannot give up the folder: %s", e);
        }
    }

    static FlamekeeperException closing() {
        return new FlamekeeperException(ErrorCode.STORE_UNAVAILABLE, "store: closing");
    }
}
