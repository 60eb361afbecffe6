package io.flamekeeper.format.otlp;

import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;

/// What is wrong with a message.
final class Malformed {
    private Malformed() {}

    @FormatMethod
    static FlamekeeperException of(String message, Object... args) {
        return new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE, "otlp: %s", message.formatted(args));
    }

    /// @param what  what is numbered, such as `location`
    /// @param count how many there are
    static int checkedIndex(long index, int count, String what) {
        if (index < 0 || index >= count) {
            throw of("no %s %d (expected: 0 to %d)", what, index, count - 1);
        }
        return (int) index;
    }
}
