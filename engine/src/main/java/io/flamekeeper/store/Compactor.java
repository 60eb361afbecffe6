package io.flamekeeper.store;

import io.flamekeeper.compaction.CompactionPolicy;
import io.flamekeeper.compaction.CompactionTask;
import io.flamekeeper.compaction.JoinMemory;
import io.flamekeeper.compaction.MergedSource;
import io.flamekeeper.compaction.Pause;
import io.flamekeeper.compaction.RowFilter;
import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.RowTable;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Looks after sealed profiles in the background: joins segments as [CompactionPolicy] says, takes deleted rows
/// out of files, drops what [Retention] says, and deletes the files of what is replaced.
///
/// In this order, each step durable before the next: new segments, their names, the catalog; then queries see
/// them instead of the old ones, and last the old ones go. A service is joined at a time, and rows stream, so
/// memory is a service's dictionary.
final class Compactor {
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

    private final Ticker ticker;

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
        this.ticker = new Ticker("compactor", fault, this::look);
    }

    /// Its thread; see [#look].
    Ticker ticker() {
        return ticker;
    }

    /// Does what is due.
    private void look() {
        if (config.automatic()) {
            workAndReport();
        }
    }

    private void workAndReport() {
        try {
            work(CompactionPolicy.at(clock.millis()));
        } catch (IOException e) {
            failures.incrementAndGet();
            report.accept("compaction failed, will be tried again: " + e);
        } catch (FlamekeeperException e) {
            if (!ticker.isClosed()) {
                failures.incrementAndGet();
                report.accept("compaction failed: " + e.getMessage());
            }
        }
    }

    /// Waits until the thread has ended, and whoever else had work done; needs [Ticker#close] first.
    void awaitEnd() {
        ticker.awaitEnd();
        working.lock();
        try {
            assert ticker.isClosed() : "nobody asked it to end";
        } finally {
            working.unlock();
        }
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
        if (ticker.isClosed()) {
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
        Retention.Decision decision = Retention.decide(view.infos(), config, now, before);
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
                    if (touches(tombstone, segment)) {
                        touched.add(segment);
                    } else {
                        untouched.add(segment.number());
                    }
                }
            }
            for (LiveSegment segment : touched) {
                List<SegmentInfo> input = List.of(segment.info());
                attempt(
                        segment.info().level() == 0
                                ? new CompactionTask.Spread(input)
                                : new CompactionTask.Join(
                                        input,
                                        segment.info().tenant().orElseThrow(),
                                        segment.info().window(),
                                        segment.info().level()),
                        policy);
                live.deleteRetired();
            }
            if (!untouched.isEmpty()) {
                live.applied(tombstone, untouched);
            }
        }
    }

    private static boolean touches(Tombstone tombstone, LiveSegment segment) {
        for (Partition partition : segment.partitions(tombstone.tenant())) {
            if (tombstone.range().overlaps(partition.firstMillis(), partition.lastMillis())
                    && !HiddenRows.of(partition.series(), List.of(tombstone)).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /// Does a task, or less of it if memory would not suffice.
    ///
    /// @return whether anything was done or will not be tried again
    private boolean attempt(CompactionTask task, CompactionPolicy policy) throws IOException {
        Set<Long> numbers =
                task.inputs().stream().map(SegmentInfo::number).collect(Collectors.toSet());
        List<LiveSegment> inputs =
                live.view().segments().stream()
                        .filter(segment -> numbers.contains(segment.number()))
                        .sorted(OLDEST_FIRST)
                        .toList();
        if (inputs.size() < numbers.size()) {
            return false;
        }
        List<LiveSegment> taken = inputs;
        try {
            int fitting =
                    JoinMemory.fitting(
                            inputs.stream().map(input -> input.segment().partitions()).toList(),
                            config.compactionBytesMax());
            boolean isWhole = fitting == inputs.size();
            if (!isWhole && fitting == 1 && task instanceof CompactionTask.Join) {
                tooLarge.incrementAndGet();
                report.accept(
                        "compaction: %s and %s together take more than %d bytes of memory; left as they are"
                                .formatted(
                                        inputs.get(0).segment().name(),
                                        inputs.get(1).segment().name(),
                                        config.compactionBytesMax()));
                leftAlone.add(inputs.get(0).number());
                return true;
            }
            taken = inputs.subList(0, fitting);
            switch (task) {
                case CompactionTask.Spread _ -> spread(taken, policy);
                case CompactionTask.Join join ->
                        join(
                                taken,
                                join.tenant(),
                                isWhole ? join.level() : CompactionPolicy.LEVEL_PART);
            }
        } catch (FlamekeeperException e) {
            if (e.code() != ErrorCode.CORRUPT_DATA) {
                throw e;
            }
            failures.incrementAndGet();
            report.accept("compaction: left as it is: " + e.getMessage());
            taken.stream()
                    .filter(segment ->
                            String.valueOf(e.getMessage()).contains(segment.segment().name()))
                    .map(LiveSegment::number)
                    .forEach(leftAlone::add);
            if (taken.stream().noneMatch(segment -> leftAlone.contains(segment.number()))) {
                taken.forEach(segment -> leftAlone.add(segment.number()));
            }
        }
        return true;
    }

    private void join(List<LiveSegment> inputs, TenantId tenant, int level) throws IOException {
        var swap = new Swap(inputs);
        try {
            swap.write(tenant, TimeRange.ALWAYS, level);
            swap.publish();
        } catch (IOException | RuntimeException e) {
            swap.abandon(e);
            throw e;
        }
    }

    /// One output after the other: each is one pass over what the tenant has in the inputs.
    private void spread(List<LiveSegment> inputs, CompactionPolicy policy) throws IOException {
        var swap = new Swap(inputs);
        try {
            var tenants = new TreeSet<TenantId>(Comparator.comparing(TenantId::value));
            inputs.forEach(input -> input.tenants().forEach(tenants::add));
            List<SegmentInfo> before = live.view().infos();
            for (TenantId tenant : tenants) {
                for (TimeRange window : windows(inputs, tenant, policy)) {
                    boolean isAll =
                            before.stream()
                                    .noneMatch(other ->
                                            other.level() > 0
                                                    && other.tenant().equals(Optional.of(tenant))
                                                    && window.overlaps(
                                                            other.firstMillis(),
                                                            other.lastMillis()));
                    swap.write(tenant, window, policy.levelOf(window, isAll));
                }
            }
            swap.publish();
        } catch (IOException | RuntimeException e) {
            swap.abandon(e);
            throw e;
        }
    }

    private Iterable<TimeRange> windows(
            List<LiveSegment> inputs, TenantId tenant, CompactionPolicy policy) {
        Map<Long, TimeRange> windows = new TreeMap<>();
        for (LiveSegment input : inputs) {
            for (Partition partition : input.partitions(tenant)) {
                TimeRange first = policy.windowOf(partition.firstMillis());
                if (first.contains(partition.lastMillis())) {
                    windows.put(first.startMillis(), first);
                } else {
                    addWindows(partition, policy, windows);
                }
            }
        }
        return windows.values();
    }

    private void addWindows(
            Partition partition, CompactionPolicy policy, Map<Long, TimeRange> windows) {
        RowTable.Reader rows = partition.rowTable().reader();
        TimeRange last = new TimeRange(0, 0);
        for (int row = 0; row < partition.rowCount(); row++) {
            long millis = rows.timeMillis(row);
            if (!last.contains(millis)) {
                last = policy.windowOf(millis);
                windows.put(last.startMillis(), last);
                pause();
            }
        }
    }

    /// Inputs being replaced, and what there is of the outputs.
    private final class Swap {
        private final List<LiveSegment> inputs;
        private final List<LiveSegment> outputs = new ArrayList<>();

        /// Those known when the first output was begun. One that comes later hides rows of the outputs too.
        private final List<Tombstone> tombstones = live.view().tombstones();

        private boolean isFiltered;

        Swap(List<LiveSegment> inputs) {
            this.inputs = inputs;
        }

        /// Writes what the tenant has in the window, if anything.
        void write(TenantId tenant, TimeRange window, int level) throws IOException {
            var header =
                    new SegmentHeader(
                            live.nextNumber(),
                            level,
                            Optional.of(tenant),
                            new SegmentHeader.Compacted(
                                    inputs.stream().map(LiveSegment::number).toList()));
            String name = SegmentNames.of(header.number());
            boolean isThere =
                    Files.replaceIfAny(
                            vfs, fault, name, file -> write(file, header, tenant, window));
            if (isThere) {
                Segment segment = Segment.open(vfs, name);
                outputs.add(
                        new LiveSegment(segment, LiveSegment.describe(segment, clock.millis())));
            }
        }

        private boolean write(VfsFile file, SegmentHeader header, TenantId tenant, TimeRange window)
                throws IOException {
            var byService = new TreeMap<String, List<MergedSource.Input>>();
            for (LiveSegment input : inputs) {
                for (Partition partition : input.partitions(tenant)) {
                    byService
                            .computeIfAbsent(partition.service(), _ -> new ArrayList<>())
                            .add(
                                    new MergedSource.Input(
                                            partition,
                                            partition.firstMillis(),
                                            partition.lastMillis(),
                                            filter(input, partition)));
                }
            }
            long uploadsSince =
                    header.level() >= CompactionPolicy.LEVEL_DAY
                            ? Long.MAX_VALUE
                            : clock.millis() - UPLOADS_KEPT;
            var writer = new SegmentWriter(file, header);
            boolean any = false;
            for (List<MergedSource.Input> service : byService.values()) {
                Optional<MergedSource> merged =
                        MergedSource.of(
                                service, window, uploadsSince, hashSeed, Compactor.this::pause);
                if (merged.isPresent()) {
                    any |= writer.add(merged.get(), SumPlan.ofLevel(header.level())) > 0;
                }
            }
            writer.finish();
            return any;
        }

        private RowFilter filter(LiveSegment input, Partition partition) {
            List<Tombstone> applying = LiveSegments.applying(tombstones, input, partition);
            HiddenRows hidden = HiddenRows.of(partition.series(), applying);
            isFiltered |= !hidden.isEmpty();
            return hidden.isEmpty() ? RowFilter.ALL : hidden;
        }

        void publish() throws IOException {
            long before = rows(inputs);
            long after = rows(outputs);
            if (isFiltered ? after > before : after != before) {
                // A mistake of ours; what is there stays.
                throw new FlamekeeperException(
                        ErrorCode.CORRUPT_DATA,
                        "compaction: %d rows became %d (expected: as many)",
                        before,
                        after);
            }
            if (inputs.stream().anyMatch(input -> input.info().level() == 0)) {
                // The logs they stand for must be gone for good before they are.
                fault.sync("the folder", vfs::syncDirectory);
            }
            live.replace(
                    inputs,
                    outputs,
                    tombstones.stream().map(Tombstone::id).collect(Collectors.toSet()));
            compactions.incrementAndGet();
            readBytes.addAndGet(bytes(inputs));
            writtenBytes.addAndGet(bytes(outputs));
        }

        /// Nothing was published.
        void abandon(Exception cause) {
            for (LiveSegment output : outputs) {
                output.release();
                if (fault.reason().isEmpty()) {
                    try {
                        Files.deleteIfExists(vfs, SegmentNames.of(output.number()));
                    } catch (IOException e) {
                        cause.addSuppressed(e);
                    }
                }
            }
        }
    }

    private static long rows(List<LiveSegment> segments) {
        return segments.stream().mapToLong(one -> one.info().rows()).sum();
    }

    private static long bytes(List<LiveSegment> segments) {
        return segments.stream().mapToLong(one -> one.info().bytes()).sum();
    }
}
