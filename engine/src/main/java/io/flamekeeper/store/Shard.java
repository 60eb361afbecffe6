package io.flamekeeper.store;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.PartitionKey;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.UploadHash;
import io.flamekeeper.segment.UploadMark;
import io.flamekeeper.wal.LogFiles;
import io.flamekeeper.wal.WalWriter;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One writer with its queue, head and log. The writer takes what waits, interns it, logs it, syncs once,
/// shows it, and only then answers; so whoever is answered finds it durable and visible. With another
/// [Durability] the sync comes later or not at all; everything else is the same.
///
/// All but [#append], [#freeze], [#state], [#close], what [FrozenHeads] asks for and the counters belongs to the writer
/// thread.
final class Shard implements FrozenHeads {
    /// A disk that refuses so many batches in a row, and is not full, will not come back by itself.
    private static final int FAILED_WRITES_MAX = 3;

    private static final long SYNC_INTERVAL_MILLIS = 100;

    private final int number;
    private final LogFiles logFiles;
    private final StoreConfig config;
    private final InstantSource clock;
    private final StoreFault fault;
    private final Reserve reserve;
    private final LongSupplier nextGeneration;
    private final Runnable sealSoon;

    private final WorkQueue<Work> queue;
    private final AtomicReference<ShardState> state;
    private final AtomicLong appendedProfiles = new AtomicLong();
    private final AtomicLong syncCount = new AtomicLong();
    private final AtomicLong dictionaryRolls = new AtomicLong();
    private final AtomicLong repeatedUploads = new AtomicLong();
    private final AtomicLong forgottenUploads = new AtomicLong();
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

    private final long hashSeed;
    private final GroupInterner interner = new GroupInterner();
    private final EarlierUploads earlierUploads;
    private final KnownUploads uploads;
    private Head head;
    private WalWriter wal;

    /// Batches in a row that could not be written, although the disk is not full.
    private int failedWrites;

    /// When the head got its first profile, [Long#MAX_VALUE] while it has none. Written by the writer.
    private volatile long headSinceMillis = Long.MAX_VALUE;

    /// Whether a dictionary of the head is as large as one may be.
    private boolean isDictionaryFull;

    /// When the oldest frame that waits for a sync was written; means something only while one does.
    private long unsyncedSinceMillis;

    /// What the writer is asked to do.
    private sealed interface Work {
        CompletableFuture<?> done();

        record Append(PartitionKey key, ProfileGroup group, CompletableFuture<Appended> done)
                implements Work {}

        record Freeze(CompletableFuture<Boolean> done) implements Work {}
    }

    /// An append that is in the batch, and how to take it back.
    private record Logged(
            Work.Append append,
            HeadPartition partition,
            boolean isNew,
            Dictionary.Mark before,
            Optional<UploadMark> upload,
            List<ProfileRow> rows) {}

    /// What the writer puts into the log and syncs at once.
    ///
    /// @param repeated appends of an upload whose first copy is in the same batch
    /// @param uploads  number of its first upload
    private record Batch(List<Logged> logged, List<Work.Append> repeated, long uploads) {
        void failed(Throwable cause) {
            logged.forEach(one -> one.append.done().completeExceptionally(cause));
            repeated.forEach(one -> one.done().completeExceptionally(cause));
        }
    }

    /// What a shard shares with the others of its store.
    record Context(
            LogFiles logFiles,
            StoreConfig config,
            InstantSource clock,
            StoreFault fault,
            Reserve reserve,
            LongSupplier nextGeneration,
            Runnable sealSoon,
            long hashSeed) {}

    /// @param earlierUploads what this shard took before the start; complete when [#run] begins
    Shard(int number, Context context, EarlierUploads earlierUploads) {
        this.number = number;
        this.logFiles = context.logFiles;
        this.config = context.config;
        this.clock = context.clock;
        this.fault = context.fault;
        this.reserve = context.reserve;
        this.nextGeneration = context.nextGeneration;
        this.sealSoon = context.sealSoon;
        this.hashSeed = context.hashSeed;
        this.earlierUploads = earlierUploads;
        this.uploads = earlierUploads.known();
        this.queue = new WorkQueue<>(config.queueGroupsMax());
        this.state = new AtomicReference<>(ShardState.EMPTY);
        this.head = newHead();
        this.wal = newLog();
    }

    private Head newHead() {
        return new Head(new Generation(number, nextGeneration.getAsLong()), hashSeed);
    }

