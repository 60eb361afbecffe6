package io.flamekeeper.store;

import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.vfs.Vfs;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Stores as tests need them: small limits, a fixed hash seed, threads that do not keep the process alive.
final class TestStores {
    static final long HASH_SEED = 0x5eed;

    private TestStores() {}

    /// Seals only when told to.
    static StoreConfig config(int shardCount) {
        return new StoreConfig(
                shardCount, 64, 1 << 20, 64L << 20, 64L << 20, Duration.ofDays(10_000));
    }

    static EmbeddedStore open(Vfs vfs, int shardCount) {
        return open(vfs, shardCount, new ArrayList<>());
    }

    /// @param report gets what the store tells the operator
    static EmbeddedStore open(Vfs vfs, int shardCount, List<String> report) {
        return open(vfs, shardCount, InstantSource.system(), report);
    }

    /// Compacts only when told to, and keeps everything.
    static EmbeddedStore open(
            Vfs vfs, int shardCount, InstantSource clock, List<String> report) {
        return open(vfs, shardCount, UpkeepConfig.manual(SelectorParser::pattern), clock, report);
    }

    static EmbeddedStore open(
            Vfs vfs,
            int shardCount,
            UpkeepConfig upkeep,
            InstantSource clock,
            List<String> report) {
        return EmbeddedStore.open(
                vfs,
                config(shardCount),
                upkeep,
                clock,
                HASH_SEED,
                task -> Thread.ofPlatform().daemon().unstarted(task),
                Collections.synchronizedList(report)::add);
    }
}
