package io.flamekeeper.format;

import java.util.Locale;

/// What an upload of a [TextFormat] loses although it is taken.
public enum TextLoss {
    /// A line that is not empty and has no count.
    LINE_WITHOUT_COUNT,
    /// Frames in the middle of a stack that is too deep; counted once for each time that the stack is.
    CUT_STACK;

    /// For metrics.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
