package io.flamekeeper.access;

import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;

/// Decides whose data a request is about.
///
/// An open server knows one tenant. Credentials and tenant headers that clients send all the same are never
/// an error and change nothing, as with the peers' servers.
public final class Authenticator {
    /// The scope of everyone who can reach the port.
    public TenantScope anonymous() {
        return TenantScope.grant(TenantId.ANONYMOUS);
    }
}
