package io.flamekeeper.http;

import java.util.Locale;

/// The error codes that Connect and gRPC share; names and numbers are theirs.
public enum ConnectCode {
    CANCELED(499, 1),
    UNKNOWN(500, 2),
    INVALID_ARGUMENT(400, 3),
    DEADLINE_EXCEEDED(504, 4),
    NOT_FOUND(404, 5),
    ALREADY_EXISTS(409, 6),
    PERMISSION_DENIED(403, 7),
    RESOURCE_EXHAUSTED(429, 8),
    FAILED_PRECONDITION(400, 9),
    ABORTED(409, 10),
    OUT_OF_RANGE(400, 11),
    UNIMPLEMENTED(501, 12),
    INTERNAL(500, 13),
    UNAVAILABLE(503, 14),
    DATA_LOSS(500, 15),
    UNAUTHENTICATED(401, 16);

    private final int httpStatus;
    private final int grpcStatus;

    ConnectCode(int httpStatus, int grpcStatus) {
        this.httpStatus = httpStatus;
        this.grpcStatus = grpcStatus;
    }

    /// HTTP status of a Connect answer with this code.
    public int httpStatus() {
        return httpStatus;
    }

    public int grpcStatus() {
        return grpcStatus;
    }

    /// As the JSON of an error has it, such as `invalid_argument`.
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The code that the JSON of a plain HTTP error carries beside the status.
    static ConnectCode ofHttpStatus(int status) {
        return switch (status) {
            case 400, 413 -> INVALID_ARGUMENT;
            case 401 -> UNAUTHENTICATED;
            case 403 -> PERMISSION_DENIED;
            case 404 -> UNIMPLEMENTED;
            case 412 -> FAILED_PRECONDITION;
            case 429, 431 -> RESOURCE_EXHAUSTED;
            case 499 -> CANCELED;
            case 502, 503 -> UNAVAILABLE;
            case 504 -> DEADLINE_EXCEEDED;
            default -> UNKNOWN;
        };
    }
}
