package io.flamekeeper.model;

/// Proof that the holder may act for a tenant. Every call into the store takes one.
///
/// Only the authenticator in `io.flamekeeper.access` calls [#grant]; the repository's own tests refuse any
/// other caller outside of tests, so a request can reach a tenant's data by no other way.
public final class TenantScope {
    private final TenantId tenant;

    private TenantScope(TenantId tenant) {
        this.tenant = tenant;
    }

    /// Makes the proof. For the authenticator alone.
    public static TenantScope grant(TenantId tenant) {
        return new TenantScope(tenant);
    }

    public TenantId tenant() {
        return tenant;
    }

    @Override
    public String toString() {
        return "scope of " + tenant.value();
    }
}
