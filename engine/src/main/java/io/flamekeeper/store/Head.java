package io.flamekeeper.store;

import io.flamekeeper.dictionary.PartitionKey;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.UploadMark;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The newest profiles of one shard, in memory. For the writer thread; others see [#publish].
///
/// Partitions are numbered in order of their first frame in the log.
final class Head {
    private final Generation generation;
    private final long hashSeed;
    private final Map<PartitionKey, Integer> numberByKey = new HashMap<>();
    private final List<HeadPartition> partitions = new ArrayList<>();

    /// Partitions with rows that no published part has.
    private final BitSet changed = new BitSet();

    private HeadPart[] published = new HeadPart[0];
    private long memoryBytes;
    private long profileCount;

    /// @param hashSeed see [io.flamekeeper.dictionary.Dictionary]
    Head(Generation generation, long hashSeed) {
        this.generation = generation;
        this.hashSeed = hashSeed;
    }

    Generation generation() {
        return generation;
    }

    int partitionCount() {
        return partitions.size();
    }

    HeadPartition partition(int number) {
        return partitions.get(number);
    }

    /// Number of the partition, or [#partitionCount] if there is none.
    int numberOf(PartitionKey key) {
        return numberByKey.getOrDefault(key, partitions.size());
    }

    HeadPartition add(PartitionKey key) {
        var partition = new HeadPartition(key, hashSeed);
        numberByKey.put(key, partitions.size());
        partitions.add(partition);
        return partition;
    }

    /// Takes back the last [#add]; the partition has no rows.
    void removeLast() {
        numberByKey.remove(partitions.removeLast().key());
    }

    /// @param upload empty if it cannot be known again
    void addRows(HeadPartition partition, Optional<UploadMark> upload, List<ProfileRow> rows) {
        rows.forEach(partition::add);
        added(partition, upload, rows.size());
    }

    /// Adds what was read back.
    void add(GroupCodec.Group group) {
        group.rows().forEach(group.partition()::add);
        added(group.partition(), group.upload(), group.rows().size());
    }

    private void added(HeadPartition partition, Optional<UploadMark> upload, int rowCount) {
        upload.ifPresent(partition::add);
        memoryBytes += partition.takeGrowth();
        profileCount += rowCount;
        changed.set(numberOf(partition.key()));
    }

    long profileCount() {
        return profileCount;
    }

    /// What the head takes in memory, roughly.
    long memoryBytes() {
        return memoryBytes;
    }

    /// Everything added so far, for all threads once passed on safely. Do not change.
    HeadPart[] publish() {
        HeadPart[] parts = Arrays.copyOf(published, partitions.size());
        changed.stream().forEach(number -> parts[number] = partitions.get(number).view());
        changed.clear();
        published = parts;
        return parts;
    }

    /// Parts of one tenant.
    static List<HeadPart> ofTenant(HeadPart[] parts, TenantId tenant) {
        return Arrays.stream(parts).filter(part -> part.key().tenant().equals(tenant)).toList();
    }
}
