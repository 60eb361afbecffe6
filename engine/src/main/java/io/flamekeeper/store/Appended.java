package io.flamekeeper.store;

/// What became of a group that was appended and not refused.
public enum Appended {
    /// It is in the store now.
    STORED,
    /// Its upload came within the last 24 hours already; it is in the store since then.
    REPEATED
}
