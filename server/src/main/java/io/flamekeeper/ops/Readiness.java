package io.flamekeeper.ops;

import io.flamekeeper.store.Store;
import java.util.Optional;

/// Whether new requests should come here.
///
/// A server that still reads back its logs is ready: it stores what it is sent. A question waits until everything is there,
/// and is refused with a hint to ask again if that takes long; never is it answered with less.
public final class Readiness {
    private final Store store;
    private volatile boolean stopping;

    public Readiness(Store store) {
        this.store = store;
    }

    /// From now on not ready, for good.
    public void stopping() {
        stopping = true;
    }

    public boolean isReady() {
        return obstacle().isEmpty();
    }

    /// Why not, in words for an operator; empty while ready.
    Optional<String> obstacle() {
        return stopping ? Optional.of("shutting down") : store.fault();
    }
}
