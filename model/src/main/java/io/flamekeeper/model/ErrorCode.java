package io.flamekeeper.model;

/// Every way an operation can fail that somebody can act on, and who that somebody is.
///
/// A programming error is not here: it is an `assert` or an [IllegalStateException].
public enum ErrorCode {
    /// A tenant id that breaks the grammar of [TenantId].
    INVALID_TENANT(Owner.CALLER),
    /// A label name or value that cannot be stored.
    INVALID_LABELS(Owner.CALLER),
    /// A parameter, selector, range or message of a request that cannot be understood.
    INVALID_REQUEST(Owner.CALLER),
    /// A body in no format that is known, or not in the format that the request names.
    UNKNOWN_FORMAT(Owner.CALLER),
    /// A profile whose bytes contradict its format.
    MALFORMED_PROFILE(Owner.CALLER),
    /// Something larger, longer or more numerous than a limit allows; the message names the limit.
    LIMIT_EXCEEDED(Owner.CALLER),
    /// A body larger than the limit on bodies.
    BODY_TOO_LARGE(Owner.CALLER),
    /// A request whose body did not arrive in time.
    SLOW_REQUEST(Owner.CALLER),
    /// A request of somebody who is not known: no credentials, or none that hold.
    UNAUTHENTICATED(Owner.CALLER),
    /// A request that its sender may not make, such as one that a web page of another site sends.
    FORBIDDEN(Owner.CALLER),
    /// A profile time too far in the future to be true.
    CLOCK_SKEW(Owner.CALLER),
    /// A method, encoding or option that this server does not offer.
    UNSUPPORTED(Owner.CALLER),
    /// A route or object that does not exist.
    NOT_FOUND(Owner.CALLER),
    /// A query that ran out of its time or scan budget.
    BUDGET_EXCEEDED(Owner.CALLER),
    /// The caller went away or the deadline of the call passed.
    CANCELLED(Owner.CALLER),
    /// More work than the server takes at once; the same request may succeed later.
    OVERLOADED(Owner.RETRY),
    /// The store cannot write now (disk full, shutting down); the same request may succeed later.
    STORE_UNAVAILABLE(Owner.RETRY),
    /// A stored file whose checksum does not match its content.
    CORRUPT_DATA(Owner.OPERATOR),
    /// A setting that makes no sense; the message names the setting and what it may be.
    INVALID_CONFIGURATION(Owner.OPERATOR),
    /// A fault of ours that was caught at the door.
    INTERNAL(Owner.US);

    /// Who can make the failure go away.
    public enum Owner {
        /// Whoever sent the request, by sending another one.
        CALLER,
        /// Whoever sent the request, by sending it again later.
        RETRY,
        /// Whoever runs the server.
        OPERATOR,
        /// The authors of Flamekeeper.
        US
    }

    private final Owner owner;

    ErrorCode(Owner owner) {
        this.owner = owner;
    }

    public Owner owner() {
        return owner;
    }
}
