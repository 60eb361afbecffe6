package io.flamekeeper.dictionary;

import io.flamekeeper.model.TenantId;

/// What has a dictionary of its own: one service of one tenant.
///
/// Comparable so that a hash map full of keys chosen to collide stays fast.
public record PartitionKey(TenantId tenant, String service) implements Comparable<PartitionKey> {
    /// Number of the shard, among `shardCount`, that the partition belongs to.
    public int shard(int shardCount) {
        int hash = hashCode() * 0x9E3779B9;
        return Math.floorMod(hash ^ hash >>> 16, shardCount);
    }

    @Override
    public int compareTo(PartitionKey other) {
        int byTenant = tenant.value().compareTo(other.tenant.value());
        return byTenant != 0 ? byTenant : service.compareTo(other.service);
    }
}
