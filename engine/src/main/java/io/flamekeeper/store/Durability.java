package io.flamekeeper.store;

/// When an append is answered. Whatever is chosen, segments and the catalog are synced before anything relies
/// on them, and a sync that fails ends all writing.
public enum Durability {
    /// Once it is synced: what is answered survives a power cut.
    FSYNC,

    /// Once it is written; synced within 100 ms of that. A process that is killed loses nothing; a power cut loses
    /// at most what was answered since the last sync.
    INTERVAL,

    /// Once it is written. A process that is killed loses nothing; a power cut loses what the system had not
    /// written by itself and no segment holds yet.
    NONE
}
