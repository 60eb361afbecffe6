package io.flamekeeper.store;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.wal.WalWriter;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One writer with its queue, head and log. The writer takes what waits, interns it, logs it, syncs once,
/// shows it, and only then answers; so whoever is answered finds it durable and visible.
///
/// All but [#append], [#freeze], [#freezeIfAged], [#state], [#close] and the counters belongs to the writer
/// thread.
final class Shard {
    private final int number;
    private final Vfs vfs;
    private final StoreConfig config;
    private final InstantSource clock;
    private final StoreFault fault;
    private final LongSupplier nextGeneration;
    private final Runnable sealSoon;

    private final WorkQueue<Work> queue;
    private final AtomicReference<ShardState> state;
    private final AtomicLong appendedProfiles = new AtomicLong();
    private final AtomicLong syncCount = new AtomicLong();
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

    private final long hashSeed;
    private final GroupInterner interner = new GroupInterner();
    private Head head;
    private WalWriter wal;

    /// When the head got its first profile, [Long#MAX_VALUE] while it has none. Written by the writer.
    private volatile long headSinceMillis;

    /// What the writer is asked to do.
    private sealed interface Work {
        CompletableFuture<@Nullable Void> done();

        record Append(PartitionKey key, ProfileGroup group, CompletableFuture<@Nullable Void> done)
                implements Work {}

        record Freeze(CompletableFuture<@Nullable Void> done) implements Work {}
    }

    /// An append that is in the batch, and how to take it back.
    private record Logged(
            Work.Append append,
            HeadPartition partition,
            boolean isNew,
            Dictionary.Mark before,
            List<ProfileRow> rows) {}

    /// What a shard shares with the others of its store.
    record Context(
            Vfs vfs,
            StoreConfig config,
            InstantSource clock,
            StoreFault fault,
            LongSupplier nextGeneration,
            Runnable sealSoon,
            long hashSeed) {}

    /// @param found what the logs of this shard hold
    Shard(int number, Context context, Recovery.Found found) {
        this.number = number;
        this.vfs = context.vfs;
        this.config = context.config;
        this.clock = context.clock;
        this.fault = context.fault;
        this.nextGeneration = context.nextGeneration;
        this.sealSoon = context.sealSoon;
        this.hashSeed = context.hashSeed;
        this.queue = new WorkQueue<>(config.queueGroupsMax());
        this.state = new AtomicReference<>(ShardState.of(found.frozen()));
        Optional<Recovery.OpenLog> open = found.active();
        this.head = open.map(Recovery.OpenLog::head).orElseGet(this::newHead);
        this.wal = open.map(Recovery.OpenLog::wal).orElseGet(this::newLog);
        this.headSinceMillis = head.profileCount() > 0 ? clock.millis() : Long.MAX_VALUE;
        publish();
    }

    private Head newHead() {
        return new Head(new Generation(number, nextGeneration.getAsLong()), hashSeed);
    }

    private WalWriter newLog() {
        Generation generation = head.generation();
        return WalWriter.create(vfs, generation.logName(), number, generation.number());
    }

    /// Queues the group; the result completes when it is durable and visible, or was refused.
    CompletableFuture<@Nullable Void> append(PartitionKey key, ProfileGroup group) {
        return submit(new Work.Append(key, group, new CompletableFuture<>()));
    }

    /// Makes the head a frozen one, if there is anything in it, for the sealer to take.
    CompletableFuture<@Nullable Void> freeze() {
        return submit(new Work.Freeze(new CompletableFuture<>()));
    }

    /// Freezes a head that is old enough, also when nobody appends. Does not wait.
    void freezeIfAged() {
        if (isAged()) {
            // A full queue will see the age by itself, a closed one need not.
            queue.offer(new Work.Freeze(new CompletableFuture<>()));
        }
    }

    private CompletableFuture<@Nullable Void> submit(Work work) {
        switch (queue.offer(work)) {
            case TAKEN -> {}
            case FULL ->
                    work.done()
                            .completeExceptionally(
                                    new FlamekeeperException(
                                            ErrorCode.OVERLOADED,
                                            "shard %d: queue full (expected: at most %d groups waiting)",
                                            number,
                                            config.queueGroupsMax()));
            case CLOSED -> work.done().completeExceptionally(EmbeddedStore.closing());
        }
        return work.done();
    }

    /// Whether appends wait for one that is under way.
    boolean isBusy() {
        return queue.isAnyWaiting();
    }

    ShardState state() {
        return state.get();
    }

    /// Shows the head no more: a segment has it all.
    void sealed(ShardState.FrozenHead frozen) {
        state.updateAndGet(now -> now.sealed(frozen));
    }

    long appendedProfiles() {
        return appendedProfiles.get();
    }

    long syncCount() {
        return syncCount.get();
    }

    /// Takes nothing more; the writer ends once it has done what waits.
    void close() {
        queue.close();
    }

    /// Waits until the writer has ended; needs [#close] first.
    void awaitEnd() {
        ended.join();
    }

    /// The writer thread.
    void run() {
        try {
            for (Optional<Work> work = queue.take(); work.isPresent(); work = queue.take()) {
                process(work.get());
            }
        } catch (RuntimeException | Error e) {
            fault.set("writer of shard " + number + " died: " + e);
            queue.close();
            for (Optional<Work> work = queue.poll(); work.isPresent(); work = queue.poll()) {
                work.get().done().completeExceptionally(e);
            }
            throw e;
        } finally {
            closeLog();
            ended.complete(null);
        }
    }

