package io.flamekeeper.ops;

import io.flamekeeper.http.CallObserver;
import io.flamekeeper.http.Problem;
import io.flamekeeper.ingest.Doors;
import io.flamekeeper.model.TenantId;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Remembers each tenant's last upload that was refused, so that whoever wonders why nothing arrives can see why.
public final class Rejections implements CallObserver {
    private static final int CLIENT_CHARS_MAX = 200;

    private final InstantSource clock;
    private final Map<TenantId, Rejection> lastByTenant = new ConcurrentHashMap<>();

    public Rejections(InstantSource clock) {
        this.clock = clock;
    }

    /// @param client what the sender calls itself, untrusted
    record Rejection(
            long timeMillis, String path, int status, String code, String message, String client) {}

    @Override
    public void answered(Answered answered) {
        if (Doors.ROUTES.contains(answered.route())) {
            answered.problem()
                    .ifPresent(problem ->
                            answered.tenant()
                                    .ifPresent(tenant ->
                                            lastByTenant.put(
                                                    tenant, rejection(answered, problem))));
        }
    }

    private Rejection rejection(Answered answered, Problem problem) {
        String client = answered.client();
        return new Rejection(
                clock.millis(),
                answered.route(),
                answered.status(),
                problem.code().name(),
                problem.message(),
                client.substring(0, Math.min(CLIENT_CHARS_MAX, client.length())));
    }

    Optional<Rejection> last(TenantId tenant) {
        return Optional.ofNullable(lastByTenant.get(tenant));
    }
}
