package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.compaction.SegmentInfo;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What is dropped when: whole segments, by age and by size, and never much after the clock has jumped.
class RetentionTest {
    private static final TenantId TENANT = TenantId.ANONYMOUS;
    private static final TenantId OTHER = new TenantId("other");
    private static final List<TenantId> TENANTS = List.of(TENANT, OTHER, new TenantId("third"));
    private static final int SHARE_MAX = 10;
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final long NOW = 1_000 * DAY;

    private static SegmentInfo day(long number, TenantId tenant, long daysAgo, long bytes) {
        return file(number, 3, tenant, daysAgo, bytes);
    }

    private static SegmentInfo file(
            long number, int level, TenantId tenant, long daysAgo, long bytes) {
        long last = NOW - daysAgo * DAY;
        return new SegmentInfo(
                number,
                level,
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

    /// Anything from a clock that has just been looked at to one that jumps either way.
    private static RetentionClock drawnClock(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> RetentionClock.NEVER;
            case 1 -> new RetentionClock(NOW - random.nextLong(1, 50) * DAY, Long.MIN_VALUE);
            case 2 -> new RetentionClock(NOW + random.nextLong(1, 50) * DAY, Long.MIN_VALUE);
            default -> new RetentionClock(NOW - 1, Long.MIN_VALUE);
        };
    }

    private static Limits drawnLimits(SplittableRandom random) {
        Optional<Duration> age =
                random.nextBoolean()
                        ? Optional.of(Duration.ofDays(random.nextInt(1, 40)))
                        : Optional.empty();
        return new Limits(age, random.nextBoolean() ? random.nextLong(1, 300) : 0);
    }

    private static List<SegmentInfo> drawnSegments(SplittableRandom random) {
        List<SegmentInfo> live = new ArrayList<>();
        int count = random.nextInt(1, 60);
        for (int number = 1; number <= count; number++) {
            TenantId tenant = TENANTS.get(random.nextInt(TENANTS.size()));
            live.add(
                    random.nextInt(8) == 0
                            ? head(number, random.nextInt(50))
                            : file(
                                    number,
                                    random.nextInt(1, 4),
                                    tenant,
                                    random.nextInt(50),
                                    random.nextLong(1, 40)));
        }
        return live;
    }

    private static List<SegmentInfo> of(TenantId tenant, List<SegmentInfo> live) {
        return live.stream()
                .filter(segment -> segment.tenant().equals(Optional.of(tenant)))
                .toList();
    }

    /// What goes of one tenant if nothing else is looked at: what is too old, or is not among the newest that fit.
    private static Set<Long> expected(
            List<SegmentInfo> ofTenant, Limits limits, long agreedMillis) {
        Set<Long> expected = new TreeSet<>();
        for (SegmentInfo one : ofTenant) {
            long since =
                    ofTenant.stream()
                            .filter(other ->
                                    other.lastMillis() > one.lastMillis()
                                            || (other.lastMillis() == one.lastMillis()
                                                    && other.number() >= one.number()))
                            .mapToLong(SegmentInfo::bytes)
                            .sum();
            boolean isOld =
                    limits.age().isPresent()
                            && agreedMillis - one.lastMillis() > limits.age().get().toMillis();
            if (isOld || (limits.bytes() > 0 && since > limits.bytes())) {
                expected.add(one.number());
            }
        }
        return expected;
    }

    @Test
    void tenants_withLimitsOfTheirOwn_eachLosesWhatItWouldLoseAlone() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 2_000; round++) {
            List<SegmentInfo> live = drawnSegments(random);
            Limits common = drawnLimits(random);
            Map<TenantId, Limits> own = new HashMap<>();
            TENANTS.stream()
                    .filter(_ -> random.nextBoolean())
                    .forEach(tenant -> own.put(tenant, drawnLimits(random)));
            RetentionClock before = drawnClock(random);
            long newest = live.stream().mapToLong(SegmentInfo::lastMillis).max().orElseThrow();
            long agreed = Math.min(NOW, newest + Duration.ofHours(1).toMillis());
            boolean isBelieved =
                    before.equals(RetentionClock.NEVER) || before.lastMillis() == NOW - 1;

            Set<Long> dropped = Retention.decide(live, keep(common, own), NOW, before).dropped();

            Set<Long> ofTenants = new TreeSet<>();
            for (TenantId tenant : TENANTS) {
                String chance = "seed " + seed + ", round " + round + ", " + tenant;
                List<SegmentInfo> segments = of(tenant, live);
                Set<Long> due = expected(segments, own.getOrDefault(tenant, common), agreed);
                List<SegmentInfo> gone =
                        segments.stream().filter(one -> dropped.contains(one.number())).toList();
                ofTenants.addAll(numbers(gone));
                if (isBelieved) {
                    assertThat(numbers(gone)).as(chance).isEqualTo(due);
                } else {
                    assertThat(due).as(chance).containsAll(numbers(gone));
                    assertThat(SHARE_MAX * bytes(gone))
                            .as(chance)
                            .isLessThanOrEqualTo(bytes(segments));
                }
            }
            assertThat(dropped)
                    .as("seed %d, round %d: heads stay", seed, round)
                    .isEqualTo(ofTenants);
        }
    }

    private static Set<Long> numbers(List<SegmentInfo> segments) {
        return segments.stream()
                .map(SegmentInfo::number)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static long bytes(List<SegmentInfo> segments) {
        return segments.stream().mapToLong(SegmentInfo::bytes).sum();
    }

    @Test
    void clock_jumpsForward_aSmallTenantBesideALargeOneKeepsWhatItHas() {
        List<SegmentInfo> live =
                List.of(day(1, OTHER, 100, 5), day(2, TENANT, 90, 1_000), day(3, TENANT, 0, 1_000));

        assertThat(
                        Retention.decide(
                                        live,
                                        keep(age(30), Map.of()),
                                        NOW,
                                        new RetentionClock(NOW - 365 * DAY, Long.MIN_VALUE))
                                .dropped())
                .isEmpty();
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

    @Test
    void store_tenantsThatShareHeads_eachKeepsTheDaysThatItsOwnLimitSays() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        var profiles = new RandomProfiles(seed, RandomProfiles.Shape.TINY);
        for (int round = 0; round < 20; round++) {
            Map<TenantId, List<ProfileGroup>> appended = new HashMap<>();
            Map<TenantId, Limits> own = Map.of(OTHER, age(random.nextInt(1, 40)));
            int common = random.nextInt(1, 40);
            var vfs = SimulatedVfs.empty(Faults.NONE);
            InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(NOW));
            try (EmbeddedStore store =
                    TestStores.open(
                            vfs, 1, keep(Limits.NONE, Map.of()), clock, new ArrayList<>())) {
                for (int i = 0; i < 30; i++) {
                    TenantId tenant = TENANTS.get(random.nextInt(TENANTS.size()));
                    ProfileGroup group =
                            at(
                                    profiles.next(),
                                    NOW
                                            - random.nextInt(1, 46) * DAY
                                            + random.nextLong(DAY - 1_000));
                    store.append(TenantScope.grant(tenant), List.of(group));
                    appended.computeIfAbsent(tenant, _ -> new ArrayList<>()).add(group);
                    if (random.nextInt(10) == 0) {
                        store.seal();
                    }
                }
                // Somebody is still sending, so the clock is believed.
                store.append(
                        TenantScope.grant(new TenantId("alive")),
                        List.of(at(profiles.next(), NOW)));
                store.seal();
                store.compactAll();
            }
            try (EmbeddedStore store =
                    TestStores.open(vfs, 1, keep(age(common), own), clock, new ArrayList<>())) {
                store.compactAll();
                appended.forEach((tenant, groups) -> {
                    Duration age = own.getOrDefault(tenant, age(common)).age().orElseThrow();
                    assertThat(StoredText.of(store, TenantScope.grant(tenant)))
                            .as("seed %d, %s, %s", seed, tenant, age)
                            .containsExactlyInAnyOrderElementsOf(kept(groups, age));
                });
            }
        }
    }

    /// Texts of the days that have something young enough.
    private static List<String> kept(List<ProfileGroup> groups, Duration age) {
        Map<Long, Long> newestOfDay = new HashMap<>();
        for (ProfileGroup group : groups) {
            group.profiles()
                    .forEach(profile ->
                            newestOfDay.merge(dayOf(group), profile.timeMillis(), Math::max));
        }
        return groups.stream()
                .filter(group -> NOW - newestOfDay.getOrDefault(dayOf(group), 0L) <= age.toMillis())
                .flatMap(group -> StoredText.of(group).stream())
                .toList();
    }

    private static long dayOf(ProfileGroup group) {
        return group.profiles().getFirst().timeMillis() / DAY;
    }

    private static ProfileGroup at(ProfileGroup group, long millis) {
        return new ProfileGroup(
                group.service(),
                group.symbols(),
                group.stacks(),
                group.profiles().stream()
                        .map(profile ->
                                new Profile(
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