    private void closeLog() {
        try {
            wal.close();
        } catch (IOException e) {
            fault.set("closing the log of shard " + number + " failed: " + e.getMessage());
        }
    }

    /// Does one piece of work, and every append that waits behind it in the same batch.
    private void process(Work first) {
        List<Logged> batch = new ArrayList<>();
        List<Work.Freeze> freezes = new ArrayList<>();
        try {
            Optional<Work> next = Optional.of(first);
            while (next.isPresent()) {
                switch (next.get()) {
                    case Work.Append append -> log(append, batch);
                    case Work.Freeze freeze -> freezes.add(freeze);
                }
                boolean isFull = wal.batchBytes() >= config.batchBytesMax() || !freezes.isEmpty();
                next = isFull ? Optional.empty() : queue.poll();
            }
            commit(batch);
            if (!freezes.isEmpty() || (isSealDue() && state.get().frozen().isEmpty())) {
                freezeHead();
            }
            freezes.forEach(freeze -> freeze.done().complete(null));
        } catch (RuntimeException | Error e) {
            batch.forEach(logged -> logged.append.done().completeExceptionally(e));
            freezes.forEach(freeze -> freeze.done().completeExceptionally(e));
            first.done().completeExceptionally(e);
            throw e;
        }
    }

    /// Interns the group and puts it into the batch, or refuses it and leaves no trace.
    private void log(Work.Append append, List<Logged> batch) {
        try {
            fault.check();
            checkRoom();
        } catch (FlamekeeperException e) {
            append.done().completeExceptionally(e);
            return;
        }
        int partitionNumber = head.numberOf(append.key());
        boolean isNew = partitionNumber == head.partitionCount();
        HeadPartition partition = isNew ? head.add(append.key()) : head.partition(partitionNumber);
        Dictionary.Mark before = partition.dictionary().mark();
        ByteSink payload = wal.beginFrame();
        List<ProfileRow> rows;
        try {
            rows = interner.intern(append.group(), partition.dictionary());
            GroupCodec.write(partitionNumber, partition, isNew, before, rows, payload);
        } catch (RuntimeException e) {
            wal.abandonFrame();
            forget(partition, isNew, before);
            append.done().completeExceptionally(e);
            return;
        }
        wal.endFrame(GroupCodec.FRAME_TYPE);
        batch.add(new Logged(append, partition, isNew, before, rows));
    }

    private void checkRoom() {
        if (wal.bytes() > StoreConfig.OVERFULL * config.sealLogBytes()
                || head.memoryBytes() > StoreConfig.OVERFULL * config.sealHeadBytes()) {
            throw new FlamekeeperException(
                    ErrorCode.OVERLOADED,
                    "shard %d: head of %d bytes, log of %d (expected: to be sealed long since)",
                    number,
                    head.memoryBytes(),
                    wal.bytes());
        }
    }

    private void forget(HeadPartition partition, boolean isNew, Dictionary.Mark before) {
        partition.dictionary().rollbackTo(before);
        if (isNew) {
            head.removeLast();
        }
    }

    /// Makes the batch durable, then visible, then answers.
    private void commit(List<Logged> batch) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            wal.write();
            fault.sync(head.generation().logName(), wal::sync);
        } catch (IOException e) {
            refuse(
                    batch,
                    new FlamekeeperException(
                            e, ErrorCode.STORE_UNAVAILABLE, "store: cannot write the log: %s", e));
            return;
        } catch (FlamekeeperException e) {
            refuse(batch, e);
            return;
        }
        syncCount.incrementAndGet();
        if (headSinceMillis == Long.MAX_VALUE) {
            headSinceMillis = clock.millis();
        }
        for (Logged logged : batch) {
            head.addRows(logged.partition, logged.rows);
            appendedProfiles.addAndGet(logged.rows.size());
        }
        publish();
        batch.forEach(logged -> logged.append.done().complete(null));
    }

    private void refuse(List<Logged> batch, FlamekeeperException cause) {
        wal.abandonBatch();
        for (Logged logged : batch.reversed()) {
            forget(logged.partition, logged.isNew, logged.before);
        }
        batch.forEach(logged -> logged.append.done().completeExceptionally(cause));
    }

    private void publish() {
        HeadPart[] parts = head.publish();
        state.updateAndGet(now -> now.withActive(parts, head.profileCount(), wal.bytes()));
    }

    private boolean isSealDue() {
        return wal.bytes() >= config.sealLogBytes()
                || head.memoryBytes() >= config.sealHeadBytes()
                || isAged();
    }

    private boolean isAged() {
        long since = headSinceMillis;
        return since != Long.MAX_VALUE && clock.millis() - since >= config.sealAge().toMillis();
    }

    private void freezeHead() {
        if (head.profileCount() == 0 || fault.reason().isPresent()) {
            return;
        }
        closeLog();
        Generation generation = head.generation();
        head = newHead();
        wal = newLog();
        headSinceMillis = Long.MAX_VALUE;
        state.updateAndGet(now -> now.frozenAs(generation));
        sealSoon.run();
    }
}
