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
    /// @return what became of those that have profiles, in order
    /// @throws FlamekeeperException as [Store#append]; all of the groups then count as rejected
    List<Appended> append(Call call, List<ProfileGroup> groups) {
        return appendAll(call, groups.stream().map(group -> new Batch(group, 1)).toList());
    }

    /// A group and how many uploads it counts as.
    record Batch(ProfileGroup group, int uploads) {}

    /// As [#append], of groups that are more or less than one upload each.
    List<Appended> appendAll(Call call, List<Batch> batches) {
        UploadCounters counters = gate(call).counters();
        List<Batch> full =
                batches.stream().filter(batch -> !batch.group().profiles().isEmpty()).toList();
        batches.stream()
                .filter(batch -> batch.group().profiles().isEmpty())
                .forEach(batch -> counters.nothingToStore(batch.uploads()));
        if (full.isEmpty()) {
            return List.of();
        }
        long start = System.nanoTime();
        List<Appended> outcomes;
        try {
            outcomes = store.append(call.scope(), full.stream().map(Batch::group).toList());
        } catch (RuntimeException | Error e) {
            full.forEach(batch -> counters.refused(codeOf(e), batch.uploads()));
            throw e;
        }
        counters.appended(System.nanoTime() - start);
        for (int i = 0; i < full.size(); i++) {
            Batch batch = full.get(i);
            switch (outcomes.get(i)) {
                case STORED -> counters.kept(batch.uploads(), batch.group().profiles().size());
                case REPEATED -> counters.known(batch.uploads());
            }
        }
        return outcomes;
    }

    private static ErrorCode codeOf(Throwable failure) {
        return failure instanceof FlamekeeperException known ? known.code() : ErrorCode.INTERNAL;
    }
}
