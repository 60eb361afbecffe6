package io.flamekeeper.store;

import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.vfs.Vfs;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The live segments and tombstones, durably in the catalog and as snapshots see them. A change is durable
/// first, then visible at one instant: a snapshot sees what was replaced or what replaces it, never both.
///
/// What is replaced is deleted once nobody reads it, in the order it was replaced in and only after the deletes
/// before are durable. So a file never outlives the file that says that it was replaced. Safe for all threads.
final class LiveSegments {
    private final Vfs vfs;
    private final StoreFault fault;
    private final Catalog catalog;
    private final Consumer<String> report;
    private final AtomicLong segmentMax;

    /// Held while the catalog changes.
    private final ReentrantLock changing = new ReentrantLock();

    /// Held while snapshots may see something else from now on.
    private final ReentrantReadWriteLock showing = new ReentrantReadWriteLock();

    private volatile View view;

    /// Batches of what was replaced and is still there, oldest first; and whether a delete is not durable yet.
    private final Deque<List<LiveSegment>> retired = new ArrayDeque<>();

    private boolean deletesUnsynced;

    /// What there is at one instant.
    ///
    /// @param segments by number
    record View(List<LiveSegment> segments, List<Tombstone> tombstones) {
        List<SegmentInfo> infos() {
            return segments.stream().map(LiveSegment::info).toList();
        }
    }

    /// @param segments those of the catalog, open; taken over
    LiveSegments(
            Vfs vfs,
            StoreFault fault,
            Catalog catalog,
            List<LiveSegment> segments,
            Consumer<String> report) {
        this.vfs = vfs;
        this.fault = fault;
        this.catalog = catalog;
        this.report = report;
        this.segmentMax = new AtomicLong(catalog.state().segmentMax());
        this.view = new View(List.copyOf(segments), catalog.state().tombstones());
    }

    /// A number that no segment has ever had.
    long nextNumber() {
        return segmentMax.incrementAndGet();
    }

    View view() {
        return view;
    }

    RetentionClock retentionClock() {
        return catalog.state().retention();
    }

    /// Those of the tombstones that may hide rows of the partition.
    static List<Tombstone> applying(
            List<Tombstone> tombstones, LiveSegment segment, Partition partition) {
        return tombstones.stream()
                .filter(one ->
                        one.appliesTo(segment.number())
                                && one.tenant().equals(partition.tenant())
                                && one.range()
                                        .overlaps(partition.firstMillis(), partition.lastMillis()))
                .toList();
    }

    /// Runs `action` while nothing changes.
    <T> T whileUnchanged(Supplier<T> action) {
        showing.readLock().lock();
        try {
            return action.get();
        } finally {
            showing.readLock().unlock();
        }
    }

    /// Shows a sealed head.
    ///
    /// @param atOnce makes the head go, at the instant the segment comes
    void add(LiveSegment sealed, long generation, Runnable atOnce) throws IOException {
        change(List.of(), List.of(sealed), Set.of(), generation, atOnce);
    }

    /// Shows `outputs` instead of `inputs`.
    ///
    /// @param applied ids of the tombstones that the outputs are free of
    void replace(List<LiveSegment> inputs, List<LiveSegment> outputs, Set<Long> applied)
            throws IOException {
        change(inputs, outputs, applied, 0, () -> {});
    }

    private void change(
            List<LiveSegment> inputs,
            List<LiveSegment> outputs,
            Set<Long> applied,
            long generation,
            Runnable atOnce)
            throws IOException {
        changing.lock();
        try {
            CatalogState now = catalog.state();
            publish(
                    now.replaced(
                            infos(inputs),
                            infos(outputs),
                            applied,
                            segmentMax.get(),
                            Math.max(now.generationMax(), generation)));
            List<LiveSegment> all = new ArrayList<>(view.segments);
            all.removeAll(inputs);
            all.addAll(outputs);
            all.sort(Comparator.comparingLong(LiveSegment::number));
            show(all, atOnce);
            inputs.forEach(LiveSegment::release);
            if (!inputs.isEmpty()) {
                retired.add(List.copyOf(inputs));
            }
        } finally {
            changing.unlock();
        }
    }

