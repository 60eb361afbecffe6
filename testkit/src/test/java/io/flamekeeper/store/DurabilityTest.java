package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.store.Workload.Ledger;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.testkit.SimulatedVfs.Operation;
import io.flamekeeper.testkit.SimulatedVfs.Survival;
import io.flamekeeper.testkit.StoredText;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// What each [Durability] keeps through a power cut.
class DurabilityTest {
    private static StoreConfig config(Durability durability) {
        return TestStores.config(1).withDurability(durability);
    }

    /// Remembers, at every sync of a log, what had been answered before it.
    private static final class Syncs implements Faults {
        private final Set<String> answered = new HashSet<>();
        private final Set<String> synced = new HashSet<>();
        private int count;

        @Override
        public synchronized int before(Operation operation, String name) {
            if (operation == Operation.SYNC && name.startsWith("wal-")) {
                synced.addAll(answered);
                count++;
            }
            return Integer.MAX_VALUE;
        }

        synchronized void answered(List<String> profiles) {
            answered.addAll(profiles);
        }

        /// What is synced for sure must be there, everything else may be.
        synchronized Ledger ledger() {
            var ledger = new Ledger();
            ledger.acknowledged.addAll(synced);
            ledger.unknown.addAll(answered);
            return ledger;
        }
    }

    @Test
    void interval_powerCutAtAnyMoment_losesNothingOlderThanTheLastSync() {
        long cuts = 0;
        long syncs = 0;
        long lostLater = 0;
        for (long seed = 1; seed <= 30; seed++) {
            var random = new SplittableRandom(seed);
            var profiles = new RandomProfiles(seed, RandomProfiles.Shape.TINY);
            var now = new AtomicReference<>(Instant.ofEpochSecond(1_000));
            var faults = new Syncs();
            var vfs = SimulatedVfs.empty(faults);
            try (EmbeddedStore store =
                    EmbeddedStore.open(
                            vfs,
                            config(Durability.INTERVAL),
                            now::get,
                            TestStores.HASH_SEED,
                            task -> Thread.ofPlatform().daemon().unstarted(task),
                            _ -> {})) {
                for (int i = 0; i < 25; i++) {
                    ProfileGroup group = profiles.next();
                    store.append(Workload.TENANT, List.of(group));
                    faults.answered(StoredText.of(group));
                    now.set(now.get().plusMillis(random.nextInt(60)));
                    if (random.nextInt(12) == 0) {
                        store.seal();
                    }
                    Ledger ledger = faults.ledger();
                    SimulatedVfs left = vfs.afterPowerCut(Survival.random(random), Faults.NONE);
                    lostLater += check(left, ledger, seed);
                    cuts++;
                }
            }
            // Stopping syncs what waits.
            Ledger ledger = new Ledger();
            ledger.acknowledged.addAll(faults.answered);
            check(vfs.afterPowerCut(Survival.NOTHING, Faults.NONE), ledger, seed);
            syncs += faults.count;
        }
        System.out.printf(
                "interval: power cuts %d, syncs %d, lost of what was synced 0, of what was not %d%n",
                cuts, syncs, lostLater);
        assertThat(lostLater).isPositive();
    }

    /// @return how many profiles are missing that may be
    private static long check(SimulatedVfs left, Ledger ledger, long seed) {
        try (EmbeddedStore store = TestStores.open(left, 1)) {
            ledger.check(store, "seed " + seed);
            Set<String> missing = new HashSet<>(ledger.unknown);
            missing.removeAll(StoredText.of(store, Workload.TENANT));
            return missing.size();
        }
    }

    @Test
    void interval_nothingMoreComes_isSyncedAllTheSame() {
        var synced = new CountDownLatch(1);
        var vfs =
                SimulatedVfs.empty((operation, name) -> {
                    if (operation == Operation.SYNC && name.startsWith("wal-")) {
                        synced.countDown();
                    }
                    return Integer.MAX_VALUE;
                });
        try (EmbeddedStore store =
                TestStores.open(vfs, config(Durability.INTERVAL), new ArrayList<>())) {
            store.append(
                    Workload.TENANT,
                    List.of(new RandomProfiles(1, RandomProfiles.Shape.TINY).next()));
            TestStores.await(synced);
            assertThat(store.fault()).isEmpty();
        }
    }

    @Test
    void interval_syncFails_isTheFaultAndNotTriedAgain() {
        var syncs = new AtomicInteger();
        var failing = new AtomicBoolean(true);
        var failed = new CountDownLatch(1);
        var vfs =
                SimulatedVfs.empty((operation, name) -> {
                    if (operation == Operation.SYNC && name.startsWith("wal-") && failing.get()) {
                        syncs.incrementAndGet();
                        failed.countDown();
                        throw new IOException("Input/output error");
                    }
                    return Integer.MAX_VALUE;
                });
        var profiles = new RandomProfiles(2, RandomProfiles.Shape.TINY);
        try (EmbeddedStore store =
                TestStores.open(vfs, config(Durability.INTERVAL), new ArrayList<>())) {
            ProfileGroup first = profiles.next();
            store.append(Workload.TENANT, List.of(first));
            TestStores.await(failed);
            while (store.fault().isEmpty()) {
                Thread.onSpinWait();
            }
            failing.set(false);
            assertThatThrownBy(() -> store.append(Workload.TENANT, List.of(profiles.next())))
                    .isInstanceOfSatisfying(
                            FlamekeeperException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
            assertThat(StoredText.of(store, Workload.TENANT))
                    .containsExactlyInAnyOrderElementsOf(StoredText.of(first));
        }
        assertThat(syncs).hasValue(1);
    }

    @Test
    void fsync_everyAnswer_survivesAPowerCutAtOnce() {
        var profiles = new RandomProfiles(3, RandomProfiles.Shape.TINY);
        var vfs = SimulatedVfs.empty(Faults.NONE);
        var ledger = new Ledger();
        try (EmbeddedStore store =
                TestStores.open(vfs, config(Durability.FSYNC), new ArrayList<>())) {
            for (int i = 0; i < 20; i++) {
                ProfileGroup group = profiles.next();
                store.append(Workload.TENANT, List.of(group));
                ledger.acknowledged.addAll(StoredText.of(group));
                check(vfs.afterPowerCut(Survival.NOTHING, Faults.NONE), ledger, 3);
            }
        }
    }

    @Test
    void none_untilSealed_isNeverSyncedAndSurvivesAKill() {
        var profiles = new RandomProfiles(4, RandomProfiles.Shape.TINY);
        var faults = new Syncs();
        var vfs = SimulatedVfs.empty(faults);
        var ledger = new Ledger();
        try (EmbeddedStore store =
                TestStores.open(vfs, config(Durability.NONE), new ArrayList<>())) {
            for (int i = 0; i < 20; i++) {
                ProfileGroup group = profiles.next();
                store.append(Workload.TENANT, List.of(group));
                ledger.acknowledged.addAll(StoredText.of(group));
                if (i == 10) {
                    store.seal();
                }
            }
        }
        assertThat(faults.count).isZero();
        check(vfs.afterKill(Faults.NONE), ledger, 4);
    }
}
