package io.flamekeeper.store;

import io.flamekeeper.model.TenantId;

/// What has a dictionary of its own: one service of one tenant.
///
/// Comparable so that a hash map full of keys chosen to collide stays fast.
record PartitionKey(TenantId tenant, String service) implements Comparable<PartitionKey> {
    @Override
    public int compareTo(PartitionKey other) {
        int byTenant = tenant.value().compareTo(other.tenant.value());
        return byTenant != 0 ? byTenant : service.compareTo(other.service);
    }
}
