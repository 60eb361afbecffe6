package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.store.Workload.Ledger;
import io.flamekeeper.store.Workload.PowerCut;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.testkit.SimulatedVfs.Survival;
import io.flamekeeper.testkit.StoredText;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The power goes at every moment there is, and comes back to whatever a disk may have kept.
class CrashTest {
    private static final List<Survival> SURVIVALS =
            List.of(
                    Survival.NOTHING,
                    Survival.EVERYTHING,
                    Survival.OLDER_HALF,
                    Survival.NEWER_HALF,
                    Survival.LAST_PAGE_TORN);

    @Test
    void recovery_afterEveryOperationAndInsideRecovery_losesNothing() {
        long seed = 42;
        var workload = new Workload(seed, 60, 8);
        long states = 0;
        long checked = 0;
        boolean cut = true;
        for (int at = 1; cut; at++) {
            var faults = new PowerCut(at);
            var vfs = SimulatedVfs.empty(faults);
            var ledger = new Ledger();
            open(vfs, 1)
                    .ifPresent(store -> {
                        workload.run(store, ledger, true);
                        store.close();
                    });
            cut = faults.happened();
            checked += ledger.acknowledged.size();
            for (Survival survival : SURVIVALS) {
                SimulatedVfs left = vfs.afterPowerCut(survival, Faults.NONE);
                String where =
                        "seed %d, operation %d, survival %d"
                                .formatted(seed, at, SURVIVALS.indexOf(survival));
                states += crashInRecovery(left, ledger, where);
            }
            states += killThenPowerCut(vfs.afterKill(Faults.NONE), ledger, at);
        }
        System.out.printf(
                "crash enumeration: crash points %d, acked %d, lost 0, seed %d%n",
                states, checked, seed);
        assertThat(states).isGreaterThan(1_000);
    }

    /// Starts, is cut off at every operation of the start, starts again.
    private static long crashInRecovery(SimulatedVfs left, Ledger ledger, String where) {
        long states = 0;
        boolean cut = true;
        for (int at = 1; cut; at++) {
            var faults = new PowerCut(at);
            SimulatedVfs second = SimulatedVfs.of(left.content(), faults);
            open(second, 1)
                    .ifPresent(store -> {
                        TestStores.sealIfPossible(store);
                        store.close();
                    });
            cut = faults.happened();
            Survival survival = SURVIVALS.get(at % SURVIVALS.size());
            SimulatedVfs third = second.afterPowerCut(survival, Faults.NONE);
            try (EmbeddedStore store = TestStores.open(third, 1)) {
                ledger.check(store, where + ", in recovery " + at);
            }
            states++;
        }
        return states;
    }

    /// Several logs are read back while appends come, and the power goes at every operation of that; then again at
    /// every operation of the next start, of which only one of all [#SURVIVALS] is gone through.
    @Test
    void readBack_afterEveryOperationAndInsideTheNextStart_losesNothing() {
        long seed = 43;
        var before = new Ledger();
        var vfs = SimulatedVfs.empty(Faults.NONE);
        try (EmbeddedStore store = TestStores.open(vfs, 4)) {
            assertThat(new Workload(seed, 20, 8).run(store, before, true)).isTrue();
            var profiles = new RandomProfiles(2_000 + seed, RandomProfiles.Shape.TINY);
            for (int i = 0; i < 12; i++) {
                ProfileGroup group = profiles.next("service-" + i % 6);
                store.append(Workload.TENANT, List.of(group));
                before.acknowledged.addAll(StoredText.of(group));
            }
        }
        assertThat(logs(vfs)).hasSizeGreaterThan(2);
        long states = 0;
        boolean cut = true;
        for (int at = 1; cut; at++) {
            var faults = new PowerCut(at);
            SimulatedVfs first = SimulatedVfs.of(vfs.content(), faults);
            Ledger ledger = before.copy();
            open(first, 2)
                    .ifPresent(store -> {
                        new Workload(1_000 + seed, 4, 1_000).run(store, ledger, true);
                        TestStores.sealIfPossible(store);
                        store.close();
                    });
            cut = faults.happened();
            for (int survival = 0; survival < SURVIVALS.size(); survival++) {
                String where =
                        "seed %d, in read-back %d, survival %d".formatted(seed, at, survival);
                SimulatedVfs left = first.afterPowerCut(SURVIVALS.get(survival), Faults.NONE);
                if (at % SURVIVALS.size() == survival) {
                    states += crashInRecovery(left, ledger, where);
                } else {
                    try (EmbeddedStore store = TestStores.open(left, 1)) {
                        ledger.check(store, where);
                    }
                    states++;
                }
            }
            if (!cut) {
                assertThat(logs(first)).isEmpty();
            }
        }
        System.out.printf(
                "crash enumeration, read-back: crash points %d, acked %d, lost 0, seed %d%n",
                states, before.acknowledged.size(), seed);
        assertThat(states).isGreaterThan(1_000);
    }

    private static List<String> logs(SimulatedVfs vfs) {
        return vfs.content().keySet().stream()
                .filter(name -> name.matches("wal-.*\\.log"))
                .toList();
    }

    /// Only the process dies; the next one goes on, and then the power goes. What the first one had left
    /// unsynced must not take with it what the second one answered.
    private static long killThenPowerCut(SimulatedVfs killed, Ledger ledger, int at) {
        String where = "killed at operation %d, then a power cut".formatted(at);
        try (EmbeddedStore store = TestStores.open(killed, 1)) {
            ledger.check(store, where);
            ledger.settle(store);
            assertThat(new Workload(1_000 + at, 2, 1_000).run(store, ledger, true))
                    .as(where)
                    .isTrue();
        }
        for (Survival survival : SURVIVALS) {
            SimulatedVfs left = killed.afterPowerCut(survival, Faults.NONE);
            try (EmbeddedStore store = TestStores.open(left, 1)) {
                ledger.check(store, where);
            }
        }
        return SURVIVALS.size();
    }

    private static Optional<EmbeddedStore> open(SimulatedVfs vfs, int shards) {
        try {
            return Optional.of(TestStores.open(vfs, shards));
        } catch (FlamekeeperException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
            return Optional.empty();
        }
    }

    @Test
    void recovery_afterRandomCrashesInARow_losesNothing() {
        long crashes = 0;
        long checked = 0;
        long seeds = 100;
        for (long seed = 1; seed <= seeds; seed++) {
            var random = new SplittableRandom(seed);
            var ledger = new Ledger();
            SimulatedVfs vfs = SimulatedVfs.empty(Faults.NONE);
            for (int round = 0; round < 6; round++) {
                String where = "seed %d, round %d".formatted(seed, round);
                var faults = new PowerCut(random.nextInt(1, 120));
                vfs = vfs.afterKill(faults);
                var workload = new Workload(random.nextLong(), 40, 8);
                int shards = 1 + random.nextInt(3);
                Optional<EmbeddedStore> opened = open(vfs, shards);
                opened.ifPresent(store -> {
                    ledger.check(store, where);
                    ledger.settle(store);
                    workload.run(store, ledger, true);
                    store.close();
                });
                vfs =
                        random.nextInt(4) == 0
                                ? vfs.afterKill(Faults.NONE)
                                : vfs.afterPowerCut(Survival.random(random), Faults.NONE);
                crashes++;
            }
            try (EmbeddedStore store = TestStores.open(vfs, 2)) {
                ledger.check(store, "seed %d, end".formatted(seed));
            }
            checked += ledger.acknowledged.size();
        }
        System.out.printf(
                "random crashes: crash points %d, acked %d, lost 0, seeds 1 to %d%n",
                crashes, checked, seeds);
    }
}
