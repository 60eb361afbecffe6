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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// A disk without room: nothing is lost, reads go on, what makes room goes on, and appends come back by
/// themselves.
class FullDiskTest {
    private static final long RESERVE_BYTES = 50_000;
    private static final long DISK_BYTES = 100_000;

    private final RandomProfiles profiles =
            new RandomProfiles(31, new RandomProfiles.Shape(3, 60, 120, 3, 40));
    private final Ledger ledger = new Ledger();

    private static StoreConfig config() {
        return TestStores.config(1).withReserveBytes(RESERVE_BYTES);
    }

    private static SimulatedVfs disk() {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        vfs.setCapacity(DISK_BYTES);
        return vfs;
    }

    private void append(EmbeddedStore store) {
        append(store, profiles.next());
    }

    private void append(EmbeddedStore store, ProfileGroup group) {
        store.append(Workload.TENANT, List.of(group));
        ledger.acknowledged.addAll(StoredText.of(group));
    }

    /// Appends until there is no room.
    private FlamekeeperException fill(EmbeddedStore store) {
        for (int i = 0; i < 10_000; i++) {
            try {
                append(store);
            } catch (FlamekeeperException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
                return e;
            }
        }
        throw new AssertionError("never full");
    }

    private void refusesAndReads(EmbeddedStore store) {
        assertThatThrownBy(() -> append(store))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE))
                .hasMessageContaining("disk full");
        assertThat(store.statistics().isDiskFull()).isTrue();
        assertThat(store.fault()).isEmpty();
        ledger.check(store, "full");
    }

    @Test
    void append_diskFull_isRefusedUntilThereIsRoomAndSealingGoesOn() {
        SimulatedVfs vfs = disk();
        try (EmbeddedStore store = TestStores.open(vfs, config(), new ArrayList<>())) {
            assertThat(vfs.content().get("reserve")).hasSize((int) RESERVE_BYTES).containsOnly(0);
            assertThat(fill(store)).hasMessageContaining("No space left on device");
            assertThat(vfs.content()).doesNotContainKey("reserve");
            refusesAndReads(store);

            store.seal();
            assertThat(store.statistics().headProfiles()).isZero();
            ledger.check(store, "sealed");

            vfs.setCapacity(2 * DISK_BYTES);
            append(store);
            assertThat(store.statistics().isDiskFull()).isFalse();
            assertThat(vfs.content().get("reserve")).hasSize((int) RESERVE_BYTES);
            append(store);
            ledger.check(store, "resumed");
        }
        for (SimulatedVfs left :
                List.of(
                        vfs.afterKill(Faults.NONE),
                        vfs.afterPowerCut(Survival.NOTHING, Faults.NONE))) {
            try (EmbeddedStore store = TestStores.open(left, 1)) {
                ledger.check(store, "restarted");
            }
        }
    }

    @Test
    void append_diskFullSeveralTimes_comesBackEachTime() {
        SimulatedVfs vfs = disk();
        var now = new AtomicReference<>(Instant.ofEpochSecond(1_000));
        try (EmbeddedStore store =
                EmbeddedStore.open(
                        vfs,
                        config(),
                        now::get,
                        1,
                        task -> Thread.ofPlatform().daemon().unstarted(task),
                        _ -> {})) {
            for (int round = 2; round < 5; round++) {
                fill(store);
                refusesAndReads(store);
                now.set(now.get().plusSeconds(1));
                vfs.setCapacity(round * DISK_BYTES);
                append(store);
                ledger.check(store, "round " + round);
            }
        }
    }

    /// Nothing can be sealed, so nothing that is read back may leave the memory; what the process before had in it is
    /// read all the same.
    @Test
    void restart_diskFullWithoutReserve_answersAndSealsWhenThereIsRoom() {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        long headBytes;
        try (EmbeddedStore store = TestStores.open(vfs, 4)) {
            for (int i = 0; i < 24; i++) {
                append(store, profiles.next("service-" + i % 6));
            }
            // In memory it is more than that, so that one is all there is room for while they can
            // be sealed.
            headBytes = store.statistics().walBytes();
        }
        SimulatedVfs full = vfs.afterKill(Faults.NONE);
        full.setCapacity(full.usedBytes());
        StoreConfig config =
                TestStores.config(4).withSealing(64L << 20, headBytes, Duration.ofDays(10_000));
        List<String> report = Collections.synchronizedList(new ArrayList<>());
        try (EmbeddedStore store = TestStores.open(full, config, report)) {
            ledger.check(store, "restarted");
            assertThat(store.statistics().headProfiles()).isEqualTo(ledger.acknowledged.size());
            assertThat(report).isNotEmpty().allMatch(line -> line.contains("sealing failed"));
            full.setCapacity(2 * full.usedBytes());
            store.seal();
            assertThat(store.statistics().headProfiles()).isZero();
            ledger.check(store, "sealed");
        }
    }

    @Test
    void seal_diskFull_usesTheReserve() {
        SimulatedVfs vfs = disk();
        try (EmbeddedStore store = TestStores.open(vfs, config(), new ArrayList<>())) {
            for (int i = 0; i < 30; i++) {
                append(store);
            }
            vfs.setCapacity(vfs.usedBytes());
            store.seal();
            assertThat(store.statistics().segmentCount()).isEqualTo(1);
            assertThat(vfs.content()).doesNotContainKey("reserve");
            ledger.check(store, "sealed");
        }
    }

    @Test
    void start_diskFull_readsAndRefusesAndComesBack() {
        SimulatedVfs vfs = disk();
        try (EmbeddedStore store = TestStores.open(vfs, config(), new ArrayList<>())) {
            fill(store);
        }
        SimulatedVfs full = vfs.afterKill(Faults.NONE);
        full.setCapacity(full.usedBytes());
        List<String> report = new ArrayList<>();
        try (EmbeddedStore store = TestStores.open(full, config(), report)) {
            ledger.check(store, "started full");
            assertThat(full.content()).doesNotContainKey("reserve");
            fill(store);
            refusesAndReads(store);
            full.setCapacity(3 * DISK_BYTES);
            append(store);
            ledger.check(store, "resumed");
            // Made for the first time as soon as somebody looks for room.
            append(store);
            assertThat(full.content().get("reserve")).hasSize((int) RESERVE_BYTES);
        }
    }

    @Test
    void start_reserveOfAnotherSize_isMadeAnew() {
        SimulatedVfs vfs = disk();
        TestStores.open(vfs, config(), new ArrayList<>()).close();
        TestStores.open(vfs, config().withReserveBytes(10_000), new ArrayList<>()).close();
        assertThat(vfs.content().get("reserve")).hasSize(10_000);
        TestStores.open(vfs, config().withReserveBytes(0), new ArrayList<>()).close();
        assertThat(vfs.content()).doesNotContainKey("reserve");
    }

    @Test
    void append_quotaReached_isRefusedThoughThereSeemsToBeRoom() {
        var isReached = new AtomicBoolean();
        var now = new AtomicReference<>(Instant.ofEpochSecond(1_000));
        var vfs =
                SimulatedVfs.empty((operation, _) -> {
                    if (operation == Operation.WRITE && isReached.get()) {
                        throw new IOException("Disk quota exceeded");
                    }
                    return Integer.MAX_VALUE;
                });
        try (EmbeddedStore store =
                EmbeddedStore.open(
                        vfs,
                        config(),
                        now::get,
                        1,
                        task -> Thread.ofPlatform().daemon().unstarted(task),
                        _ -> {})) {
            append(store);
            isReached.set(true);
            assertThatThrownBy(() -> append(store)).hasMessageContaining("quota");
            refusesAndReads(store);
            isReached.set(false);
            refusesAndReads(store);
            now.set(now.get().plusSeconds(1));
            append(store);
            ledger.check(store, "resumed");
        }
    }
}
