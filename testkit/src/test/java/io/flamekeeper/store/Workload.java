package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.StoredText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/// Steps for a store, with a ledger of what must, and what may, be in it.
final class Workload {
    static final TenantScope TENANT = TenantScope.grant(TenantId.ANONYMOUS);

    /// What a step does.
    private sealed interface Step {
        record Append(ProfileGroup group) implements Step {}

        record Seal() implements Step {}
    }

    private final List<Step> steps = new ArrayList<>();

    /// @param sealOneIn how rare seals are among the steps
    Workload(long seed, int stepCount, int sealOneIn) {
        var random = new SplittableRandom(seed);
        var profiles = new RandomProfiles(seed, RandomProfiles.Shape.TINY);
        for (int i = 0; i < stepCount; i++) {
            steps.add(
                    random.nextInt(sealOneIn) == 0
                            ? new Step.Seal()
                            : new Step.Append(profiles.next()));
        }
    }

    /// Profiles by what is known of them. Every one is unlike every other.
    static final class Ledger {
        /// Answered; must be there.
        final Set<String> acknowledged = new HashSet<>();

        /// Failed without saying how far it got; each may be there.
        final Set<String> unknown = new HashSet<>();

        /// acknowledged ⊆ stored ⊆ acknowledged ∪ unknown, each once, content equal.
        void check(EmbeddedStore store, String where) {
            List<String> stored = StoredText.of(store, TENANT);
            var once = new HashSet<>(stored);
            assertThat(once).as("%s: stored twice", where).hasSize(stored.size());
            assertThat(once).as("%s: lost", where).containsAll(acknowledged);
            once.removeAll(acknowledged);
            once.removeAll(unknown);
            assertThat(once).as("%s: never sent", where).isEmpty();
        }

        /// After a start that succeeded, what is there stays there.
        void settle(EmbeddedStore store) {
            acknowledged.addAll(StoredText.of(store, TENANT));
            unknown.clear();
        }
    }

    /// Runs all steps, or up to the first that fails.
    ///
    /// @return whether all succeeded
    boolean run(EmbeddedStore store, Ledger ledger, boolean stopAtFailure) {
        boolean succeeded = true;
        for (Step step : steps) {
            succeeded &= run(step, store, ledger);
            if (!succeeded && stopAtFailure) {
                return false;
            }
        }
        return succeeded;
    }

    private static boolean run(Step step, EmbeddedStore store, Ledger ledger) {
        try {
            switch (step) {
                case Step.Append(var group) -> {
                    ledger.unknown.addAll(StoredText.of(group));
                    store.append(TENANT, List.of(group));
                    ledger.unknown.removeAll(StoredText.of(group));
                    ledger.acknowledged.addAll(StoredText.of(group));
                }
                case Step.Seal() -> store.seal();
            }
            return true;
        } catch (FlamekeeperException e) {
            assertThat(e.code()).as(e.toString()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
            return false;
        }
    }

    /// The `at`-th changing operation and every one after it fails: what the process still does before it
    /// dies reaches the disk no more.
    static final class PowerCut implements SimulatedVfs.Faults {
        private final int at;
        private int changes;

        PowerCut(int at) {
            this.at = at;
        }

        @Override
        public synchronized int before(SimulatedVfs.Operation operation, String name)
                throws IOException {
            if (operation.changes() && ++changes >= at) {
                throw new IOException("power cut");
            }
            return Integer.MAX_VALUE;
        }

        synchronized boolean happened() {
            return changes >= at;
        }
    }
}
