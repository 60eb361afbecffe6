package io.flamekeeper.store;

import io.flamekeeper.compaction.CompactionPolicy;
import io.flamekeeper.compaction.CompactionTask;
import io.flamekeeper.compaction.MergedSource;
import io.flamekeeper.compaction.Pause;
import io.flamekeeper.compaction.RowFilter;
import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.compaction.Windows;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.RowCursor;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.segment.SegmentWriter;
import io.flamekeeper.segment.SumPlan;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Looks after sealed profiles in the background: joins segments as [CompactionPolicy] says, takes deleted rows
/// out of files, drops what [Retention] says, and deletes the files of what is replaced.
///
/// In this order, each step durable before the next: new segments, their names, the catalog; then queries see
/// them instead of the old ones, and last the old ones go. A service is joined at a time, and rows stream, so
/// memory is a service's dictionary.
final class Compactor {
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long UPLOADS_KEPT = Duration.ofHours(24).toMillis();

    private static final Comparator<LiveSegment> OLDEST_FIRST =
            Comparator.comparingLong(LiveSegment::number);

    private final Vfs vfs;
    private final StoreFault fault;
    private final LiveSegments live;
    private final UpkeepConfig config;
    private final InstantSource clock;
    private final long hashSeed;
    private final Pause breather;
    private final Consumer<String> report;

    /// Held while working; whoever wants work done waits for it.
    private final ReentrantLock working = new ReentrantLock();

    /// Segments that cannot be read, or would take too much memory together with any other.
    private final Set<Long> leftAlone = new HashSet<>();

    private final AtomicLong compactions = new AtomicLong();
    private final AtomicLong readBytes = new AtomicLong();
    private final AtomicLong writtenBytes = new AtomicLong();
    private final AtomicLong tooLarge = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong retiredSegments = new AtomicLong();
    private final AtomicLong retiredBytes = new AtomicLong();

    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    /// @param breather lets go first what is more urgent
    Compactor(
            Vfs vfs,
            StoreFault fault,
            LiveSegments live,
            UpkeepConfig config,
            InstantSource clock,
            long hashSeed,
            Pause breather,
            Consumer<String> report) {
        this.vfs = vfs;
        this.fault = fault;
        this.live = live;
        this.config = config;
        this.clock = clock;
        this.hashSeed = hashSeed;
        this.breather = breather;
        this.report = report;
    }

    /// The compactor thread. Looks every second for what is due.
    void run() {
        thread = Thread.currentThread();
        try {
            while (!closed) {
                if (config.automatic() && fault.reason().isEmpty()) {
                    workAndReport();
                }
                LockSupport.parkNanos(this, TICK_NANOS);
                // An interrupt would make every later wait return at once.
                Thread.interrupted();
            }
        } catch (RuntimeException | Error e) {
            fault.set("compactor died: " + e);
            throw e;
        } finally {
            ended.complete(null);
        }
    }

    private void workAndReport() {
        try {
            work(CompactionPolicy.at(clock.millis()));
        } catch (IOException e) {
            failures.incrementAndGet();
            report.accept("compaction failed, will be tried again: " + e);
        } catch (FlamekeeperException e) {
            if (!closed) {
                failures.incrementAndGet();
                report.accept("compaction failed: " + e.getMessage());
            }
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
        working.lock();
        working.unlock();
    }

    UpkeepStatistics statistics() {
        return new UpkeepStatistics(
                compactions.get(),
                readBytes.get(),
                writtenBytes.get(),
                tooLarge.get(),
                failures.get(),
                retiredSegments.get(),
                retiredBytes.get(),
                live.view().tombstones().size());
    }

    /// Does everything that is due.
    void work(CompactionPolicy policy) throws IOException {
        working.lock();
        try {
            live.deleteRetired();
            retire();
            delete(policy);
            boolean any = true;
            while (any) {
                any = false;
                for (CompactionTask task : policy.due(replaceable())) {
                    any |= attempt(task, policy);
                    live.deleteRetired();
                }
            }
        } finally {
            working.unlock();
        }
    }

    private List<SegmentInfo> replaceable() {
        return live.view().segments().stream()
                .filter(LiveSegment::isReplaceable)
                .map(LiveSegment::info)
                .filter(info -> !leftAlone.contains(info.number()))
                .toList();
    }

    private void pause() {
        if (closed) {
            throw EmbeddedStore.closing();
        }
        breather.between();
    }

    /// Drops what is kept no longer.
    private void retire() throws IOException {
        RetentionClock before = live.retentionClock();
        long now = clock.millis();
        long advance = now - before.lastMillis();
        boolean isNever = before.equals(RetentionClock.NEVER);
        if (!isNever && advance >= 0 && advance < Retention.INTERVAL) {
            return;
        }
        LiveSegments.View view = live.view();
        boolean hasLimits =
                !config.limits().equals(UpkeepConfig.Limits.NONE)
                        || !config.limitsByTenant().isEmpty();
        if (!hasLimits || view.segments().isEmpty()) {
            return;
        }
        Retention.Decision decision =
                Retention.decide(view.infos(), config, now, before);
        decision.report().forEach(report);
        List<LiveSegment> dropped =
                view.segments().stream()
                        .filter(segment -> decision.dropped().contains(segment.number()))
                        .toList();
        live.retire(dropped, decision.clock());
        retiredSegments.addAndGet(dropped.size());
        retiredBytes.addAndGet(dropped.stream().mapToLong(one -> one.info().bytes()).sum());
        live.deleteRetired();
    }

    /// Takes deleted rows out of files.
    private void delete(CompactionPolicy policy) throws IOException {
        for (Tombstone tombstone : live.view().tombstones()) {
            List<Long> untouched = new ArrayList<>();
            List<LiveSegment> touched = new ArrayList<>();
            for (LiveSegment segment : live.view().segments()) {
                if (tombstone.appliesTo(segment.number())
                        && segment.isReplaceable()
                        && !leftAlone.contains(segment.number())) {
                    (touches(tombstone, segment) ? touched : untouched).add(segment.number());
                }
            }
        }
    }

    private boolean attempt(CompactionTask task, CompactionPolicy policy) throws IOException {
        return false;
    }
}