    private WalWriter newLog() {
        Generation generation = head.generation();
        return WalWriter.create(logFiles, generation.logName(), number, generation.number());
    }

    /// Queues the group; the result completes when it is durable and visible, or was refused.
    CompletableFuture<Appended> append(PartitionKey key, ProfileGroup group) {
        CompletableFuture<Appended> done = new CompletableFuture<>();
        submit(new Work.Append(key, group, done));
        return done;
    }

    /// Makes the head a frozen one, if there is anything in it, for the sealer to take.
    ///
    /// @return whether it did
    CompletableFuture<Boolean> freeze() {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        submit(new Work.Freeze(done));
        return done;
    }

    /// Also when nobody appends.
    @Override
    public void freezeIfAged() {
        if (isAged()) {
            // A full queue will see the age by itself, a closed one need not.
            queue.offer(new Work.Freeze(new CompletableFuture<>()));
        }
    }

    private void submit(Work work) {
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
    }

    /// Whether appends wait for one that is under way.
    boolean isBusy() {
        return queue.isAnyWaiting();
    }

    ShardState state() {
        return state.get();
    }

    @Override
    public List<ShardState.FrozenHead> frozen() {
        return state.get().frozen();
    }

    @Override
    public void sealed(ShardState.FrozenHead frozen) {
        state.updateAndGet(now -> now.sealed(frozen));
    }

    long appendedProfiles() {
        return appendedProfiles.get();
    }

    long syncCount() {
        return syncCount.get();
    }

    long dictionaryRolls() {
        return dictionaryRolls.get();
    }

    long repeatedUploads() {
        return repeatedUploads.get();
    }

    long forgottenUploads() {
        return forgottenUploads.get();
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
            earlierUploads.makeKnown();
            forgottenUploads.set(uploads.forgotten());
            for (Optional<Work> work = next(); work.isPresent(); work = next()) {
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

    /// Waits for work, and meanwhile syncs what is due; empty once the queue is closed and everything done.
    private Optional<Work> next() {
        if (isSyncPending()) {
            long waited = clock.millis() - unsyncedSinceMillis;
            // A clock that was set back tells nothing.
            if (waited >= 0 && waited < SYNC_INTERVAL_MILLIS) {
                long nanos = TimeUnit.MILLISECONDS.toNanos(SYNC_INTERVAL_MILLIS - waited);
                Optional<Work> work = queue.take(nanos);
                if (work.isPresent()) {
                    return work;
                }
            }
            syncPending();
        }
        return queue.take();
    }

    private boolean isSyncPending() {
        return config.durability() == Durability.INTERVAL
                && wal.isUnsynced()
                && fault.reason().isEmpty();
    }

    /// Syncs what was answered already. If that fails, the fault tells everybody who comes later.
    private void syncPending() {
        try {
            syncLog();
        } catch (FlamekeeperException e) {
            assert fault.reason().isPresent() : e;
        }
    }

    private void syncLog() {
        fault.sync(head.generation().logName(), wal::sync);
        syncCount.incrementAndGet();
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
        var batch = new Batch(new ArrayList<>(), new ArrayList<>(), uploads.nextNumber());
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
                boolean isFrozen = freezeHead();
                freezes.forEach(freeze -> freeze.done().complete(isFrozen));
            }
        } catch (RuntimeException | Error e) {
            batch.failed(e);
            freezes.forEach(freeze -> freeze.done().completeExceptionally(e));
            first.done().completeExceptionally(e);
            throw e;
        }
    }

    /// Interns the group and puts it into the batch; or answers it, if it is known or refused, and leaves no
    /// trace.
    private void log(Work.Append append, Batch batch) {
        try {
            fault.check();
            reserve.checkRoom();
            checkRoom();
        } catch (FlamekeeperException e) {
            append.done().completeExceptionally(e);
            return;
        }
        UploadHash hash = append.group().upload();
        long now = clock.millis();
        long secret = hash.isNone() ? 0 : uploads.secretOf(append.key());
        long known = hash.isNone() ? KnownUploads.UNKNOWN : uploads.find(secret, hash, now);
        if (known != KnownUploads.UNKNOWN) {
            repeat(append, known, batch);
            return;
        }
        Optional<UploadMark> upload =
                hash.isNone()
                        ? Optional.empty()
                        : Optional.of(new UploadMark(hash.high(), hash.low(), now));
        int partitionNumber = head.numberOf(append.key());
        boolean isNew = partitionNumber == head.partitionCount();
        HeadPartition partition = isNew ? head.add(append.key()) : head.partition(partitionNumber);
        Dictionary.Mark before = partition.dictionary().mark();
        ByteSink payload = wal.beginFrame();
        List<ProfileRow> rows;
        try {
            rows = interner.intern(append.group(), partition.dictionary());
            GroupCodec.write(partitionNumber, partition, isNew, before, upload, rows, payload);
        } catch (RuntimeException e) {
            wal.abandonFrame();
            forget(partition, isNew, before);
            append.done().completeExceptionally(e);
            return;
        }
        wal.endFrame(GroupCodec.frameType(rows));
        batch.logged.add(new Logged(append, partition, isNew, before, upload, rows));
        if (upload.isPresent()) {
            uploads.add(secret, hash, now);
            forgottenUploads.set(uploads.forgotten());
        }
    }

