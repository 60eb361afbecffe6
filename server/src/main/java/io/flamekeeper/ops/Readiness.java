package io.flamekeeper.ops;

import io.flamekeeper.store.Store;
import java.util.Optional;

/// Whether the server should be sent requests, and if not, why.
public final class Readiness {
    private final Store store;
    private volatile boolean stopping;

    public Readiness(Store store) {
        this.store = store;
    }

    /// From now on the server is not ready, though it still answers.
    public void stop() {
        stopping = true;
    }

    /// Empty when ready.
    public Optional<String> reason() {
        return stopping ? Optional.of("shutting down") : store.fault();
    }

    public boolean isReady() {
        return reason().isEmpty();
    }
}
