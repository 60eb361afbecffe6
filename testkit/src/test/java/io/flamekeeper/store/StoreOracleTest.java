package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.LabelMatcher;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.StoredText;
import io.flamekeeper.vfs.Vfs;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The store against a list: whatever is appended, sealed, compacted, deleted and restarted in whatever order, each tenant finds
/// exactly what was appended.
class StoreOracleTest {
    private static final List<TenantScope> TENANTS =
            List.of(
                    TenantScope.grant(TenantId.ANONYMOUS),
                    TenantScope.grant(new TenantId("a.b")),
                    TenantScope.grant(new TenantId("A.B")));

    @Test
    void contents_afterRandomOperations_equalTheOracle() {
        long profiles = 0;
        for (long seed = 1; seed <= 60; seed++) {
            profiles += run(seed);
        }
        System.out.printf("store oracle: seeds 60, profiles %d, mismatches 0%n", profiles);
    }

    private static long run(long seed) {
        var random = new SplittableRandom(seed);
        var profiles = new RandomProfiles(seed, RandomProfiles.Shape.SMALL);
        Map<TenantScope, List<String>> oracle = new HashMap<>();
        var vfs = SimulatedVfs.empty(SimulatedVfs.Faults.NONE);
        // Windows are open or over, depending on what time it is.
        InstantSource clock =
                random.nextBoolean()
                        ? InstantSource.system()
                        : InstantSource.fixed(
                                Instant.ofEpochMilli(
                                        profiles.next().profiles().getFirst().timeMillis()));
        EmbeddedStore store = open(vfs, random, clock);
        try {
            for (int step = 0; step < 60; step++) {
                int choice = random.nextInt(24);
                if (choice < 2) {
                    store.seal();
                } else if (choice == 2) {
                    store.close();
                    vfs = vfs.afterKill(SimulatedVfs.Faults.NONE);
                    store = open(vfs, random, clock);
                } else if (choice == 3) {
                    store.compact();
                } else if (choice == 4) {
                    store.compactAll();
                } else if (choice == 5) {
                    delete(store, random, oracle);
                } else {
                    TenantScope tenant = TENANTS.get(random.nextInt(TENANTS.size()));
                    List<ProfileGroup> groups = new ArrayList<>();
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        groups.add(profiles.next());
                    }
                    store.append(tenant, groups);
                    List<String> expected = oracle.computeIfAbsent(tenant, _ -> new ArrayList<>());
                    groups.forEach(group -> expected.addAll(StoredText.of(group)));
                }
                if (step % 10 == 9) {
                    check(seed, store, oracle);
                }
            }
            assertThat(store.fault()).isEmpty();
        } finally {
            store.close();
        }
        return oracle.values().stream().mapToLong(List::size).sum();
    }

    private static EmbeddedStore open(Vfs vfs, SplittableRandom random, InstantSource clock) {
        return TestStores.open(vfs, 1 + random.nextInt(3), clock, new ArrayList<>());
    }

    /// One service of one tenant, at once and for good.
    private static void delete(
            EmbeddedStore store, SplittableRandom random, Map<TenantScope, List<String>> oracle) {
        TenantScope tenant = TENANTS.get(random.nextInt(TENANTS.size()));
        String service = "service-" + random.nextInt(3);
        store.delete(
                tenant,
                new Selector(List.of(new LabelMatcher.Equal("service_name", service))),
                TimeRange.ALWAYS);
        oracle.getOrDefault(tenant, new ArrayList<>())
                .removeIf(text -> text.contains("service_name=\"" + service + "\""));
    }

    private static void check(
            long seed, EmbeddedStore store, Map<TenantScope, List<String>> oracle) {
        oracle.forEach((tenant, expected) ->
                assertThat(StoredText.of(store, tenant))
                        .as("seed %d, %s", seed, tenant)
                        .containsExactlyInAnyOrderElementsOf(expected));
    }
}