    /// Answers as the first copy of the upload is answered.
    private void repeat(Work.Append append, long known, Batch batch) {
        if (known >= batch.uploads) {
            batch.repeated.add(append);
        } else {
            repeatedUploads.incrementAndGet();
            append.done().complete(Appended.REPEATED);
        }
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

    /// Makes the batch as durable as it shall be, then visible, then answers.
    private void commit(Batch batch) {
        if (batch.logged.isEmpty()) {
            return;
        }
        try {
            boolean isFirst = !wal.isUnsynced();
            wal.write();
            switch (config.durability()) {
                case FSYNC -> syncLog();
                case INTERVAL ->
                        unsyncedSinceMillis = isFirst ? clock.millis() : unsyncedSinceMillis;
                case NONE -> {}
            }
        } catch (IOException e) {
            reserve.logFailed(e);
            if (!reserve.isFull() && ++failedWrites == FAILED_WRITES_MAX) {
                fault.set("writing %s keeps failing: %s".formatted(head.generation().logName(), e));
            }
            refuse(
                    batch,
                    new FlamekeeperException(
                            e, ErrorCode.STORE_UNAVAILABLE, "store: cannot write the log: %s", e));
            return;
        } catch (FlamekeeperException e) {
            refuse(batch, e);
            return;
        }
        failedWrites = 0;
        if (headSinceMillis == Long.MAX_VALUE) {
            headSinceMillis = clock.millis();
        }
        for (Logged logged : batch.logged) {
            head.addRows(logged.partition, logged.upload, logged.rows);
            isDictionaryFull |= isFull(logged.partition.dictionary());
            appendedProfiles.addAndGet(logged.rows.size());
        }
        publish();
        repeatedUploads.addAndGet(batch.repeated.size());
        batch.logged.forEach(logged -> logged.append.done().complete(Appended.STORED));
        batch.repeated.forEach(append -> append.done().complete(Appended.REPEATED));
    }

    private boolean isFull(Dictionary dictionary) {
        return dictionary.nodeCount() >= config.dictionaryNodesMax()
                || dictionary.stringBytes() >= config.dictionaryStringBytesMax();
    }

    private void refuse(Batch batch, FlamekeeperException cause) {
        uploads.removeFrom(batch.uploads);
        for (Logged logged : batch.logged.reversed()) {
            forget(logged.partition, logged.isNew, logged.before);
        }
        batch.failed(cause);
    }

    private void publish() {
        HeadPart[] parts = head.publish();
        state.updateAndGet(now -> now.withActive(parts, head.profileCount(), wal.bytes()));
    }

    private boolean isSealDue() {
        return wal.bytes() >= config.sealLogBytes()
                || head.memoryBytes() >= config.sealHeadBytes()
                || isDictionaryFull
                || isAged();
    }

    private boolean isAged() {
        long since = headSinceMillis;
        return since != Long.MAX_VALUE && clock.millis() - since >= config.sealAge().toMillis();
    }

    private boolean freezeHead() {
        if (isSyncPending()) {
            syncPending();
        }
        if (head.profileCount() == 0 || fault.reason().isPresent()) {
            return false;
        }
        closeLog();
        if (isDictionaryFull) {
            dictionaryRolls.incrementAndGet();
            isDictionaryFull = false;
        }
        Generation generation = head.generation();
        head = newHead();
        wal = newLog();
        headSinceMillis = Long.MAX_VALUE;
        state.updateAndGet(now -> now.frozenAs(generation));
        sealSoon.run();
        return true;
    }
}