    private static List<SegmentInfo> infos(List<LiveSegment> segments) {
        return segments.stream().map(LiveSegment::info).toList();
    }

    /// Hides rows of everything that is live now and may have profiles of the tenant: of all inputs of a compaction
    /// under way, or of none.
    ///
    /// @return false if there is nothing that it could hide
    boolean hide(Tombstone wanted) throws IOException {
        changing.lock();
        try {
            Set<Long> numbers = new HashSet<>();
            boolean any = false;
            for (LiveSegment segment : view.segments) {
                any |= !segment.partitions(wanted.tenant()).isEmpty();
                if (segment.info().tenant().map(wanted.tenant()::equals).orElse(true)) {
                    numbers.add(segment.number());
                }
            }
            if (!any) {
                return false;
            }
            publish(
                    catalog.state()
                            .with(
                                    new Tombstone(
                                            catalog.state().tombstoneMax() + 1,
                                            wanted.tenant(),
                                            wanted.selector(),
                                            wanted.range(),
                                            numbers)));
            show(view.segments, () -> {});
            return true;
        } finally {
            changing.unlock();
        }
    }

    /// Says that these have no rows of the tombstone.
    void applied(Tombstone tombstone, List<Long> segments) throws IOException {
        changing.lock();
        try {
            CatalogState now = catalog.state();
            publish(
                    new CatalogState(
                            now.segments(),
                            now.tombstones().stream()
                                    .map(one ->
                                            one.id() == tombstone.id()
                                                    ? one.replaced(segments, List.of(), true)
                                                    : one)
                                    .toList(),
                            segmentMax.get(),
                            now.generationMax(),
                            now.tombstoneMax(),
                            now.retention()));
            show(view.segments, () -> {});
        } finally {
            changing.unlock();
        }
    }

    /// Drops segments, and remembers when.
    void retire(List<LiveSegment> dropped, RetentionClock clock) throws IOException {
        changing.lock();
        try {
            CatalogState now = catalog.state();
            publish(
                    now.replaced(
                                    infos(dropped),
                                    List.of(),
                                    Set.of(),
                                    segmentMax.get(),
                                    now.generationMax())
                            .with(clock));
            List<LiveSegment> all = new ArrayList<>(view.segments);
            all.removeAll(dropped);
            show(all, () -> {});
            dropped.forEach(LiveSegment::release);
            if (!dropped.isEmpty()) {
                retired.add(List.copyOf(dropped));
            }
        } finally {
            changing.unlock();
        }
    }

    private void publish(CatalogState next) throws IOException {
        catalog.publish(next);
        deletesUnsynced = false;
        try {
            catalog.removeOld();
        } catch (IOException e) {
            report.accept("cannot delete an old catalog: " + e);
        }
    }

    private void show(List<LiveSegment> segments, Runnable atOnce) {
        var next = new View(List.copyOf(segments), catalog.state().tombstones());
        showing.writeLock().lock();
        try {
            atOnce.run();
            view = next;
        } finally {
            showing.writeLock().unlock();
        }
    }

    /// Deletes the files of what was replaced and is read no more.
    void deleteRetired() throws IOException {
        changing.lock();
        try {
            while (!retired.isEmpty()
                    && retired.getFirst().stream().allMatch(LiveSegment::isUnused)) {
                if (deletesUnsynced) {
                    fault.sync("the folder", vfs::syncDirectory);
                    deletesUnsynced = false;
                }
                for (LiveSegment segment : retired.getFirst()) {
                    Files.deleteIfExists(vfs, SegmentNames.of(segment.number()));
                }
                deletesUnsynced = true;
                retired.removeFirst();
            }
        } finally {
            changing.unlock();
        }
    }

    /// Gives up all segments; there are no readers any more, or they keep theirs.
    void close() {
        view.segments.forEach(LiveSegment::release);
    }
}
