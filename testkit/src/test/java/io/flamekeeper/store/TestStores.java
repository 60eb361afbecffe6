package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.vfs.Vfs;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Stores as tests need them: small limits, a fixed hash seed, threads that do not keep the process alive.
final class TestStores {
    static final long HASH_SEED = 0x5eed;

    /// Small, so that logs reach it; no page of the simulated disk ends with it.
    static final int LOG_STEP_BYTES = 3_000;

    private TestStores() {}

    /// Seals only when told to.
    static StoreConfig config(int shardCount) {
        return StoreConfig.defaults(shardCount)
                .withQueueGroupsMax(64)
                .withSealing(64L << 20, 64L << 20, Duration.ofDays(10_000))
                .withLogStepBytes(LOG_STEP_BYTES)
                .withReserveBytes(0);
    }

    static EmbeddedStore open(Vfs vfs, int shardCount) {
        return open(vfs, shardCount, new ArrayList<>());
    }

    /// @param report gets what the store tells the operator
    static EmbeddedStore open(Vfs vfs, int shardCount, List<String> report) {
        return open(vfs, config(shardCount), report);
    }

    static EmbeddedStore open(Vfs vfs, StoreConfig config, List<String> report) {
        return open(
                vfs,
                config,
                UpkeepConfig.manual(SelectorParser::pattern),
                InstantSource.system(),
                report);
    }

    /// Compacts only when told to, and keeps everything.
    static EmbeddedStore open(Vfs vfs, int shardCount, InstantSource clock, List<String> report) {
        return open(vfs, shardCount, UpkeepConfig.manual(SelectorParser::pattern), clock, report);
    }

    static EmbeddedStore open(
            Vfs vfs,
            int shardCount,
            UpkeepConfig upkeep,
            InstantSource clock,
            List<String> report) {
        return open(vfs, config(shardCount), upkeep, clock, report);
    }

    static EmbeddedStore open(
            Vfs vfs,
            StoreConfig config,
            UpkeepConfig upkeep,
            InstantSource clock,
            List<String> report) {
        return EmbeddedStore.open(
                vfs,
                config,
                upkeep,
                clock,
                HASH_SEED,
                task -> Thread.ofPlatform().daemon().unstarted(task),
                Collections.synchronizedList(report)::add);
    }

    /// Waits until everything is in segments, or cannot be.
    static void sealIfPossible(EmbeddedStore store) {
        try {
            store.seal();
        } catch (FlamekeeperException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
        }
    }

    /// Waits for the latch, not for ever.
    static void await(CountDownLatch latch) {
        CompletableFuture.runAsync(
                        () -> {
                            try {
                                latch.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        task -> Thread.ofVirtual().start(task))
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }
}
