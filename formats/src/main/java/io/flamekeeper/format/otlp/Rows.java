package io.flamekeeper.format.otlp;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;

/// Counts what a message is made of. A row takes two bytes of a message and some hundred of memory, so their number
/// has a limit of its own.
final class Rows {
    static final int MAX = 1 << 20;

    private int count;

    /// @throws FlamekeeperException `LIMIT_EXCEEDED` for one too many
    void add() {
        if (++count > MAX) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "otlp: more than %d profiles, samples, attributes and rows of tables in one message"
                            + " (expected: at most %1$d)",
                    MAX);
        }
    }

    int count() {
        return count;
    }
}
