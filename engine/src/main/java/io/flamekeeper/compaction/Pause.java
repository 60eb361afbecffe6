package io.flamekeeper.compaction;

/// Called between two stretches of work, so that what is more urgent goes first.
@FunctionalInterface
public interface Pause {
    Pause NONE = () -> {};

    /// Returns when the work should go on.
    ///
    /// @throws io.flamekeeper.model.FlamekeeperException `STORE_UNAVAILABLE` if it should not
    void between();
}
