package io.flamekeeper.access;

import java.util.Locale;

/// What a route asks of its caller, and what a token allows. [#NONE] is for routes that tell nothing of anybody's data.
public enum Permission {
    NONE,
    /// Sending profiles.
    INGEST,
    /// Reading profiles, labels and what became of uploads.
    QUERY,
    /// Deleting profiles.
    ADMIN,
    /// Reading the server's own metrics, which name all tenants.
    METRICS;

    /// As a file of tokens has it.
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
