package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.UploadHash;
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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// An upload that is sent again, because its answer got lost, counts once.
class RepeatedUploadTest {
    private static final TenantScope OTHER = TenantScope.grant(new TenantId("other"));

    private final RandomProfiles profiles = new RandomProfiles(5, RandomProfiles.Shape.TINY);
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

    private static ProfileGroup of(ProfileGroup group, UploadHash upload) {
        return new ProfileGroup(
                group.service(), group.symbols(), group.stacks(), group.profiles(), upload);
    }

    private EmbeddedStore open(SimulatedVfs vfs, StoreConfig config) {
        return EmbeddedStore.open(
                vfs,
                config,
                now::get,
                TestStores.HASH_SEED,
                task -> Thread.ofPlatform().daemon().unstarted(task),
                _ -> {});
    }

    private EmbeddedStore open(SimulatedVfs vfs) {
        return open(vfs, TestStores.config(1));
    }

    private static Appended append(EmbeddedStore store, TenantScope tenant, ProfileGroup group) {
        return store.append(tenant, List.of(group)).getFirst();
    }

    private static Appended append(EmbeddedStore store, ProfileGroup group) {
        return append(store, Workload.TENANT, group);
    }

    @Test
    void upload_sentAgain_isStoredOnce() {
        ProfileGroup group = of(profiles.next(), new UploadHash(1, 2));
        ProfileGroup different = of(group, new UploadHash(1, 3));
        ProfileGroup nameless = of(group, UploadHash.NONE);
        var vfs = SimulatedVfs.empty(Faults.NONE);
        try (EmbeddedStore store = open(vfs)) {
            assertThat(store.append(Workload.TENANT, List.of(group, different, group)))
                    .containsExactly(Appended.STORED, Appended.STORED, Appended.REPEATED);
            assertThat(append(store, group)).isEqualTo(Appended.REPEATED);
            assertThat(append(store, nameless)).isEqualTo(Appended.STORED);
            assertThat(append(store, nameless)).isEqualTo(Appended.STORED);
            assertThat(append(store, OTHER, group)).isEqualTo(Appended.STORED);
            assertThat(append(store, OTHER, group)).isEqualTo(Appended.REPEATED);
            assertThat(StoredText.of(store, Workload.TENANT)).hasSize(4 * group.profiles().size());
            assertThat(StoredText.of(store, OTHER)).hasSize(group.profiles().size());
            assertThat(store.statistics().repeatedUploads()).isEqualTo(3);
            assertThat(store.statistics().appendedProfiles())
                    .isEqualTo(5L * group.profiles().size());
        }
    }

    @Test
    void upload_sentAgainAfterARestart_isStoredOnce() {
        ProfileGroup group = of(profiles.next(), new UploadHash(Long.MIN_VALUE, 7));
        ProfileGroup second = of(profiles.next(), new UploadHash(3, Long.MAX_VALUE));
        var vfs = SimulatedVfs.empty(Faults.NONE);
        try (EmbeddedStore store = open(vfs)) {
            append(store, group);
            append(store, second);
        }
        for (int shards = 1; shards <= 4; shards++) {
            for (SimulatedVfs left :
                    List.of(
                            SimulatedVfs.of(vfs.content(), Faults.NONE),
                            vfs.afterPowerCut(Survival.NOTHING, Faults.NONE))) {
                try (EmbeddedStore store = open(left, TestStores.config(shards))) {
                    assertThat(append(store, second)).isEqualTo(Appended.REPEATED);
                    assertThat(append(store, group)).isEqualTo(Appended.REPEATED);
                    assertThat(append(store, OTHER, group)).isEqualTo(Appended.STORED);
                }
            }
        }
    }

    @Test
    void upload_sentAgainAfterSealingCompactionAndARestart_isStoredOnce() {
        ProfileGroup sealed = of(profiles.next(), new UploadHash(1, 2));
        ProfileGroup compacted = of(profiles.next(), new UploadHash(3, 4));
        var vfs = SimulatedVfs.empty(Faults.NONE);
        now.set(Instant.ofEpochMilli(compacted.profiles().getFirst().timeMillis()));
        try (EmbeddedStore store = open(vfs)) {
            append(store, compacted);
            store.seal();
            for (int i = 0; i < 3; i++) {
                append(store, profiles.next());
                store.seal();
            }
            store.compact();
            assertThat(store.statistics().upkeep().compactions()).isPositive();
            append(store, sealed);
            store.seal();
        }
        for (int shards = 1; shards <= 3; shards++) {
            SimulatedVfs left = SimulatedVfs.of(vfs.content(), Faults.NONE);
            try (EmbeddedStore store = open(left, TestStores.config(shards))) {
                assertThat(append(store, sealed)).isEqualTo(Appended.REPEATED);
                assertThat(append(store, compacted)).isEqualTo(Appended.REPEATED);
            }
        }
    }

