package io.flamekeeper.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.MergedProfile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.StackTree;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.store.EmbeddedStore;
import io.flamekeeper.store.SampleFilter;
import io.flamekeeper.store.StoreConfig;
import io.flamekeeper.testkit.NaiveStore;
import io.flamekeeper.testkit.QueryOracle;
import io.flamekeeper.testkit.RandomGroups;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.StackText;
import io.flamekeeper.testkit.TextProfiles;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueryEngineTest {
    private static final TenantScope TENANT = TenantScope.grant(TenantId.ANONYMOUS);
    private static final QueryLimits LIMITS =
            new QueryLimits(3, Duration.ofMinutes(1), Long.MAX_VALUE, 1_000_000, 64L << 20);

    private static final QueryLimits KEEP_NOTHING =
            new QueryLimits(3, Duration.ofMinutes(1), Long.MAX_VALUE, 1_000_000, 0);

    private ExecutorService pool;

    @BeforeAll
    void start() {
        pool = Executors.newFixedThreadPool(3);
    }

    @AfterAll
    void stop() {
        pool.shutdown();
    }

    @Test
    void merges_anyGroupsInAnyParts_agreeWithTheOracle() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 400; round++) {
            List<ProfileGroup> groups = RandomGroups.list(random, random.nextInt(12));
            var oracle = new QueryOracle(groups);
            MergeQuery query = mergeQuery(random);
            String chance = "seed " + seed + ", round " + round + ", " + query;

            QueryEngine one = engine(splitAtRandom(groups, random), seed);
            StackTree tree = one.mergeStacks(TENANT, query, budget());
            MergedProfile profile = one.mergeProfile(TENANT, query, budget());
            assertThat(QueryOracle.stacks(tree)).as(chance).isEqualTo(oracle.stacks(query));
            assertThat(QueryOracle.frames(profile)).as(chance).isEqualTo(oracle.frames(query));

            var other =
                    new QueryEngine(
                            store(splitAtRandom(groups, random)), KEEP_NOTHING, pool, seed + 1);
            assertThat(other.mergeStacks(TENANT, query, budget()))
                    .as("%s: order of parts, seed of hashes, nothing kept", chance)
                    .usingRecursiveComparison()
                    .isEqualTo(tree);
            assertThat(other.mergeProfile(TENANT, query, budget()))
                    .as("%s: order of parts, seed of hashes, nothing kept", chance)
                    .usingRecursiveComparison()
                    .isEqualTo(profile);
        }
    }

    /// The same laws over the store that is shipped: head, segments of every level, and all of them.
    @Test
    void merges_embeddedStore_agreeWithTheOracle() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 60; round++) {
            List<ProfileGroup> groups = RandomGroups.list(random, random.nextInt(12));
            var oracle = new QueryOracle(groups);
            MergeQuery merge = mergeQuery(random);
            SeriesQuery steps = seriesQuery(random, 0);
            String chance = "seed " + seed + ", round " + round + ", " + merge + ", " + steps;
            try (EmbeddedStore store = embeddedStore(seed)) {
                for (List<ProfileGroup> batch : splitAtRandom(groups, random)) {
                    store.append(TENANT, batch);
                    if (random.nextInt(3) == 0) {
                        store.seal();
                    }
                    if (random.nextInt(5) == 0) {
                        store.compactAll();
                    }
                }
                var engine = new QueryEngine(store, LIMITS, pool, seed);

                assertThat(QueryOracle.stacks(engine.mergeStacks(TENANT, merge, budget())))
                        .as(chance)
                        .isEqualTo(oracle.stacks(merge));
                assertThat(QueryOracle.frames(engine.mergeProfile(TENANT, merge, budget())))
                        .as(chance)
                        .isEqualTo(oracle.frames(merge));
                assertThat(points(engine.timeSeries(TENANT, steps, budget())))
                        .as(chance)
                        .isEqualTo(oracle.series(steps));
            }
        }
    }

    @Test
    void timeSeries_anyGroupsInAnyParts_agreesWithTheOracle() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 400; round++) {
            List<ProfileGroup> groups = RandomGroups.list(random, random.nextInt(12));
            SeriesQuery query = seriesQuery(random, 0);
            String chance = "seed " + seed + ", round " + round + ", " + query;
            QueryEngine engine = engine(splitAtRandom(groups, random), seed);

            List<TimeSeries> series = engine.timeSeries(TENANT, query, budget());

            assertThat(points(series)).as(chance).isEqualTo(new QueryOracle(groups).series(query));
            assertThat(series)
                    .as(chance)
                    .allSatisfy(one -> assertThat(one.timeMillis()).isSorted());
            assertThat(series.stream().map(TimeSeries::sum).toList())
                    .as(chance)
                    .isSortedAccordingTo(Collections.reverseOrder());
        }
    }

    @Test
    void labels_canonicalProfile_givesTheCanonicalList() {
        QueryEngine engine = engine(List.of(List.of(TextProfiles.cpu("web", 1_000, "1\na"))), 1);

        assertThat(engine.labelNames(TENANT, Selector.EVERYTHING, TimeRange.ALWAYS, budget()))
                .containsExactly(
                        "__name__",
                        "__period_type__",
                        "__period_unit__",
                        "__profile_type__",
                        "__service_name__",
                        "__type__",
                        "__unit__",
                        "service_name");
        assertThat(engine.profileTypes(TENANT, TimeRange.ALWAYS, budget()))
                .containsExactly(TextProfiles.CPU);
        assertThat(engine.profileTypes(TENANT, new TimeRange(0, 1_000), budget())).isEmpty();
        assertThat(engine.profileTypes(TENANT, new TimeRange(1_000, 1_001), budget())).hasSize(1);
    }

    @Test
    void labels_severalServices_areSortedDistinctAndInRange() {
        QueryEngine engine =
                engine(
                        List.of(
                                List.of(
                                        TextProfiles.cpu(
                                                "web", 1_000, Map.of("\uffee", "x"), "1\na"),
                                        TextProfiles.cpu(
                                                "web", 2_000, Map.of("\ud834\udd1e", "x"), "1\na")),
                                List.of(TextProfiles.cpu("shop", 3_000, "1\na"))),
                        1);

        assertThat(values(engine, "service_name", "{}", TimeRange.ALWAYS))
                .containsExactly("shop", "web");
        assertThat(values(engine, "service_name", "{service_name=~\"w.*\"}", TimeRange.ALWAYS))
                .containsExactly("web");
        assertThat(values(engine, "service_name", "{}", new TimeRange(0, 3_000)))
                .containsExactly("web");
        assertThat(values(engine, "absent", "{}", TimeRange.ALWAYS)).isEmpty();
        assertThat(engine.labelNames(TENANT, Selector.EVERYTHING, TimeRange.ALWAYS, budget()))
                .endsWith("service_name", "\uffee", "\ud834\udd1e");
        assertThat(
                        engine.series(
                                TENANT,
                                Selector.EVERYTHING,
                                List.of("service_name", "__name__"),
                                TimeRange.ALWAYS,
                                budget()))
                .containsExactly(
                        Labels.of(Map.of("__name__", "process_cpu", "service_name", "shop")),
                        Labels.of(Map.of("__name__", "process_cpu", "service_name", "web")));
        assertThat(
                        engine.series(
                                TENANT,
                                Selector.EVERYTHING,
                                List.of("absent"),
                                TimeRange.ALWAYS,
                                budget()))
                .isEmpty();
        assertThat(
                        engine.series(
                                TENANT, Selector.EVERYTHING, List.of(), TimeRange.ALWAYS, budget()))
                .hasSize(3);
    }

    @Test
    void timeSeries_twoProfiles_areAtTheEndsOfTheirSteps() {
        long t0 = 1_700_000_000_000L;
        QueryEngine engine =
                engine(
                        List.of(
                                List.of(TextProfiles.cpu("web", t0, "4\na")),
                                List.of(TextProfiles.cpu("web", t0 + 20_000, "6\na"))),
                        1);
        var query = series(new TimeRange(t0, t0 + 60_000), List.of(), 0);

        List<TimeSeries> series = engine.timeSeries(TENANT, query, budget());

        assertThat(series).hasSize(1);
        assertThat(series.getFirst().labels()).isEqualTo(Labels.EMPTY);
        assertThat(series.getFirst().timeMillis()).containsExactly(t0, t0 + 30_000);
        assertThat(series.getFirst().value()).containsExactly(4, 6);
    }

    @Test
    void timeSeries_limit_keepsTheLargest() {
        QueryEngine engine =
                engine(
                        List.of(
                                List.of(TextProfiles.cpu("a", 1_000, "4\na")),
                                List.of(TextProfiles.cpu("b", 1_000, "6\na")),
                                List.of(TextProfiles.cpu("c", 1_000, "6\na"))),
                        1);
        var range = new TimeRange(1_000, 2_000);

        assertThat(engine.timeSeries(TENANT, series(range, List.of("service_name"), 2), budget()))
                .extracting(one -> one.labels().value("service_name"))
                .containsExactly("b", "c");
    }

    @Test
    void mergeStacks_callSite_keepsThePrefix() {
        QueryEngine engine =
                engine(
                        List.of(
                                List.of(
                                        TextProfiles.cpu(
                                                "web",
                                                1_000,
                                                """
                                                1     2     4     8     16
                                                main  main  main  idle
                                                      serve serve main
                                                            parse
                                                """))),
                        1);
        var query =
                new MergeQuery(
                        TextProfiles.CPU,
                        Selector.EVERYTHING,
                        TimeRange.ALWAYS,
                        List.of("main", "serve"),
                        SampleFilter.ALL);

        StackTree tree = engine.mergeStacks(TENANT, query, budget());

        assertThat(StackText.selfByStack(tree))
                .isEqualTo(Map.of("main;serve", 2L, "main;serve;parse", 4L));
        assertThat(tree.count()).isEqualTo(4);
    }

    @Test
    void mergeStacks_hundredThousandDeep_fitsTheStack() {
        QueryEngine engine = engine(List.of(List.of(RandomGroups.deep("web", 100_000))), 1);

        assertThat(engine.mergeStacks(TENANT, everything(), budget()).count()).isEqualTo(100_001);
        assertThat(engine.mergeProfile(TENANT, everything(), budget()).stacks().count())
                .isEqualTo(100_001);
    }

    @Test
    void statistics_dataOrNone_saysSo() {
        assertThat(engine(List.of(), 1).statistics(TENANT)).isEqualTo(TenantStatistics.NOTHING);
        assertThat(
                        engine(
                                        List.of(
                                                List.of(TextProfiles.cpu("a", 7, "1\na")),
                                                List.of(TextProfiles.cpu("b", 3, "1\na"))),
                                        1)
                                .statistics(TENANT))
                .isEqualTo(new TenantStatistics(true, 3, 7));
    }

    @Test
    void mergeStacks_askedAgain_readsNothingUntilThereIsMore() {
        var store = new NaiveStore();
        store.append(TENANT, List.of(TextProfiles.cpu("a", 7, "1 2\na b")));
        var engine = new QueryEngine(store, LIMITS, pool, 1);

        assertThat(engine.mergeStacks(TENANT, everything(), budget()).total()[0]).isEqualTo(3);
        QueryBudget again = budget();
        assertThat(engine.mergeStacks(TENANT, everything(), again).total()[0]).isEqualTo(3);
        assertThat(engine.mergeProfile(TENANT, everything(), budget()).self()).contains(1, 2);
        assertThat(again.pairs()).isZero();

        store.append(TENANT, List.of(TextProfiles.cpu("a", 8, "4\na")));
        assertThat(engine.mergeStacks(TENANT, everything(), budget()).total()[0]).isEqualTo(7);
    }

    @Test
    void budget_spentCancelledOrLate_endsTheQueryWithItsReason() {
        var clock = new AtomicLong();
        QueryEngine engine =
                engine(
                        List.of(
                                List.of(TextProfiles.cpu("a", 7, "1 2\na b")),
                                List.of(TextProfiles.cpu("b", 3, "1 2\na b"))),
                        1);
        var few = new QueryBudget(clock::get, Duration.ofSeconds(1), 3);
        var late = new QueryBudget(clock::get, Duration.ofSeconds(1), 4);
        var cancelled = new QueryBudget(clock::get, Duration.ofSeconds(1), 4);
        var enough = new QueryBudget(clock::get, Duration.ofSeconds(1), 4);

        assertFails(engine, few, ErrorCode.BUDGET_EXCEEDED, "pairs");
        assertThat(engine.mergeStacks(TENANT, everything(), enough).total()[0]).isEqualTo(6);
        assertThat(enough.pairs()).isEqualTo(4);
        cancelled.cancel();
        assertFails(engine, cancelled, ErrorCode.CANCELLED, "cancelled by its caller");
        clock.set(2_000_000_000L);
        assertFails(engine, late, ErrorCode.BUDGET_EXCEEDED, "2000 ms");
    }

    @Test
    void mergeStacks_moreNodesThanAllowed_isRefused() {
        var limits = new QueryLimits(1, Duration.ofMinutes(1), Long.MAX_VALUE, 200, 0);
        var store = new NaiveStore();
        store.append(TENANT, List.of(RandomGroups.deep("web", 1_000)));

        assertFails(
                new QueryEngine(store, limits, pool, 1),
                budget(),
                ErrorCode.BUDGET_EXCEEDED,
                "distinct stacks");
    }

    @Test
    void mergeStacks_poolTakesNothing_isOverloaded() {
        var store = new NaiveStore();
        store.append(TENANT, List.of(TextProfiles.cpu("a", 7, "1\na")));
        var engine =
                new QueryEngine(
                        store,
                        LIMITS,
                        _ -> {
                            throw new RejectedExecutionException("full");
                        },
                        1);

        assertFails(engine, budget(), ErrorCode.OVERLOADED, "no thread");
    }

    private static void assertFails(
            QueryEngine engine, QueryBudget budget, ErrorCode code, String message) {
        assertThatThrownBy(() -> engine.mergeStacks(TENANT, everything(), budget))
                .isInstanceOfSatisfying(
                        FlamekeeperException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }

    private List<String> values(QueryEngine engine, String name, String selector, TimeRange range) {
        return engine.labelValues(TENANT, name, SelectorParser.parse(selector), range, budget());
    }

    private static MergeQuery everything() {
        return new MergeQuery(
                TextProfiles.CPU,
                Selector.EVERYTHING,
                TimeRange.ALWAYS,
                List.of(),
                SampleFilter.ALL);
    }

    private static SeriesQuery series(TimeRange range, List<String> groupBy, long limit) {
        return new SeriesQuery(
                TextProfiles.CPU,
                Selector.EVERYTHING,
                range,
                15_000,
                groupBy,
                Aggregation.SUM,
                List.of(),
                limit);
    }

    private static MergeQuery mergeQuery(SplittableRandom random) {
        SampleFilter samples =
                switch (random.nextInt(8)) {
                    case 0 -> SampleFilter.ofSpans(1);
                    case 1 -> SampleFilter.ofSpans(2, 1);
                    case 2 -> SampleFilter.ofTraces(RandomProfiles.TRACES.get(1));
                    case 3 ->
                            SampleFilter.ofTraces(
                                    RandomProfiles.TRACES.get(3), RandomProfiles.TRACES.get(2));
                    default -> SampleFilter.ALL;
                };
        return new MergeQuery(
                type(random), selector(random), range(random), callSite(random), samples);
    }

    private static SeriesQuery seriesQuery(SplittableRandom random, long limit) {
        List<List<String>> groupBy =
                List.of(List.of(), List.of("region"), List.of("service_name", "region", "absent"));
        return new SeriesQuery(
                type(random),
                selector(random),
                range(random),
                random.nextBoolean() ? 5_000 : 1 + random.nextLong(60_000),
                groupBy.get(random.nextInt(groupBy.size())),
                random.nextBoolean() ? Aggregation.SUM : Aggregation.AVERAGE,
                callSite(random),
                limit);
    }

    private static ProfileType type(SplittableRandom random) {
        return random.nextInt(4) == 0 ? RandomGroups.ALLOC : TextProfiles.CPU;
    }

    private static Selector selector(SplittableRandom random) {
        return SelectorParser.parse(
                List.of(
                                "{}",
                                "{}",
                                "{service_name=\"web\"}",
                                "{region=~\"e.\"}",
                                "{region!=\"\"}",
                                "{\"otel.scope\"=\"x1\",service_name!=\"shop\"}")
                        .get(random.nextInt(6)));
    }

    private static TimeRange range(SplittableRandom random) {
        long start = random.nextLong(RandomGroups.END_MILLIS / 1000) * 1000;
        return random.nextInt(3) == 0
                ? new TimeRange(0, RandomGroups.END_MILLIS)
                : new TimeRange(start, start + random.nextLong(RandomGroups.END_MILLIS));
    }

    private static List<String> callSite(SplittableRandom random) {
        return random.nextInt(3) > 0
                ? List.of()
                : random.nextBoolean() ? List.of("a") : List.of("main", "other");
    }

    private static Map<Labels, Map<Long, Double>> points(List<TimeSeries> series) {
        Map<Labels, Map<Long, Double>> byLabels = new HashMap<>();
        for (TimeSeries one : series) {
            var points = new TreeMap<Long, Double>();
            for (int i = 0; i < one.timeMillis().length; i++) {
                points.put(one.timeMillis()[i], one.value()[i]);
            }
            byLabels.put(one.labels(), points);
        }
        return byLabels;
    }

    private static EmbeddedStore embeddedStore(long hashSeed) {
        return EmbeddedStore.open(
                SimulatedVfs.empty(SimulatedVfs.Faults.NONE),
                StoreConfig.defaults(2),
                InstantSource.fixed(Instant.EPOCH),
                hashSeed,
                task -> Thread.ofPlatform().daemon().unstarted(task),
                _ -> {});
    }

    private static List<List<ProfileGroup>> splitAtRandom(
            List<ProfileGroup> groups, SplittableRandom random) {
        List<ProfileGroup> shuffled = new ArrayList<>(groups);
        Collections.shuffle(shuffled, new Random(random.nextLong()));
        List<List<ProfileGroup>> split = new ArrayList<>();
        int from = 0;
        while (from < shuffled.size()) {
            int to = Math.min(shuffled.size(), from + 1 + random.nextInt(4));
            split.add(shuffled.subList(from, to));
            from = to;
        }
        return split;
    }

    private QueryEngine engine(List<List<ProfileGroup>> appends, long hashSeed) {
        return new QueryEngine(store(appends), LIMITS, pool, hashSeed);
    }

    private static NaiveStore store(List<List<ProfileGroup>> appends) {
        var store = new NaiveStore();
        appends.forEach(groups -> store.append(TENANT, groups));
        return store;
    }

    private static QueryBudget budget() {
        return QueryBudget.of(LIMITS, System::nanoTime);
    }
}
