package io.flamekeeper.store;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.time.Duration;
import java.util.function.Consumer;

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
/// @param durability     when an append is answered
/// @param dictionaryNodesMax       nodes of one service's dictionary from which its head is sealed
/// @param dictionaryStringBytesMax bytes of its strings from which it is. The next head starts with empty
///     dictionaries, so there is always room for another name: none is dropped, and none needs a stand-in
/// @param uploadsMax     uploads of the last 24 hours that are known when they are sent again, of all shards
///     together; 24 bytes each
/// @param reserveBytes   size of a file that is given up when the disk is full, so that what makes room can go
///     on; 0 = none
/// @param readBackWait   how long a snapshot, seal or delete waits after a start for what logs hold; then it is refused
public record StoreConfig(
        int shardCount,
        int queueGroupsMax,
        int batchBytesMax,
        long sealLogBytes,
        long sealHeadBytes,
        Duration sealAge,
        int logStepBytes,
        Durability durability,
        int dictionaryNodesMax,
        long dictionaryStringBytesMax,
        int uploadsMax,
        long reserveBytes,
        Duration readBackWait) {
    /// A head this many times over its limits, because sealing fails, takes nothing more.
    static final int OVERFULL = 2;

    public StoreConfig {
        check("shardCount", shardCount);
        check("queueGroupsMax", queueGroupsMax);
        check("batchBytesMax", batchBytesMax);
        check("sealLogBytes", sealLogBytes);
        check("sealHeadBytes", sealHeadBytes);
        check("sealAge", sealAge.toMillis());
        check("logStepBytes", logStepBytes);
        check("dictionaryNodesMax", dictionaryNodesMax);
        check("dictionaryStringBytesMax", dictionaryStringBytesMax);
        check("uploadsMax", uploadsMax);
        check("readBackWait", readBackWait.toMillis());
        if (reserveBytes < 0) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "reserveBytes: %d (expected: >= 0)",
                    reserveBytes);
        }
    }

    private static void check(String name, long value) {
        if (value <= 0) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_CONFIGURATION, "%s: %d (expected: > 0)", name, value);
        }
    }

    public static StoreConfig defaults(int shardCount) {
        return new Draft(shardCount).done();
    }

    /// With another queue.
    public StoreConfig withQueueGroupsMax(int groups) {
        return with(draft -> draft.queueGroupsMax = groups);
    }

    /// With other limits of a head.
    public StoreConfig withSealing(long logBytes, long headBytes, Duration age) {
        return with(draft -> {
            draft.sealLogBytes = logBytes;
            draft.sealHeadBytes = headBytes;
            draft.sealAge = age;
        });
    }

    /// With other steps of a log's file.
    public StoreConfig withLogStepBytes(int bytes) {
        return with(draft -> draft.logStepBytes = bytes);
    }

    /// With another moment of answering.
    public StoreConfig withDurability(Durability chosen) {
        return with(draft -> draft.durability = chosen);
    }

    /// With other limits of a dictionary.
    public StoreConfig withDictionaryMax(int nodes, long stringBytes) {
        return with(draft -> {
            draft.dictionaryNodesMax = nodes;
            draft.dictionaryStringBytesMax = stringBytes;
        });
    }

    /// With another number of uploads that are known.
    public StoreConfig withUploadsMax(int uploads) {
        return with(draft -> draft.uploadsMax = uploads);
    }

    /// With another reserve.
    public StoreConfig withReserveBytes(long bytes) {
        return with(draft -> draft.reserveBytes = bytes);
    }

    /// With another patience after a start.
    public StoreConfig withReadBackWait(Duration max) {
        return with(draft -> draft.readBackWait = max);
    }

    private StoreConfig with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.done();
    }

    /// The components while they are chosen; at first the defaults.
    private static final class Draft {
        final int shardCount;
        int queueGroupsMax = 256;
        int batchBytesMax = 1 << 20;
        long sealLogBytes = 64L << 20;
        long sealHeadBytes = 128L << 20;
        Duration sealAge = Duration.ofMinutes(15);
        int logStepBytes = 4 << 20;
        Durability durability = Durability.FSYNC;
        int dictionaryNodesMax = 4_000_000;
        long dictionaryStringBytesMax = 64L << 20;
        int uploadsMax = 4_000_000;
        long reserveBytes = 64L << 20;
        Duration readBackWait = Duration.ofSeconds(10);

        Draft(int shardCount) {
            this.shardCount = shardCount;
        }

        Draft(StoreConfig config) {
            shardCount = config.shardCount;
            queueGroupsMax = config.queueGroupsMax;
            batchBytesMax = config.batchBytesMax;
            sealLogBytes = config.sealLogBytes;
            sealHeadBytes = config.sealHeadBytes;
            sealAge = config.sealAge;
            logStepBytes = config.logStepBytes;
            durability = config.durability;
            dictionaryNodesMax = config.dictionaryNodesMax;
            dictionaryStringBytesMax = config.dictionaryStringBytesMax;
            uploadsMax = config.uploadsMax;
            reserveBytes = config.reserveBytes;
            readBackWait = config.readBackWait;
        }

        StoreConfig done() {
            return new StoreConfig(
                    shardCount,
                    queueGroupsMax,
                    batchBytesMax,
                    sealLogBytes,
                    sealHeadBytes,
                    sealAge,
                    logStepBytes,
                    durability,
                    dictionaryNodesMax,
                    dictionaryStringBytesMax,
                    uploadsMax,
                    reserveBytes,
                    readBackWait);
        }
    }
}
