package io.flamekeeper.ingest;

import io.flamekeeper.http.Call;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.store.Appended;
import io.flamekeeper.store.Store;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one way from a door into the store. What goes through it is counted; see [UploadCounters].
public final class Appender {
    private static final Logger LOG = LoggerFactory.getLogger(Appender.class);

    private final Store store;
    private final UploadCounters counters;

    public Appender(Store store, UploadCounters counters) {
        this.store = store;
        this.counters = counters;
    }

    UploadCounters counters() {
        return counters;
    }

    /// Stores the groups, one for each upload, and returns when they are durable.
    ///
    /// @return what became of those that have profiles, in order
    /// @throws FlamekeeperException as [Store#append]; all of the groups then count as rejected
    List<Appended> append(Call call, List<ProfileGroup> groups) {
        List<ProfileGroup> full =
                groups.stream().filter(group -> !group.profiles().isEmpty()).toList();
        groups.stream()
                .filter(group -> group.profiles().isEmpty())
                .forEach(_ -> counters.nothingToStore());
        if (full.isEmpty()) {
            return List.of();
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
        return outcomes;
    }

    /// Counts an upload that did not get as far as [#append], and says why it failed.
    FlamekeeperException refuse(RuntimeException failure) {
        counters.refused(codeOf(failure));
        if (failure instanceof FlamekeeperException known) {
            return known;
        }
        LOG.error("a profile could not be taken", failure);
        return new FlamekeeperException(
                failure, ErrorCode.INTERNAL, "internal error (expected: a bug report)");
    }

    private static ErrorCode codeOf(Throwable failure) {
        return failure instanceof FlamekeeperException known ? known.code() : ErrorCode.INTERNAL;
    }
}
