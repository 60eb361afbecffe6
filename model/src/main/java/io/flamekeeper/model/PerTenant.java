package io.flamekeeper.model;

import java.util.Map;

/// A value for all tenants but those that have their own.
public record PerTenant<T>(T common, Map<TenantId, T> own) {
    public PerTenant {
        own = Map.copyOf(own);
    }

    public T of(TenantId tenant) {
        return own.getOrDefault(tenant, common);
    }
}
