package io.flamekeeper.http;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An error as its caller sees it. The two tables here are the only ones that say what an [ErrorCode]
/// becomes.
///
/// @param message           at most [#MESSAGE_CHARS_MAX] characters; may contain what the caller sent
/// @param retryAfterSeconds when to come again, if that can help; 1 to [#RETRY_SECONDS_MAX]
public record Problem(ErrorCode code, String message, int retryAfterSeconds) {
    static final int MESSAGE_CHARS_MAX = 2_000;

    /// Whoever waits longer hears too late of a limit that was raised.
    static final int RETRY_SECONDS_MAX = 60;

    private static final Logger LOG = LoggerFactory.getLogger(Problem.class);

    public Problem {
        if (message.length() > MESSAGE_CHARS_MAX) {
            message = message.substring(0, MESSAGE_CHARS_MAX) + "…";
        }
    }

    Problem(ErrorCode code, String message) {
        this(code, message, 1);
    }

    /// What went wrong, if it is ours to tell; a fault of ours is logged here and told without detail.
    static Problem of(Throwable failure) {
        if (failure instanceof FlamekeeperException known) {
            if (known.code().owner() == ErrorCode.Owner.OPERATOR) {
                LOG.error("{}: {}", known.code(), known.getMessage());
            }
            return new Problem(
                    known.code(),
                    String.valueOf(known.getMessage()),
                    wholeSeconds(known.retryAfter()));
        }
        LOG.error("a call failed", failure);
        return new Problem(ErrorCode.INTERNAL, "internal error (expected: a bug report)");
    }

    /// Those that have begun count.
    private static int wholeSeconds(Duration time) {
        return Math.clamp(time.plusSeconds(1).minusNanos(1).toSeconds(), 1, RETRY_SECONDS_MAX);
    }

    /// Code of a Connect or gRPC answer.
    public ConnectCode connectCode() {
        return switch (code) {
            case INVALID_TENANT, UNAUTHENTICATED -> ConnectCode.UNAUTHENTICATED;
            case INVALID_LABELS,
                    INVALID_REQUEST,
                    UNKNOWN_FORMAT,
                    MALFORMED_PROFILE,
                    LIMIT_EXCEEDED,
                    CLOCK_SKEW ->
                    ConnectCode.INVALID_ARGUMENT;
            case UNSUPPORTED -> ConnectCode.UNIMPLEMENTED;
            case NOT_FOUND -> ConnectCode.NOT_FOUND;
            case FORBIDDEN -> ConnectCode.PERMISSION_DENIED;
            case SLOW_REQUEST, CANCELLED -> ConnectCode.DEADLINE_EXCEEDED;
            case BODY_TOO_LARGE, BUDGET_EXCEEDED, OVERLOADED -> ConnectCode.RESOURCE_EXHAUSTED;
            case STORE_UNAVAILABLE -> ConnectCode.UNAVAILABLE;
            case CORRUPT_DATA -> ConnectCode.DATA_LOSS;
            case INVALID_CONFIGURATION, INTERNAL -> ConnectCode.INTERNAL;
        };
    }

    /// Status of a plain HTTP answer.
    public int httpStatus() {
        return switch (code) {
            case INVALID_TENANT, UNAUTHENTICATED -> 401;
            case INVALID_REQUEST -> 400;
            case INVALID_LABELS,
                    UNKNOWN_FORMAT,
                    MALFORMED_PROFILE,
                    LIMIT_EXCEEDED,
                    CLOCK_SKEW,
                    UNSUPPORTED,
                    BUDGET_EXCEEDED ->
                    422;
            case FORBIDDEN -> 403;
            case NOT_FOUND -> 404;
            case SLOW_REQUEST -> 408;
            case BODY_TOO_LARGE -> 413;
            case CANCELLED -> 504;
            case OVERLOADED -> 429;
            case STORE_UNAVAILABLE -> 503;
            case CORRUPT_DATA, INVALID_CONFIGURATION, INTERNAL -> 500;
        };
    }

    /// Whether the same request may succeed a little later.
    boolean isTemporary() {
        return code.owner() == ErrorCode.Owner.RETRY;
    }

    /// Value of the header `retry-after`.
    String retryAfter() {
        return Integer.toString(retryAfterSeconds);
    }

    /// Body of a Connect answer.
    byte[] connectJson() {
        return JsonText.error(connectCode(), message);
    }

    /// Body of a plain HTTP answer.
    byte[] plainJson() {
        return JsonText.error(ConnectCode.ofHttpStatus(httpStatus()), message);
    }
}
