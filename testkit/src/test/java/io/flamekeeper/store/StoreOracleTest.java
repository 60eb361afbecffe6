package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.StoredText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The store against a list: whatever is appended, sealed and restarted in whatever order, each tenant finds
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
        for (long seed = 1; seed <= 25; seed++) {
            profiles += run(seed);
        }
        System.out.printf("store oracle: seeds 25, profiles %d, mismatches 0%n", profiles);
    }

    private static long run(long seed) {
        var random = new SplittableRandom(seed);
        var profiles = new RandomProfiles(seed, RandomProfiles.Shape.SMALL);
        Map<TenantScope, List<String>> oracle = new HashMap<>();
        var vfs = SimulatedVfs.empty(SimulatedVfs.Faults.NONE);
        EmbeddedStore store = TestStores.open(vfs, 1 + random.nextInt(3));
        try {
            for (int step = 0; step < 60; step++) {
                int choice = random.nextInt(20);
                if (choice == 0) {
                    store.seal();
                } else if (choice == 1) {
                    store.close();
                    vfs = vfs.afterKill(SimulatedVfs.Faults.NONE);
                    store = TestStores.open(vfs, 1 + random.nextInt(3));
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

    private static void check(
            long seed, EmbeddedStore store, Map<TenantScope, List<String>> oracle) {
        oracle.forEach((tenant, expected) ->
                assertThat(StoredText.of(store, tenant))
                        .as("seed %d, %s", seed, tenant)
                        .containsExactlyInAnyOrderElementsOf(expected));
    }
}
