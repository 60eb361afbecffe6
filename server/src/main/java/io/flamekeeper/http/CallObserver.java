package io.flamekeeper.http;

import io.flamekeeper.model.TenantId;
import java.util.Optional;

/// Told about every answer; must not wait. Called by many threads.
@FunctionalInterface
public interface CallObserver {
    void answered(Answered answered);

    /// One answered request.
    ///
    /// @param route   path of the route; one of a fixed, small set
    /// @param client  what the caller calls itself, untrusted, `""` = nothing
    /// @param status  of HTTP
    /// @param problem why it was refused
    /// @param tenant  whose call it was, as far as that was known
    /// @param unseen  whether it was refused before any handler saw it
    /// @param nanos   from the headers to the answer
    record Answered(
            String route,
            String client,
            int status,
            Optional<Problem> problem,
            Optional<TenantId> tenant,
            boolean unseen,
            long nanos) {}
}
