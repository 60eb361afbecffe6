package io.flamekeeper.store;

import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.segment.HeadSource;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.segment.SegmentWriter;
import io.flamekeeper.segment.SumPlan;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import io.flamekeeper.wal.LogFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Turns frozen heads into segments, in the background. A head that cannot be sealed stays readable and is
/// tried again.
///
/// In this order, each step durable before the next: segment, its name, catalog; then queries see the
/// segment instead of the head, and last the log goes.
final class Sealer {
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Vfs vfs;
    private final LogFiles logFiles;
    private final StoreFault fault;
    private final Catalog catalog;
    private final List<Shard> shards;
    private final Consumer<String> report;

    /// Held while sealing; whoever wants to seal waits for it.
    private final ReentrantLock sealing = new ReentrantLock();

    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    Sealer(
            Vfs vfs,
            LogFiles logFiles,
            StoreFault fault,
            Catalog catalog,
            List<Shard> shards,
            Consumer<String> report) {
        this.vfs = vfs;
        this.logFiles = logFiles;
        this.fault = fault;
        this.catalog = catalog;
        this.shards = shards;
        this.report = report;
    }

    /// The sealer thread. Looks every second for heads that are old enough or failed before.
    void run() {
        thread = Thread.currentThread();
        try {
            while (!closed) {
                if (fault.reason().isEmpty()) {
                    shards.forEach(Shard::freezeIfAged);
                    sealAndReport();
                }
                LockSupport.parkNanos(this, TICK_NANOS);
                // An interrupt would make every later wait return at once.
                Thread.interrupted();
            }
        } catch (RuntimeException | Error e) {
            fault.set("sealer died: " + e);
            throw e;
        } finally {
            ended.complete(null);
        }
    }

    private void sealAndReport() {
        try {
            seal();
        } catch (IOException e) {
            report.accept("sealing failed, will be tried again: " + e);
        } catch (FlamekeeperException e) {
            report.accept("sealing failed: " + e.getMessage());
        }
    }

    /// Has the thread look now.
    void wake() {
        LockSupport.unpark(thread);
    }

    void close() {
        closed = true;
        wake();
    }

    /// Waits until the thread has ended; needs [#close] first.
    void awaitEnd() {
        ended.join();
    }

    /// Seals every frozen head.
    void seal() throws IOException {
        sealing.lock();
        try {
            for (Shard shard : shards) {
                for (ShardState.FrozenHead head : shard.state().frozen()) {
                    if (!closed) {
                        seal(shard, head);
                    }
                }
            }
        } finally {
            sealing.unlock();
        }
    }

    private void seal(Shard shard, ShardState.FrozenHead head) throws IOException {
        Generation generation = head.generation();
        String name = generation.segmentName();
        Files.replace(vfs, fault, name, file -> write(file, head));
        Segment segment = Segment.open(vfs, name);
        try {
            List<Generation> live = new ArrayList<>(catalog.segments());
            live.add(generation);
            catalog.publish(live);
        } catch (IOException | RuntimeException e) {
            segment.release();
            throw e;
        }
        shard.sealed(head, segment);
        removeWhatIsReplaced(generation);
    }

    /// What stays because of an error does no harm; the next start removes it.
    private void removeWhatIsReplaced(Generation sealed) {
        try {
            logFiles.retire(sealed.logName());
            catalog.removeOld();
        } catch (IOException e) {
            report.accept("cannot delete what a new segment replaces: " + e);
        }
    }

    private static void write(VfsFile file, ShardState.FrozenHead head) throws IOException {
        Generation generation = head.generation();
        var writer =
                new SegmentWriter(
                        file,
                        SegmentHeader.sealed(
                                generation.number(), generation.shard(), generation.number()));
        List<HeadPart> parts =
                Arrays.stream(head.parts())
                        .sorted(
                                Comparator.<HeadPart, String>comparing(
                                                part -> part.key().tenant().value())
                                        .thenComparing(HeadPart::service))
                        .toList();
        for (HeadPart part : parts) {
            writer.add(
                    new HeadSource(
                            part.key().tenant(),
                            part.service(),
                            part.dictionary(),
                            part.rows(),
                            part.uploads()),
                    SumPlan.ofLevel(0));
        }
        writer.finish();
    }
}
