package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.store.UpkeepConfig.Limits;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.testkit.StoredText;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// What is dropped when: whole segments, by age and by size, and never much after the clock has jumped.
class RetentionTest {
    private static final TenantId TENANT = TenantId.ANONYMOUS;
    private static final TenantId OTHER = new TenantId("other");
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final long NOW = 1_000 * DAY;

    private static SegmentInfo day(long number, TenantId tenant, long daysAgo, long bytes) {
        long last = NOW - daysAgo * DAY;
        return new SegmentInfo(
                number,
                3,
                Optional.of(tenant),
                Optional.empty(),
                last - 1_000,
                last,
                bytes,
                7,
                last);
    }

    private static SegmentInfo head(long number, long daysAgo) {
        long last = NOW - daysAgo * DAY;
        return new SegmentInfo(
                number, 0, Optional.empty(), Optional.empty(), last, last, 9, 7, last);
    }

    private static UpkeepConfig keep(Limits limits, Map<TenantId, Limits> byTenant) {
        return new UpkeepConfig(
                false, UpkeepConfig.COMPACTION_BYTES, limits, byTenant, SelectorParser::pattern);
    }

    private static Limits age(int days) {
        return new Limits(Optional.of(Duration.ofDays(days)), 0);
    }

    private static Limits bytes(long bytes) {
        return new Limits(Optional.empty(), bytes);
    }

    private static Set<Long> dropped(List<SegmentInfo> live, UpkeepConfig config) {
        return Retention.decide(live, config, NOW, new RetentionClock(NOW - 1, Long.MIN_VALUE))
                .dropped();
    }

    @Test
    void age_segmentsWithNothingYoungEnough_go() {
        List<SegmentInfo> live =
                List.of(
                        day(1, TENANT, 31, 5),
                        day(2, TENANT, 30, 5),
                        day(3, TENANT, 0, 5),
                        day(4, OTHER, 400, 5));

        assertThat(dropped(live, keep(age(30), Map.of()))).containsExactlyInAnyOrder(1L, 4L);
        assertThat(dropped(live, keep(age(30), Map.of(OTHER, Limits.NONE)))).containsExactly(1L);
        assertThat(dropped(live, keep(Limits.NONE, Map.of(OTHER, age(1))))).containsExactly(4L);
        assertThat(dropped(live, keep(Limits.NONE, Map.of()))).isEmpty();
    }

    @Test
    void age_sealedHeads_stayUntilTheyAreCompacted() {
        assertThat(dropped(List.of(head(1, 900), day(2, TENANT, 0, 5)), keep(age(1), Map.of())))
                .isEmpty();
    }

