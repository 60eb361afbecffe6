package io.flamekeeper.store;

import java.util.List;

/// A fixed view of one tenant for one query. Safe for use by many threads until closed.
public interface Snapshot extends AutoCloseable {
    /// Every profile of the tenant is in exactly one part. In no order.
    List<Part> parts();

    @Override
    void close();
}
