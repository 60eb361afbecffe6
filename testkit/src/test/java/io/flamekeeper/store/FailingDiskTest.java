package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// Every single operation fails, in every way it can, once and for good.
class FailingDiskTest {
    private enum Kind {
        /// The operation does not happen.
        ERROR(0),
        /// A write leaves some of its bytes and fails.
        DISK_FULL(0),
        /// The same, where there is something to give up for it.
        DISK_FULL_BUT_FOR_A_RESERVE(5_000);

        private final long reserveBytes;

        Kind(long reserveBytes) {
            this.reserveBytes = reserveBytes;
        }

        StoreConfig config() {
            return TestStores.config(1).withReserveBytes(reserveBytes);
        }

        EmbeddedStore open(SimulatedVfs vfs) {
            return TestStores.open(vfs, config(), new ArrayList<>());
        }
    }

    /// Fails from the `at`-th operation on, `times` times.
    private static final class Failing implements Faults {
        private final int at;
        private final int times;
        private final Kind kind;
        private int operations;
        private boolean syncFailed;
        private int syncsAfterFailedSync;
        private Optional<Operation> failed = Optional.empty();

        Failing(int at, int times, Kind kind) {
            this.at = at;
            this.times = times;
            this.kind = kind;
        }

        @Override
        public synchronized int before(Operation operation, String name) throws IOException {
            boolean isSync = operation == Operation.SYNC || operation == Operation.SYNC_DIRECTORY;
            if (isSync && syncFailed) {
                syncsAfterFailedSync++;
            }
            operations++;
            if (operations < at || operations >= (long) at + times) {
                return Integer.MAX_VALUE;
            }
            failed = failed.or(() -> Optional.of(operation));
            syncFailed |= isSync;
            if (kind != Kind.ERROR && operation == Operation.WRITE) {
                return operations % 50;
            }
            throw new IOException("Input/output error");
        }

        synchronized boolean happened() {
            return operations >= at;
        }
    }

    @Test
    void store_anyOperationFails_losesNothingAndResumes() {
        long seed = 7;
        var workload = new Workload(seed, 20, 5);
        long points = 0;
        long acknowledged = 0;
        for (Kind kind : Kind.values()) {
            for (int times : new int[] {1, Integer.MAX_VALUE}) {
                boolean happened = true;
                for (int at = 1; happened; at++) {
                    var faults = new Failing(at, times, kind);
                    var ledger = new Ledger();
                    String where = "seed %d, %s at %d, %d times".formatted(seed, kind, at, times);
                    happened = run(workload, faults, times, ledger, where);
                    points++;
                    acknowledged += ledger.acknowledged.size();
                }
            }
        }
        System.out.printf(
                "failing operations: points %d, acknowledged %d, lost 0, syncs after a failed one 0, seed %d%n",
                points, acknowledged, seed);
    }

    /// @return whether the operation that should fail was ever asked for
    private static boolean run(
            Workload workload, Failing faults, int times, Ledger ledger, String where) {
        var vfs = SimulatedVfs.empty(faults);
        Optional<EmbeddedStore> opened = open(vfs, faults.kind.config());
        opened.ifPresent(store -> workload.run(store, ledger, false));
        boolean happened = faults.happened();
        opened.ifPresent(store -> {
            if (happened && times == 1 && !faults.syncFailed) {
                checkResumed(store, ledger, where);
            }
            if (times == 1 || faults.syncFailed) {
                assertThat(store.fault().isPresent()).as(where).isEqualTo(faults.syncFailed);
            }
            store.close();
        });
        assertThat(faults.syncsAfterFailedSync).as(where).isZero();
        for (SimulatedVfs left :
                List.of(
                        vfs.afterKill(Faults.NONE),
                        vfs.afterPowerCut(Survival.NOTHING, Faults.NONE))) {
            try (EmbeddedStore store = faults.kind.open(left)) {
                ledger.check(store, where);
            }
        }
        return happened;
    }

