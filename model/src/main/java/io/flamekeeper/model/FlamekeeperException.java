package io.flamekeeper.model;

import com.google.errorprone.annotations.FormatMethod;

/// The one exception this code base throws on purpose. Callers branch on [#code], never on a subclass.
///
/// Messages read `thing: what it is (expected: what it may be)`.
public final class FlamekeeperException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ErrorCode code;

    @FormatMethod
    public FlamekeeperException(ErrorCode code, String message, Object... args) {
        super(message.formatted(args));
        this.code = code;
    }

    @FormatMethod
    public FlamekeeperException(Throwable cause, ErrorCode code, String message, Object... args) {
        super(message.formatted(args), cause);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }
}