    @Test
    void everything_sentAgainAfterAnyPowerCut_isThereOnce() {
        List<ProfileGroup> groups = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            groups.add(of(profiles.next(), new UploadHash(i * 0x9E3779B97F4A7C15L, i + 1)));
            expected.addAll(StoredText.of(groups.getLast()));
        }
        long repeated = 0;
        int cuts = 0;
        boolean isCut = true;
        for (int at = 1; isCut; at++) {
            var faults = new Workload.PowerCut(at);
            var vfs = SimulatedVfs.empty(faults);
            try (EmbeddedStore store = open(vfs)) {
                groups.forEach(group -> append(store, group));
            } catch (FlamekeeperException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
            }
            isCut = faults.happened();
            for (Survival survival :
                    List.of(Survival.NOTHING, Survival.EVERYTHING, Survival.LAST_PAGE_TORN)) {
                try (EmbeddedStore store = open(vfs.afterPowerCut(survival, Faults.NONE))) {
                    groups.forEach(group -> append(store, group));
                    repeated += store.statistics().repeatedUploads();
                    assertThat(StoredText.of(store, Workload.TENANT))
                            .as("operation %d", at)
                            .containsExactlyInAnyOrderElementsOf(expected);
                }
                cuts++;
            }
        }
        System.out.printf(
                "sent again: power cuts %d, repeated %d, twice 0, lost 0%n", cuts, repeated);
    }

    /// All is sent once; the next process is sent all again while it reads back, and cut off; so is the one after it.
    @Test
    void everything_sentAgainWhileReadBackAndAfterAnyPowerCut_isThereOnce() {
        List<ProfileGroup> groups = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ProfileGroup drawn = profiles.next("service-" + i % 5);
            groups.add(of(drawn, new UploadHash(i * 0x9E3779B97F4A7C15L, i + 1)));
            expected.addAll(StoredText.of(groups.getLast()));
        }
        List<ProfileGroup> sentFirst = groups.subList(0, 9);
        var reference = SimulatedVfs.empty(Faults.NONE);
        try (EmbeddedStore store = open(reference, TestStores.config(3))) {
            sentFirst.forEach(group -> append(store, group));
        }
        int cuts = 0;
        boolean isCut = true;
        for (int at = 1; isCut; at++) {
            var faults = new Workload.PowerCut(at);
            SimulatedVfs vfs = SimulatedVfs.of(reference.content(), faults);
            try (EmbeddedStore store = open(vfs, TestStores.config(2))) {
                for (ProfileGroup group : sentFirst) {
                    assertThat(append(store, group)).isEqualTo(Appended.REPEATED);
                }
                groups.forEach(group -> append(store, group));
                TestStores.sealIfPossible(store);
            } catch (FlamekeeperException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
            }
            isCut = faults.happened();
            for (Survival survival :
                    List.of(Survival.NOTHING, Survival.EVERYTHING, Survival.LAST_PAGE_TORN)) {
                SimulatedVfs left = vfs.afterPowerCut(survival, Faults.NONE);
                try (EmbeddedStore store = open(left, TestStores.config(1))) {
                    groups.forEach(group -> append(store, group));
                    assertThat(StoredText.of(store, Workload.TENANT))
                            .as("operation %d", at)
                            .containsExactlyInAnyOrderElementsOf(expected);
                }
                cuts++;
            }
        }
        System.out.printf("sent again while read back: power cuts %d, twice 0, lost 0%n", cuts);
    }

    @Test
    void upload_sentAgainAfterSealing_isStoredOnce() {
        ProfileGroup group = of(profiles.next(), new UploadHash(1, 2));
        try (EmbeddedStore store = open(SimulatedVfs.empty(Faults.NONE))) {
            append(store, group);
            store.seal();
            assertThat(append(store, group)).isEqualTo(Appended.REPEATED);
            store.seal();
            assertThat(store.statistics().segmentCount()).isEqualTo(1);
            assertThat(StoredText.of(store, Workload.TENANT)).hasSize(group.profiles().size());
        }
    }

    @Test
    void upload_sentAgainADayLater_isAnother() {
        ProfileGroup group = of(profiles.next(), new UploadHash(1, 2));
        var vfs = SimulatedVfs.empty(Faults.NONE);
        Instant start = now.get();
        try (EmbeddedStore store = open(vfs)) {
            append(store, group);
            now.set(start.plus(Duration.ofHours(24)).minusSeconds(1));
            assertThat(append(store, group)).isEqualTo(Appended.REPEATED);
        }
        try (EmbeddedStore store = open(SimulatedVfs.of(vfs.content(), Faults.NONE))) {
            assertThat(append(store, group)).isEqualTo(Appended.REPEATED);
            now.set(start.plus(Duration.ofHours(24)));
            assertThat(append(store, group)).isEqualTo(Appended.STORED);
            assertThat(append(store, group)).isEqualTo(Appended.REPEATED);
        }
        try (EmbeddedStore store = open(vfs)) {
            assertThat(append(store, group)).isEqualTo(Appended.STORED);
        }
    }

    @Test
    void uploads_moreThanAreKnown_oldestIsForgottenAndCounted() {
        StoreConfig config = TestStores.config(1).withUploadsMax(3);
        List<ProfileGroup> groups = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            groups.add(of(profiles.next(), new UploadHash(i, 1)));
        }
        try (EmbeddedStore store = open(SimulatedVfs.empty(Faults.NONE), config)) {
            groups.forEach(group -> append(store, group));
            assertThat(store.statistics().forgottenUploads()).isEqualTo(2);
            assertThat(append(store, groups.get(2))).isEqualTo(Appended.REPEATED);
            assertThat(append(store, groups.get(1))).isEqualTo(Appended.STORED);
            assertThat(store.statistics().forgottenUploads()).isEqualTo(3);
        }
    }

    /// A store whose writer waits in a sync, so that what is appended meanwhile becomes one batch.
    private final class HeldStore {
        private final Semaphore gate = new Semaphore(0);
        private final CountDownLatch syncing = new CountDownLatch(1);
        private final AtomicBoolean isHeld = new AtomicBoolean();
        private final AtomicBoolean isFull = new AtomicBoolean();
        private final SimulatedVfs vfs =
                SimulatedVfs.empty((operation, _) -> {
                    if (operation == Operation.SYNC && isHeld.compareAndSet(true, false)) {
                        syncing.countDown();
                        gate.acquireUninterruptibly();
                    }
                    if (operation == Operation.WRITE && isFull.get()) {
                        throw new IOException("No space left on device");
                    }
                    return Integer.MAX_VALUE;
                });

        List<CompletableFuture<String>> appendTogether(EmbeddedStore store, ProfileGroup group) {
            isHeld.set(true);
            CompletableFuture<String> first = start(store, profiles.next());
            TestStores.await(syncing);
            List<CompletableFuture<String>> answers =
                    List.of(start(store, group), start(store, group), start(store, group));
            gate.release();
            assertThat(first.join()).isEqualTo("STORED");
            return answers;
        }

        /// Returns once the append waits for its answer.
        private CompletableFuture<String> start(EmbeddedStore store, ProfileGroup group) {
            var answer = new CompletableFuture<String>();
            Thread caller =
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                try {
                                    answer.complete(append(store, group).name());
                                } catch (FlamekeeperException e) {
                                    answer.complete(e.code().name());
                                }
                            });
            while (caller.getState() != Thread.State.WAITING
                    && caller.getState() != Thread.State.TERMINATED) {
                Thread.onSpinWait();
            }
            return answer;
        }
    }

    @Test
    void upload_twiceInOneBatch_isStoredOnceAndBothAreAnswered() {
        ProfileGroup group = of(profiles.next(), new UploadHash(1, 2));
        var held = new HeldStore();
        try (EmbeddedStore store = open(held.vfs)) {
            assertThat(held.appendTogether(store, group).stream().map(CompletableFuture::join))
                    .containsExactlyInAnyOrder("STORED", "REPEATED", "REPEATED");
            assertThat(store.statistics().repeatedUploads()).isEqualTo(2);
            assertThat(store.statistics().syncCount()).isEqualTo(2);
        }
    }

    @Test
    void upload_twiceInABatchThatFails_isNeitherStoredNorKnown() {
        ProfileGroup group = of(profiles.next(), new UploadHash(1, 2));
        var held = new HeldStore();
        try (EmbeddedStore store = open(held.vfs)) {
            held.isHeld.set(true);
            CompletableFuture<String> first = held.start(store, profiles.next());
            TestStores.await(held.syncing);
            List<CompletableFuture<String>> answers =
                    List.of(held.start(store, group), held.start(store, group));
            held.isFull.set(true);
            held.gate.release();
            assertThat(first.join()).isEqualTo("STORED");
            assertThat(answers.stream().map(CompletableFuture::join))
                    .containsOnly(ErrorCode.STORE_UNAVAILABLE.name());
            held.isFull.set(false);
            assertThat(store.statistics().repeatedUploads()).isZero();
            assertThat(append(store, group)).isEqualTo(Appended.STORED);
            assertThat(append(store, group)).isEqualTo(Appended.REPEATED);
        }
    }
}
