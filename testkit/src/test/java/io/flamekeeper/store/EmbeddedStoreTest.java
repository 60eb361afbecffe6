package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.store.UpkeepConfig.Limits;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.testkit.SimulatedVfs.Operation;
import io.flamekeeper.testkit.StoredText;
import io.flamekeeper.testkit.TextProfiles;
import io.flamekeeper.vfs.DiskVfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedStoreTest {
    @TempDir Path folder;

    private static ProfileGroup drawn(long timeMillis) {
        return TextProfiles.cpu(
                "web",
                timeMillis,
                """
                7      2      1
                main   main   main
                serve  serve  idle
                parse  write
                """);
    }

    @Test
    void addSelf_acrossHeadAndSegment_addsEveryProfileInRangeOnce() {
        try (EmbeddedStore store = TestStores.open(SimulatedVfs.empty(Faults.NONE), 1)) {
            store.append(Workload.TENANT, List.of(drawn(1_000), drawn(2_000)));
            store.seal();
            store.append(Workload.TENANT, List.of(drawn(3_000), drawn(4_000)));
            assertThat(total(store, TimeRange.ALWAYS)).isEqualTo(40);
            assertThat(total(store, new TimeRange(2_000, 4_000))).isEqualTo(20);
            assertThat(total(store, new TimeRange(4_001, 9_000))).isZero();
        }
    }

    private static long total(EmbeddedStore store, TimeRange range) {
        try (Snapshot snapshot = store.snapshot(Workload.TENANT)) {
            long total = 0;
            for (Part part : snapshot.parts()) {
                long[] self = new long[part.stacks().count()];
                for (int series = 0; series < part.series().count(); series++) {
                    part.addSelf(
                            new int[] {series},
                            range,
                            SampleFilter.ALL,
                            self,
                            Part.ScanMeter.UNLIMITED);
                }
                for (int node = StackTable.ROOT; node < self.length; node++) {
                    total += self[node];
                }
            }
            return total;
        }
    }

    @Test
    void append_groupWithoutProfiles_storesNothingAndSealsNothing() {
        try (EmbeddedStore store = TestStores.open(SimulatedVfs.empty(Faults.NONE), 1)) {
            ProfileGroup group = drawn(1_000);
            store.append(
                    Workload.TENANT,
                    List.of(new ProfileGroup("idle", group.symbols(), group.stacks(), List.of())));
            store.append(Workload.TENANT, List.of());
            store.seal();
            assertThat(store.statistics().segmentCount()).isZero();
            assertThat(StoredText.of(store, Workload.TENANT)).isEmpty();
        }
    }

    @Test
    void addSelf_meterThrows_stopsBeforeReading() {
        try (EmbeddedStore store = TestStores.open(SimulatedVfs.empty(Faults.NONE), 1);
                Snapshot snapshot = ofBoth(store)) {
            for (Part part : snapshot.parts()) {
                long[] self = new long[part.stacks().count()];
                assertThatThrownBy(() ->
                                part.addSelf(
                                        new int[] {0},
                                        TimeRange.ALWAYS,
                                        SampleFilter.ALL,
                                        self,
                                        (rows, pairs) -> {
                                            assertThat(rows).isEqualTo(1);
                                            assertThat(pairs).isEqualTo(3);
                                            throw new IllegalStateException("enough");
                                        }))
                        .hasMessage("enough");
                assertThat(self).containsOnly(0);
            }
            assertThat(snapshot.parts()).hasSize(2);
        }
    }

    /// One profile in a segment, one in the head.
    private static Snapshot ofBoth(EmbeddedStore store) {
        store.append(Workload.TENANT, List.of(drawn(1_000)));
        store.seal();
        store.append(Workload.TENANT, List.of(drawn(2_000)));
        return store.snapshot(Workload.TENANT);
    }

    @Test
    void snapshot_whileOthersAppendAndSeal_doesNotChange() {
        var profiles = new RandomProfiles(4, RandomProfiles.Shape.SMALL);
        try (EmbeddedStore store = TestStores.open(SimulatedVfs.empty(Faults.NONE), 2)) {
            store.append(Workload.TENANT, List.of(profiles.next(), profiles.next()));
            try (Snapshot before = store.snapshot(Workload.TENANT)) {
                List<String> then =
                        before.parts().stream().flatMap(p -> StoredText.of(p).stream()).toList();
                store.append(Workload.TENANT, List.of(profiles.next(), profiles.next()));
                store.seal();
                store.append(Workload.TENANT, List.of(profiles.next()));
                assertThat(before.parts().stream().flatMap(p -> StoredText.of(p).stream()))
                        .containsExactlyElementsOf(then);
            }
        }
    }

    @Test
    void head_ofAge_isSealedByItself() {
        var now = new AtomicReference<>(Instant.ofEpochSecond(1_000));
        var vfs = SimulatedVfs.empty(Faults.NONE);
        var config = TestStores.config(1).withSealing(64L << 20, 64L << 20, Duration.ofMinutes(15));
        var sealing = new CountDownLatch(1);
        SimulatedVfs watched =
                SimulatedVfs.of(
                        vfs.content(),
                        (operation, name) -> {
                            if (operation == Operation.RENAME && name.startsWith("wal-")) {
                                sealing.countDown();
                            }
                            return Integer.MAX_VALUE;
                        });
        try (EmbeddedStore store =
                EmbeddedStore.open(
                        watched,
                        config,
                        now::get,
                        1,
                        task -> Thread.ofPlatform().daemon().unstarted(task),
                        _ -> {})) {
            store.append(Workload.TENANT, List.of(drawn(1_000)));
            assertThat(store.statistics().segmentCount()).isZero();
            now.set(now.get().plus(Duration.ofMinutes(15)));
            store.append(Workload.TENANT, List.of(drawn(2_000)));
            TestStores.await(sealing);
            assertThat(store.statistics().segmentCount()).isEqualTo(1);
            // The sealer looks by itself, too: it may have come before the second profile.
            assertThat(store.statistics().headProfiles()).isLessThanOrEqualTo(1);
            assertThat(total(store, TimeRange.ALWAYS)).isEqualTo(20);
        }
    }

    @Test
    void seal_logMissing_saysSoOnceAndGoesOn() throws IOException {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        List<String> report = new ArrayList<>();
        try (EmbeddedStore store = TestStores.open(vfs, 1, report)) {
            store.append(Workload.TENANT, List.of(drawn(1_000)));
            String log = logs(vfs).getFirst();
            vfs.delete(log);
            store.seal();
            store.append(Workload.TENANT, List.of(drawn(2_000)));
            store.seal();
            store.seal();

            assertThat(report).singleElement().asString().contains(log + ": missing");
            assertThat(logs(vfs)).as("the next log is retired too").isEmpty();
            store.compactAll();
            assertThat(store.statistics().segmentCount()).isEqualTo(1);
            assertThat(total(store, TimeRange.ALWAYS)).isEqualTo(20);
        }
    }

    @Test
    void compaction_servicesThatDoNotFitTogether_areLeftInFilesThatRetentionCanDrop() {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        List<String> report = new ArrayList<>();
        var tiny = new UpkeepConfig(false, 1, Limits.NONE, Map.of(), SelectorParser::pattern);
        try (EmbeddedStore store = TestStores.open(vfs, 1, tiny, InstantSource.system(), report)) {
            for (int i = 1; i <= 3; i++) {
                store.append(Workload.TENANT, List.of(drawn(1_000L * i)));
                store.seal();
            }
            store.compactAll();

            assertThat(total(store, TimeRange.ALWAYS)).isEqualTo(30);
            assertThat(store.statistics().segmentCount()).isEqualTo(3);
            assertThat(store.statistics().upkeep().tooLarge()).isPositive();
        }
        assertThat(report).isNotEmpty().allMatch(line -> line.contains("left as they are"));
        assertThat(vfs.content().keySet().stream().filter(name -> name.endsWith(".seg")))
                .hasSize(3)
                .allMatch(name -> level(vfs, name) > 0);
    }

    /// A day of a profile an hour, compacted every hour until it is one segment.
    ///
    /// @param isEarly whether everything is compacted at noon, too
    private static UpkeepStatistics compactedDay(boolean isEarly) {
        long hour = Duration.ofHours(1).toMillis();
        long start = Duration.ofDays(20_000).toMillis();
        var now = new AtomicReference<>(Instant.EPOCH);
        var vfs = SimulatedVfs.empty(Faults.NONE);
        try (EmbeddedStore store = TestStores.open(vfs, 1, now::get, new ArrayList<>())) {
            for (int i = 1; i <= 31; i++) {
                if (i <= 24) {
                    store.append(Workload.TENANT, List.of(drawn(start + i * hour - 1_000)));
                    store.seal();
                }
                now.set(Instant.ofEpochMilli(start + i * hour));
                store.compact();
                if (isEarly && i == 12) {
                    store.compactAll();
                    assertThat(store.statistics().segmentCount()).isEqualTo(1);
                }
            }
            assertThat(total(store, TimeRange.ALWAYS)).isEqualTo(240);
            assertThat(store.statistics().segmentCount()).isEqualTo(1);
            return store.statistics().upkeep();
        }
    }

    @Test
    void compactAll_inTheMiddleOfADay_isOneCompactionMoreForThatDay() {
        assertThat(compactedDay(true).compactions())
                .isLessThanOrEqualTo(compactedDay(false).compactions() + 1);
    }

    private static int level(SimulatedVfs vfs, String segment) {
        try {
            return Segment.open(vfs, segment).header().level();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> logs(SimulatedVfs vfs) {
        return vfs.content().keySet().stream().filter(name -> name.startsWith("wal-")).toList();
    }

    @Test
    void head_dictionaryFull_isSealedByItselfAndLosesNoName() {
        var profiles = new RandomProfiles(21, new RandomProfiles.Shape(1, 60, 120, 3, 40));
        var vfs = SimulatedVfs.empty(Faults.NONE);
        for (StoreConfig config :
                List.of(
                        TestStores.config(1).withDictionaryMax(200, 1 << 20),
                        TestStores.config(1).withDictionaryMax(1 << 20, 300))) {
            List<String> expected = new ArrayList<>();
            try (EmbeddedStore store = TestStores.open(vfs, config, new ArrayList<>())) {
                expected.addAll(StoredText.of(store, Workload.TENANT));
                for (int i = 0; i < 60; i++) {
                    ProfileGroup group = profiles.next("web");
                    store.append(Workload.TENANT, List.of(group));
                    expected.addAll(StoredText.of(group));
                }
                assertThat(store.statistics().dictionaryRolls()).isPositive();
                assertThat(StoredText.of(store, Workload.TENANT))
                        .containsExactlyInAnyOrderElementsOf(expected);
                store.seal();
                assertThat(store.statistics().segmentCount())
                        .isGreaterThanOrEqualTo(store.statistics().dictionaryRolls());
            }
        }
    }

    @Test
    void statistics_overALife_countWhatHappened() {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        try (EmbeddedStore store = TestStores.open(vfs, 1)) {
            store.append(Workload.TENANT, List.of(drawn(1_000), drawn(2_000)));
            store.seal();
            store.append(Workload.TENANT, List.of(drawn(3_000)));
            StoreStatistics statistics = store.statistics();
            assertThat(statistics.appendedProfiles()).isEqualTo(3);
            assertThat(statistics.headProfiles()).isEqualTo(1);
            assertThat(statistics.segmentCount()).isEqualTo(1);
            assertThat(statistics.segmentBytes())
                    .isEqualTo(vfs.content().getOrDefault("segment-1.seg", new byte[0]).length);
            assertThat(statistics.walBytes())
                    .isBetween(
                            1L,
                            (long) vfs.content().getOrDefault("wal-0-2.log", new byte[0]).length);
            assertThat(statistics.syncCount()).isBetween(2L, 3L);
        }
        try (EmbeddedStore store = TestStores.open(vfs.afterKill(Faults.NONE), 1)) {
            assertThat(StoredText.of(store, Workload.TENANT)).hasSize(3);
            assertThat(store.statistics().recoveredProfiles()).isEqualTo(1);
            assertThat(store.statistics().appendedProfiles()).isZero();
        }
    }

    @Test
    void append_queueFull_isRefusedAsOverloaded() {
        var gate = new Semaphore(0);
        var syncing = new CountDownLatch(1);
        var armed = new AtomicBoolean();
        SimulatedVfs vfs =
                SimulatedVfs.empty((operation, _) -> {
                    if (operation == Operation.SYNC && armed.get()) {
                        syncing.countDown();
                        gate.acquireUninterruptibly();
                    }
                    return Integer.MAX_VALUE;
                });
        var config = TestStores.config(1).withQueueGroupsMax(1);
        try (EmbeddedStore store =
                EmbeddedStore.open(
                        vfs,
                        config,
                        Instant::now,
                        1,
                        task -> Thread.ofPlatform().daemon().unstarted(task),
                        _ -> {})) {
            armed.set(true);
            var first = new CompletableFuture<Optional<ErrorCode>>();
            Thread.ofPlatform().start(() -> first.complete(outcome(store, drawn(1_000))));
            TestStores.await(syncing);
            var second = new CompletableFuture<Optional<ErrorCode>>();
            Thread caller =
                    Thread.ofPlatform()
                            .start(() ->
                                    second.complete(outcome(store, drawn(2_000), drawn(3_000))));
            // One group fits into the queue, the next does not; then the call waits for the one.
            while (caller.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            armed.set(false);
            gate.release();

            assertThat(first.join()).isEmpty();
            assertThat(second.join()).contains(ErrorCode.OVERLOADED);
            assertThat(total(store, TimeRange.ALWAYS)).isEqualTo(20);
        }
    }

    /// How an append was refused, empty if it was not.
    private static Optional<ErrorCode> outcome(EmbeddedStore store, ProfileGroup... groups) {
        try {
            store.append(Workload.TENANT, List.of(groups));
            return Optional.empty();
        } catch (FlamekeeperException e) {
            return Optional.of(e.code());
        }
    }

    @Test
    void append_callerInterrupted_isDurableAllTheSame() throws IOException {
        try (EmbeddedStore store = TestStores.open(DiskVfs.open(folder), 1)) {
            var interrupted =
                    CompletableFuture.supplyAsync(
                            () -> {
                                Thread.currentThread().interrupt();
                                store.append(Workload.TENANT, List.of(drawn(1_000)));
                                return Thread.interrupted();
                            },
                            task -> Thread.ofVirtual().start(task));
            assertThat(interrupted.join()).isTrue();
        }
        try (EmbeddedStore store = TestStores.open(DiskVfs.open(folder), 1)) {
            assertThat(total(store, TimeRange.ALWAYS)).isEqualTo(10);
        }
    }

    @Test
    void append_afterClose_isRefused() {
        EmbeddedStore store = TestStores.open(SimulatedVfs.empty(Faults.NONE), 1);
        store.close();
        store.close();
        assertThatThrownBy(() -> store.append(Workload.TENANT, List.of(drawn(1))))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
    }

    @Test
    void append_syncFails_setsTheFaultAndKeepsServing() {
        var failing = new AtomicBoolean();
        SimulatedVfs vfs =
                SimulatedVfs.empty((operation, _) -> {
                    if (operation == Operation.SYNC && failing.get()) {
                        throw new IOException("Input/output error");
                    }
                    return Integer.MAX_VALUE;
                });
        try (EmbeddedStore store = TestStores.open(vfs, 1)) {
            store.append(Workload.TENANT, List.of(drawn(1_000)));
            failing.set(true);
            assertThatThrownBy(() -> store.append(Workload.TENANT, List.of(drawn(2_000))))
                    .hasMessageContaining("sync");
            failing.set(false);
            assertThatThrownBy(() -> store.append(Workload.TENANT, List.of(drawn(3_000))))
                    .hasMessageContaining("takes no more profiles");
            assertThat(store.fault())
                    .hasValueSatisfying(why -> assertThat(why).contains("sync of"));
            assertThat(total(store, TimeRange.ALWAYS)).isEqualTo(10);
        }
    }

    @Test
    void store_manyAppendersReadersAndSeals_eachProfileOnceAndVisibleWhenAnswered()
            throws IOException {
        long seed = 9;
        int appenders = 16;
        int groupsEach = 40;
        List<String> expected = Collections.synchronizedList(new ArrayList<>());
        var running = new AtomicBoolean(true);
        long reads;
        try (EmbeddedStore store = TestStores.open(DiskVfs.open(folder), 2)) {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<CompletableFuture<Void>> work = new ArrayList<>();
                for (int i = 0; i < appenders; i++) {
                    var profiles = new RandomProfiles(seed * 100 + i, RandomProfiles.Shape.SMALL);
                    String own = "appender-" + i;
                    work.add(
                            CompletableFuture.runAsync(
                                    () -> append(store, profiles, own, groupsEach, expected),
                                    threads));
                }
                var reader = CompletableFuture.supplyAsync(() -> read(store, running), threads);
                var sealer = CompletableFuture.runAsync(() -> seal(store, running), threads);
                work.forEach(CompletableFuture::join);
                running.set(false);
                sealer.join();
                reads = reader.join();
            }
            assertThat(StoredText.of(store, Workload.TENANT))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
        try (EmbeddedStore store = TestStores.open(DiskVfs.open(folder), 2)) {
            assertThat(StoredText.of(store, Workload.TENANT))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
        System.out.printf(
                "concurrent store: appenders %d, profiles %d, snapshots checked %d, seed %d%n",
                appenders, expected.size(), reads, seed);
    }

    private static void append(
            EmbeddedStore store,
            RandomProfiles profiles,
            String service,
            int count,
            List<String> expected) {
        for (int i = 0; i < count; i++) {
            ProfileGroup group = profiles.next(service);
            store.append(Workload.TENANT, List.of(group));
            List<String> sent = StoredText.of(group);
            expected.addAll(sent);
            assertThat(ofService(store, service)).containsAll(sent);
        }
    }

    private static List<String> ofService(EmbeddedStore store, String service) {
        try (Snapshot snapshot = store.snapshot(Workload.TENANT)) {
            return snapshot.parts().stream()
                    .filter(part -> part.service().equals(service))
                    .flatMap(part -> StoredText.of(part).stream())
                    .toList();
        }
    }

    /// Every snapshot has everything that the one before had, once.
    private static long read(EmbeddedStore store, AtomicBoolean running) {
        long reads = 0;
        var before = new HashSet<Map.Entry<String, Long>>();
        while (running.get()) {
            try (Snapshot snapshot = store.snapshot(Workload.TENANT)) {
                List<Map.Entry<String, Long>> rows = new ArrayList<>();
                for (Part part : snapshot.parts()) {
                    for (int series = 0; series < part.series().count(); series++) {
                        String labels =
                                part.series().labels(series).toString()
                                        + part.series().type(series);
                        part.forEachTotal(
                                series,
                                TimeRange.ALWAYS,
                                Part.Grid.FINEST,
                                (timeMillis, _, _) -> rows.add(Map.entry(labels, timeMillis)));
                    }
                }
                var now = new HashSet<>(rows);
                assertThat(now).hasSize(rows.size()).containsAll(before);
                before = now;
                reads++;
            }
        }
        return reads;
    }

    private static void seal(EmbeddedStore store, AtomicBoolean running) {
        while (running.get()) {
            store.seal();
        }
    }
}