    @Test
    void size_beyondTheLimit_theOldestGoUntilTheRestFits() {
        List<SegmentInfo> live =
                List.of(
                        day(4, TENANT, 0, 40),
                        day(1, TENANT, 9, 10),
                        day(3, TENANT, 5, 30),
                        day(2, TENANT, 7, 20),
                        day(5, OTHER, 50, 1_000));
        Map<TenantId, Limits> otherIsFree = Map.of(OTHER, Limits.NONE);

        assertThat(dropped(live, keep(bytes(100), otherIsFree))).isEmpty();
        assertThat(dropped(live, keep(bytes(99), otherIsFree))).containsExactly(1L);
        assertThat(dropped(live, keep(bytes(75), otherIsFree))).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void age_clockFarAheadOfTheProfiles_countsFromTheNewestProfile() {
        List<SegmentInfo> live = List.of(day(1, TENANT, 20, 5), day(2, TENANT, 10, 5));

        assertThat(dropped(live, keep(age(11), Map.of()))).isEmpty();
        assertThat(dropped(live, keep(age(9), Map.of()))).containsExactly(1L);
    }

    @Test
    void clock_jumpsForward_atMostATenthGoesAndThenNothingForADay() {
        List<SegmentInfo> live = new ArrayList<>(List.of(day(100, TENANT, 0, 5)));
        for (int i = 0; i < 19; i++) {
            live.add(day(i, TENANT, 100 + i, 5));
        }
        UpkeepConfig config = keep(age(30), Map.of());
        long before = NOW - Duration.ofDays(3_650).toMillis();

        Retention.Decision jump =
                Retention.decide(live, config, NOW, new RetentionClock(before, Long.MIN_VALUE));
        assertThat(jump.dropped()).hasSize(2);
        assertThat(jump.report()).singleElement().asString().contains("17 of 19");

        Retention.Decision soon = Retention.decide(live, config, NOW + 60_000, jump.clock());
        assertThat(soon.dropped()).isEmpty();
        long later = NOW + Duration.ofHours(23).toMillis();
        Retention.Decision almost =
                Retention.decide(
                        live,
                        config,
                        later,
                        new RetentionClock(later - 1, jump.clock().heldMillis()));
        assertThat(almost.dropped()).isEmpty();
        long nextDay = NOW + Duration.ofHours(25).toMillis();
        Retention.Decision after =
                Retention.decide(
                        live,
                        config,
                        nextDay,
                        new RetentionClock(nextDay - 1, jump.clock().heldMillis()));
        assertThat(after.dropped()).hasSize(19);
    }

    @Test
    void clock_jumpsBack_dropsAtMostATenth() {
        List<SegmentInfo> live = new ArrayList<>(List.of(day(100, TENANT, 0, 5)));
        for (int i = 0; i < 19; i++) {
            live.add(day(i, TENANT, 5_000 + i, 5));
        }
        long ahead = NOW + Duration.ofDays(3_650).toMillis();
        assertThat(
                        Retention.decide(
                                        live,
                                        keep(age(30), Map.of()),
                                        NOW,
                                        new RetentionClock(ahead, Long.MIN_VALUE))
                                .dropped()
                                .size())
                .isLessThanOrEqualTo(2);
    }

    @Test
    void store_profilesTooOld_areGoneFromAnswersAndDiskAlsoAfterARestart() {
        var profiles = new RandomProfiles(3, RandomProfiles.Shape.SMALL);
        ProfileGroup group = profiles.next();
        long taken = group.profiles().getFirst().timeMillis();
        var now = new AtomicReference<>(Instant.ofEpochMilli(taken + 2 * DAY));
        UpkeepConfig config = keep(age(30), Map.of());
        var vfs = SimulatedVfs.empty(Faults.NONE);
        InstantSource clock = now::get;
        List<String> report = new ArrayList<>();
        try (EmbeddedStore store = TestStores.open(vfs, 1, config, clock, report)) {
            store.append(Workload.TENANT, List.of(group));
            store.seal();
            store.compactAll();
            assertThat(StoredText.of(store, Workload.TENANT))
                    .hasSameElementsAs(StoredText.of(group));
        }
        // Somebody is still sending, so the clock is believed.
        ProfileGroup late = at(profiles.next(), taken + 40 * DAY);
        now.set(Instant.ofEpochMilli(taken + 40 * DAY));
        try (EmbeddedStore store = TestStores.open(vfs, 1, config, clock, report)) {
            store.append(Workload.TENANT, List.of(late));
            store.seal();
            for (int hour = 1; hour < 60; hour++) {
                now.set(Instant.ofEpochMilli(taken + 40 * DAY + Duration.ofHours(hour).toMillis()));
                store.compactAll();
            }
            assertThat(StoredText.of(store, Workload.TENANT))
                    .hasSameElementsAs(StoredText.of(late));
            assertThat(store.statistics().upkeep().retiredSegments()).isEqualTo(1);
        }
        assertThat(vfs.content().keySet().stream().filter(name -> name.endsWith(".seg")))
                .hasSize(1);
        try (EmbeddedStore store = TestStores.open(vfs, 1, config, clock, report)) {
            assertThat(StoredText.of(store, Workload.TENANT))
                    .hasSameElementsAs(StoredText.of(late));
        }
    }

    private static ProfileGroup at(ProfileGroup group, long millis) {
        return new ProfileGroup(
                group.service(),
                group.symbols(),
                group.stacks(),
                group.profiles().stream()
                        .map(profile ->
                                new io.flamekeeper.model.Profile(
                                        profile.labels(),
                                        profile.type(),
                                        millis * 1_000_000 + profile.timeNanos() % 1_000_000_000,
                                        profile.durationNanos(),
                                        profile.period(),
                                        profile.stack(),
                                        profile.value(),
                                        profile.spanId(),
                                        profile.traceId()))
                        .toList());
    }
}