    /// The start that fails reads several logs back; what it cannot do now it does later, or the next start does.
    @Test
    void readBack_anyOperationFails_losesNothingAndResumes() {
        var before = new Ledger();
        var reference = SimulatedVfs.empty(Faults.NONE);
        try (EmbeddedStore store = TestStores.open(reference, 4)) {
            var profiles = new RandomProfiles(8, RandomProfiles.Shape.TINY);
            for (int i = 0; i < 12; i++) {
                ProfileGroup group = profiles.next("service-" + i % 6);
                store.append(Workload.TENANT, List.of(group));
                before.acknowledged.addAll(StoredText.of(group));
            }
        }
        long points = 0;
        for (Kind kind : List.of(Kind.ERROR, Kind.DISK_FULL)) {
            for (int times : new int[] {1, Integer.MAX_VALUE}) {
                boolean happened = true;
                for (int at = 1; happened; at++) {
                    var faults = new Failing(at, times, kind);
                    String where = "%s at %d, %d times".formatted(kind, at, times);
                    SimulatedVfs vfs = SimulatedVfs.of(reference.content(), faults);
                    happened = readBack(vfs, faults, times, before, where);
                    points++;
                }
            }
        }
        System.out.printf(
                "failing operations of a read-back: points %d, lost 0, syncs after a failed one 0%n",
                points);
    }

    /// @return whether the operation that should fail was asked for before everything was sealed
    private static boolean readBack(
            SimulatedVfs vfs, Failing faults, int times, Ledger before, String where) {
        // What fails for good is not worth waiting for.
        Duration wait = times == 1 ? Duration.ofSeconds(10) : Duration.ofMillis(20);
        Optional<EmbeddedStore> opened = open(vfs, faults.kind.config().withReadBackWait(wait));
        opened.ifPresent(TestStores::sealIfPossible);
        boolean happened = faults.happened();
        opened.ifPresent(store -> {
            if (happened && times == 1 && !faults.syncFailed) {
                checkResumed(store, before.copy(), where);
            }
            store.close();
        });
        assertThat(faults.syncsAfterFailedSync).as(where).isZero();
        for (SimulatedVfs left :
                List.of(
                        vfs.afterKill(Faults.NONE),
                        vfs.afterPowerCut(Survival.NOTHING, Faults.NONE))) {
            try (EmbeddedStore store = faults.kind.open(left)) {
                Ledger may = before.copy();
                may.unknown.addAll(StoredText.of(store, Workload.TENANT));
                may.check(store, where);
            }
        }
        return happened;
    }

    @Test
    void store_logCannotBeWrittenAnyMore_isAFaultUnlessTheDiskIsFull() {
        for (Kind kind : List.of(Kind.ERROR, Kind.DISK_FULL)) {
            var broken = new AtomicBoolean();
            var vfs =
                    SimulatedVfs.empty((operation, name) -> {
                        if (broken.get() && operation == Operation.WRITE) {
                            throw new IOException(
                                    kind == Kind.ERROR
                                            ? "Input/output error"
                                            : "No space left on device");
                        }
                        return Integer.MAX_VALUE;
                    });
            var ledger = new Ledger();
            try (EmbeddedStore store = kind.open(vfs)) {
                assertThat(new Workload(1, 3, 1_000).run(store, ledger, true)).isTrue();
                broken.set(true);
                assertThat(new Workload(2, 5, 1_000).run(store, ledger, false)).isFalse();
                assertThat(store.fault().isPresent()).as("%s", kind).isEqualTo(kind == Kind.ERROR);
                ledger.check(store, "still readable");
            }
        }
    }

    private static void checkResumed(EmbeddedStore store, Ledger ledger, String where) {
        ledger.check(store, where + ", live");
        assertThat(new Workload(99, 3, 1_000).run(store, ledger, true)).as(where).isTrue();
        store.seal();
        ledger.check(store, where + ", resumed");
        assertThat(store.statistics().headProfiles()).as(where).isZero();
    }

    private static Optional<EmbeddedStore> open(SimulatedVfs vfs, StoreConfig config) {
        try {
            return Optional.of(TestStores.open(vfs, config, new ArrayList<>()));
        } catch (FlamekeeperException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
            return Optional.empty();
        }
    }
}
