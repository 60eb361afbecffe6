package io.flamekeeper.model;

import com.google.errorprone.annotations.FormatMethod;
import java.time.Duration;

/// The one exception this code base throws on purpose. Callers branch on [#code], never on a subclass.
///
/// Messages read `thing: what it is (expected: what it may be)`.
public final class FlamekeeperException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ErrorCode code;
    private final Duration retryAfter;

    @FormatMethod
    public FlamekeeperException(ErrorCode code, String message, Object... args) {
        this(code, Duration.ZERO, message.formatted(args));
    }

    /// The same request can succeed as soon as that of the cause can.
    @FormatMethod
    public FlamekeeperException(Throwable cause, ErrorCode code, String message, Object... args) {
        super(message.formatted(args), cause);
        this.code = code;
        this.retryAfter =
                cause instanceof FlamekeeperException known ? known.retryAfter : Duration.ZERO;
    }

    private FlamekeeperException(ErrorCode code, Duration retryAfter, String message) {
        super(message);
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /// `OVERLOADED`, for so long at least.
    @FormatMethod
    public static FlamekeeperException overloaded(
            Duration retryAfter, String message, Object... args) {
        return new FlamekeeperException(ErrorCode.OVERLOADED, retryAfter, message.formatted(args));
    }

    public ErrorCode code() {
        return code;
    }

    /// Before that the same request cannot succeed; 0 = nobody knows.
    public Duration retryAfter() {
        return retryAfter;
    }
}
