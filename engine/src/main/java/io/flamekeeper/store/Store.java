package io.flamekeeper.store;

import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.TenantScope;
import java.util.List;

/// The only way in and out of stored profiles. Safe for use by many threads.
public interface Store extends AutoCloseable {
    /// Stores the groups and returns when they are durable: their bytes and the directory entries needed to
    /// find them survive a power cut, unless the store is set to another [Durability]. A group is stored whole or
    /// not at all; snapshots taken from now on contain it. Waits; for virtual threads.
    ///
    /// @throws io.flamekeeper.model.FlamekeeperException `OVERLOADED` when the queue of a shard is full;
    ///     `STORE_UNAVAILABLE` when the disk is full, failing, or the store is closing. Then any of the
    ///     groups may have been stored, each whole or not at all
    ///
    /// A group whose [ProfileGroup#upload] the tenant sent within the last 24 hours is not stored again: it is the
    /// same one, whose answer got lost.
    ///
    /// @return what became of each group, in order
    List<Appended> append(TenantScope scope, List<ProfileGroup> groups);

    /// A fixed view of everything of the tenant that is durable now. Close it soon: it keeps files open.
    Snapshot snapshot(TenantScope scope);

    /// Cheap: kept up to date, not computed.
    StoreStatistics statistics();

    /// Empty while all is well; else why the store takes no more profiles, in words for an operator.
    java.util.Optional<String> fault();

    /// Takes no more appends, waits for those under way, and gives up the folder. What is in the log is read
    /// back on the next start; nothing is lost by not sealing.
    @Override
    void close();
}
