package io.flamekeeper.ingest;

import io.flamekeeper.http.CallObserver;
import io.flamekeeper.model.TenantId;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// A [TenantGate] for every tenant that sends. Safe for use by many threads.
public final class TenantGates implements CallObserver {
    private final Map<TenantId, TenantGate> byTenant = new ConcurrentHashMap<>();
    private final Function<TenantId, TenantGate> make;

    /// @param onNew told of each gate once, before anything goes through it
    public TenantGates(
            Function<TenantId, TenantGate> make, BiConsumer<TenantId, TenantGate> onNew) {
        this.make =
                tenant -> {
                    TenantGate gate = make.apply(tenant);
                    onNew.accept(tenant, gate);
                    return gate;
                };
    }

    public Collection<TenantGate> all() {
        return Collections.unmodifiableCollection(byTenant.values());
    }

    /// Counts the upload that a door had to refuse before it was whole.
    @Override
    public void answered(Answered answered) {
        if (Doors.ROUTES.contains(answered.route())) {
            answered.problem()
                    .filter(_ -> answered.unseen())
                    .ifPresent(problem ->
                            answered.tenant()
                                    .ifPresent(tenant ->
                                            of(tenant).counters().turnedAway(problem.code())));
        }
    }

    public TenantGate of(TenantId tenant) {
        return byTenant.computeIfAbsent(tenant, make);
    }
}
