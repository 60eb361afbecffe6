package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelMatcher;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.StoredText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/// Steps for a store – appends, seals, compactions, deletes – with a ledger of what must, and what may, be in it.
final class Workload {
    static final TenantScope TENANT = TenantScope.grant(TenantId.ANONYMOUS);

    /// What a step does.
    private sealed interface Step {
        record Append(ProfileGroup group) implements Step {}

        record Seal() implements Step {}

        record Compact() implements Step {}

        record Delete(Selector selector, TimeRange range) implements Step {}
    }

    private final List<Step> steps = new ArrayList<>();

    /// @param sealOneIn how rare seals are among the steps
    Workload(long seed, int stepCount, int sealOneIn) {
        var random = new SplittableRandom(seed);
        var profiles = new RandomProfiles(seed, RandomProfiles.Shape.TINY);
        long firstMillis = Long.MAX_VALUE;
        long lastMillis = 0;
        for (int i = 0; i < stepCount; i++) {
            if (random.nextInt(sealOneIn) == 0) {
                steps.add(
                        switch (random.nextInt(6)) {
                            case 0, 1 -> new Step.Compact();
                            case 2 -> delete(random, firstMillis, lastMillis);
                            default -> new Step.Seal();
                        });
            } else {
                ProfileGroup group = profiles.next();
                long millis = group.profiles().getFirst().timeMillis();
                firstMillis = Math.min(firstMillis, millis);
                lastMillis = Math.max(lastMillis, millis);
                steps.add(new Step.Append(group));
            }
        }
    }

    /// Some services, some of the time that there are profiles of so far.
    private static Step.Delete delete(SplittableRandom random, long firstMillis, long lastMillis) {
        TimeRange range =
                firstMillis > lastMillis || random.nextBoolean()
                        ? TimeRange.ALWAYS
                        : new TimeRange(
                                random.nextLong(firstMillis, lastMillis + 1), lastMillis + 1);
        var service =
                new LabelMatcher.Equal(LabelNames.SERVICE_NAME, "service-" + random.nextInt(2));
        return new Step.Delete(new Selector(List.of(service)), range);
    }

    /// Profiles by what is known of them. Every one is unlike every other.
    static final class Ledger {
        /// Answered; must be there.
        final Set<String> acknowledged = new HashSet<>();

        /// Failed without saying how far it got; each may be there.
        final Set<String> unknown = new HashSet<>();

        /// Everything that was ever sent.
        private final Map<String, Profile> sent = new HashMap<>();

        Ledger copy() {
            var copy = new Ledger();
            copy.acknowledged.addAll(acknowledged);
            copy.unknown.addAll(unknown);
            copy.sent.putAll(sent);
            return copy;
        }

        private void send(ProfileGroup group) {
            List<String> texts = StoredText.of(group);
            for (int i = 0; i < texts.size(); i++) {
                sent.put(texts.get(i), group.profiles().get(i));
            }
            unknown.addAll(texts);
        }

        private List<String> matching(Step.Delete delete) {
            return sent.entrySet().stream()
                    .filter(one ->
                            delete.selector.matches(one.getValue().labels())
                                    && delete.range.contains(one.getValue().timeMillis()))
                    .map(Map.Entry::getKey)
                    .toList();
        }

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
                    ledger.send(group);
                    store.append(TENANT, List.of(group));
                    ledger.unknown.removeAll(StoredText.of(group));
                    ledger.acknowledged.addAll(StoredText.of(group));
                }
                case Step.Seal() -> store.seal();
                case Step.Compact() -> store.compactAll();
                case Step.Delete delete -> {
                    List<String> matching = ledger.matching(delete);
                    matching.stream()
                            .filter(ledger.acknowledged::remove)
                            .forEach(ledger.unknown::add);
                    store.delete(TENANT, delete.selector, delete.range);
                    matching.forEach(ledger.unknown::remove);
                }
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
