package io.flamekeeper.ingest;

import io.flamekeeper.http.Call;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.store.Appended;
import io.flamekeeper.store.Store;
import java.util.List;

/// The one way from a door into the store. What goes through it is counted; see [UploadCounters].
public final class Appender {
    private final Store store;
    private final TenantGates gates;

    public Appender(Store store, TenantGates gates) {
        this.store = store;
        this.gates = gates;
    }

    /// The gate of whoever calls; every upload goes through [TenantGate#take] first.
    TenantGate gate(Call call) {
        return gates.of(call.scope().tenant());
    }

    /// Stores the groups, one for each upload, and returns when they are durable.
    ///
    /// @throws FlamekeeperException as [Store#append]; all of the groups then count as rejected
    void append(Call call, List<ProfileGroup> groups) {
        UploadCounters counters = gate(call).counters();
        List<ProfileGroup> full =
                groups.stream().filter(group -> !group.profiles().isEmpty()).toList();
        groups.stream()
                .filter(group -> group.profiles().isEmpty())
                .forEach(_ -> counters.nothingToStore());
        if (full.isEmpty()) {
            return;
        }
        long start = System.nanoTime();
        List<Appended> outcomes;
        try {
            outcomes = store.append(call.scope(), full);
        } catch (RuntimeException | Error e) {
            full.forEach(_ -> counters.refused(codeOf(e)));
            throw e;
        }
        counters.appended(System.nanoTime() - start);
        for (int i = 0; i < full.size(); i++) {
            switch (outcomes.get(i)) {
                case STORED -> counters.kept(full.get(i).profiles().size());
                case REPEATED -> counters.known();
            }
        }
    }

    private static ErrorCode codeOf(Throwable failure) {
        return failure instanceof FlamekeeperException known ? known.code() : ErrorCode.INTERNAL;
    }
}
