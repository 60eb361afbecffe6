package io.flamekeeper.format.otlp;

import java.util.Locale;

/// Why something that a message says is in none of its profiles although the profile was taken.
public enum OtlpLoss {
    /// An attribute whose value is no text, number or truth: bytes, a map, a list of several.
    ATTRIBUTE_VALUE,
    /// An attribute of a resource, scope or profile beyond the number of labels or their length.
    LABEL_LIMIT,
    /// A link whose span id is not 8 bytes or whose trace id is not 16.
    LINK_ID;

    /// For metrics.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
