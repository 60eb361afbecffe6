package io.flamekeeper.store;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.time.Duration;

/// How an [EmbeddedStore] shares its work and when it seals.
///
/// @param shardCount     writer threads, each with a log and a head of its own; may differ from start to
///     start
/// @param queueGroupsMax groups that may wait for one writer
/// @param batchBytesMax  size from which a batch takes no further group
/// @param sealLogBytes   size of a log from which its head is sealed
/// @param sealHeadBytes  memory of a head, roughly, from which it is sealed
/// @param sealAge        age of a head's first profile from which it is sealed
/// @param logStepBytes   zeros by which the file of a log grows at a time
public record StoreConfig(
        int shardCount,
        int queueGroupsMax,
        int batchBytesMax,
        long sealLogBytes,
        long sealHeadBytes,
        Duration sealAge,
        int logStepBytes) {
    /// A head this many times over its limits, because sealing fails, takes nothing more.
    static final int OVERFULL = 4;

    public StoreConfig {
        check("shardCount", shardCount);
        check("queueGroupsMax", queueGroupsMax);
        check("batchBytesMax", batchBytesMax);
        check("sealLogBytes", sealLogBytes);
        check("sealHeadBytes", sealHeadBytes);
        check("sealAge", sealAge.toMillis());
        check("logStepBytes", logStepBytes);
    }

    private static void check(String name, long value) {
        if (value <= 0) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_CONFIGURATION, "%s: %d (expected: > 0)", name, value);
        }
    }

    public static StoreConfig defaults(int shardCount) {
        return new StoreConfig(
                shardCount, 256, 1 << 20, 64L << 20, 128L << 20, Duration.ofMinutes(15), 4 << 20);
    }
}
