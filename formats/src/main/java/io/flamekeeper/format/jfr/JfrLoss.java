package io.flamekeeper.format.jfr;

import java.util.Locale;

/// Why something in a recording is in none of its profiles although it should be.
public enum JfrLoss {
    /// A chunk that contradicts itself, with all its events; counted once. Behind a chunk whose end cannot be
    /// found, everything is one loss.
    BROKEN_CHUNK,
    /// An event that is shorter than its fields, or measured less than nothing.
    MALFORMED_EVENT,
    /// An event without a stack, or with one that the chunk does not have.
    NO_STACK,
    /// An execution sample of a state that the chunk does not have: running or asleep, nobody knows.
    UNKNOWN_STATE,
    /// A frame whose method, class or name the chunk does not have; counted once for each such frame.
    NO_METHOD;

    /// For metrics.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
