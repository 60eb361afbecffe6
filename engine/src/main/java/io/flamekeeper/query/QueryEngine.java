package io.flamekeeper.query;

import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.LabelMatcher;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.MergedProfile;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StackTree;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.model.Utf8Order;
import io.flamekeeper.store.Part;
import io.flamekeeper.store.SampleFilter;
import io.flamekeeper.store.Snapshot;
import io.flamekeeper.store.Store;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Runs queries against the store. Every answer is exact, and the same in whatever parts the profiles lie.
///
/// Ranges are half-open and compared with each profile's own time. Safe for use by many threads; a method
/// waits for the workers of its query, so it is for virtual threads. All of them throw
/// [io.flamekeeper.model.FlamekeeperException] with `BUDGET_EXCEEDED` or `CANCELLED` when the budget says so,
/// `OVERLOADED` when the pool takes no work, and `CORRUPT_DATA` from the store.
public final class QueryEngine {
    private static final Comparator<TimeSeries> LARGEST_FIRST =
            Comparator.comparingDouble(TimeSeries::sum)
                    .reversed()
                    .thenComparing(TimeSeries::labels);

    private final Store store;
    private final QueryLimits limits;
    private final Executor pool;
    private final long hashSeed;
    private final Accumulators accumulators;
    private final JoinedDictionaries dictionaries;
    private final Answers answers;

    /// @param pool     where queries compute; bounded, as large as the machine. Stays the caller's
    /// @param hashSeed secret of this process, so that nobody can choose names that slow queries down
    public QueryEngine(Store store, QueryLimits limits, Executor pool, long hashSeed) {
        this.store = store;
        this.limits = limits;
        this.pool = pool;
        this.hashSeed = hashSeed;
        this.accumulators = new Accumulators(limits.workersMax());
        this.dictionaries = new JoinedDictionaries(hashSeed, limits.keptBytesMax() / 4 * 3);
        this.answers = new Answers(limits.keptBytesMax() / 4);
    }

    /// Types with a profile in the range, by id.
    public List<ProfileType> profileTypes(TenantScope scope, TimeRange range, QueryBudget budget) {
        Set<ProfileType> types =
                collect(
                        scope,
                        Selector.EVERYTHING,
                        range,
                        budget,
                        (table, series) -> {
                            BitSet ids = new BitSet();
                            IntStream.of(series).forEach(one -> ids.set(table.typeOf(one)));
                            return ids.stream().mapToObj(table.types()::get);
                        });
        return types.stream()
                .sorted(Comparator.comparing(ProfileType::id, Utf8Order.COMPARATOR))
                .toList();
    }

    /// Names of the labels of the series that have a profile in the range, the computed `__…__` ones and
    /// those of any Unicode included.
    public List<String> labelNames(
            TenantScope scope, Selector selector, TimeRange range, QueryBudget budget) {
        Set<String> names =
                collect(
                        scope,
                        selector,
                        range,
                        budget,
                        (table, series) -> {
                            BitSet strings = new BitSet();
                            for (int one : series) {
                                table.forEachLabel(one, (name, _) -> strings.set(name));
                            }
                            return strings.stream().mapToObj(table.strings()::get);
                        });
        return names.stream().sorted(Utf8Order.COMPARATOR).toList();
    }

    /// Values of one label in those series.
    public List<String> labelValues(
            TenantScope scope,
            String name,
            Selector selector,
            TimeRange range,
            QueryBudget budget) {
        Set<String> values =
                collect(
                        scope,
                        selector,
                        range,
                        budget,
                        (table, series) -> valuesOf(table, name, series));
        return values.stream().sorted(Utf8Order.COMPARATOR).toList();
    }

    private static Stream<String> valuesOf(SeriesTable table, String name, int[] series) {
        int id = SeriesFilter.nameId(table, name);
        if (id < 0) {
            return Stream.of();
        }
        BitSet strings = new BitSet();
        IntStream.of(series).forEach(one -> strings.set(table.valueOf(one, id)));
        strings.clear(0);
        return strings.stream().mapToObj(table.strings()::get);
    }

    /// Distinct sets of the named labels in those series; sets without any of them are left out.
    ///
    /// @param labelNames empty means every label
    public List<Labels> series(
            TenantScope scope,
            Selector selector,
            List<String> labelNames,
            TimeRange range,
            QueryBudget budget) {
        Set<Labels> series =
                collect(
                        scope,
                        selector,
                        range,
                        budget,
                        (table, all) -> labelSets(table, labelNames, all));
        return series.stream().sorted().toList();
    }

    private static Stream<Labels> labelSets(
            SeriesTable table, List<String> labelNames, int[] series) {
        if (labelNames.isEmpty()) {
            return IntStream.of(series).mapToObj(table::labels);
        }
        var groups = new SeriesGroups(table, labelNames);
        IntStream.of(series).forEach(groups::of);
        return IntStream.range(0, groups.count())
                .mapToObj(groups::labels)
                .filter(labels -> labels.count() > 0);
    }

    /// Sums stacks by function name. In [io.flamekeeper.model.SiblingOrder] by name.
    public StackTree mergeStacks(TenantScope scope, MergeQuery query, QueryBudget budget) {
        return answer(
                scope,
                query,
                StackTree.class,
                query.selector(),
                query.range(),
                budget,
                parts -> mergeStacks(scope, parts, query, budget),
                tree -> 64L * tree.count());
    }

    private StackTree mergeStacks(
            TenantScope scope, List<Part> parts, MergeQuery query, QueryBudget budget) {
        var merger = new StackMerger(hashSeed, limits.nodesMax());
        sum(scope, parts, query, budget, merger::add);
        return merger.toTree();
    }

    /// Sums stacks frame by frame.
    public MergedProfile mergeProfile(TenantScope scope, MergeQuery query, QueryBudget budget) {
        return answer(
                scope,
                new FrameByFrame(query),
                MergedProfile.class,
                query.selector(),
                query.range(),
                budget,
                parts -> mergeProfile(scope, parts, query, budget),
                profile -> 128L * profile.stacks().count());
    }

    /// Tells the question of [#mergeProfile] from that of [#mergeStacks].
    private record FrameByFrame(MergeQuery query) {}

    private MergedProfile mergeProfile(
            TenantScope scope, List<Part> parts, MergeQuery query, QueryBudget budget) {
        var merger = new FrameMerger(hashSeed, limits.nodesMax());
        sum(scope, parts, query, budget, merger::add);
        return merger.toProfile();
    }

    /// Amounts over time, one series for each group, those with the largest sums first, then by labels.
    /// Groups and steps without profiles are left out.
    public List<TimeSeries> timeSeries(TenantScope scope, SeriesQuery query, QueryBudget budget) {
        var steps = new Steps(query.range(), query.stepMillis());
        return answer(
                        scope,
                        query,
                        TimeSeriesList.class,
                        query.selector(),
                        steps.rows(),
                        budget,
                        parts -> timeSeries(parts, steps, query, budget),
                        TimeSeriesList::bytes)
                .series();
    }

    private record TimeSeriesList(List<TimeSeries> series) {
        long bytes() {
            return series.stream().mapToLong(one -> 512 + 16L * one.timeMillis().length).sum();
        }
    }

    private TimeSeriesList timeSeries(
            List<Part> parts, Steps steps, SeriesQuery query, QueryBudget budget) {
        var callSite = new CallSite(query.callSite());
        List<Map<Labels, StepSums>> merged =
                new PartScan<Map<Labels, StepSums>>(
                                parts,
                                budget,
                                HashMap::new,
                                (groups, part, meter) ->
                                        addSteps(query, steps, callSite, part, meter, groups))
                        .run(pool, limits.workersMax());
        Map<Labels, StepSums> sums = new HashMap<>();
        for (Map<Labels, StepSums> groups : merged) {
            groups.forEach((labels, group) ->
                    sums.computeIfAbsent(labels, _ -> new StepSums()).add(group));
        }
        return new TimeSeriesList(
                sums.entrySet().stream()
                        .map(group ->
                                group.getValue().toSeries(group.getKey(), query.aggregation()))
                        .filter(series -> series.timeMillis().length > 0)
                        .sorted(LARGEST_FIRST)
                        .limit(query.limit() == 0 ? Long.MAX_VALUE : query.limit())
                        .toList());
    }

    public TenantStatistics statistics(TenantScope scope) {
        try (Snapshot snapshot = store.snapshot(scope)) {
            List<Part> parts = snapshot.parts();
            return parts.isEmpty()
                    ? TenantStatistics.NOTHING
                    : new TenantStatistics(
                            true,
                            parts.stream().mapToLong(Part::firstMillis).min().orElseThrow(),
                            parts.stream().mapToLong(Part::lastMillis).max().orElseThrow());
        }
    }

    /// What a label query takes from some series of a part.
    private interface Extract<T> {
        Stream<T> from(SeriesTable table, int[] series);
    }

    /// Distinct answers over all series that match and have a profile in the range.
    private <T> Set<T> collect(
            TenantScope scope,
            Selector selector,
            TimeRange range,
            QueryBudget budget,
            Extract<T> extract) {
        List<Set<T>> found =
                scan(
                        scope,
                        selector,
                        range,
                        budget,
                        HashSet::new,
                        (all, part, meter) -> {
                            SeriesTable table = part.series();
                            int[] matching =
                                    new SeriesFilter(table)
                                            .select(Optional.empty(), selector, meter);
                            int[] present =
                                    part.isEverySeriesUsed()
                                                    && range.covers(
                                                            part.firstMillis(), part.lastMillis())
                                            ? matching
                                            : IntStream.of(matching)
                                                    .filter(one -> part.hasRows(one, range))
                                                    .toArray();
                            extract.from(table, present).forEach(all::add);
                        });
        Set<T> all = new HashSet<>();
        found.forEach(all::addAll);
        return all;
    }

    private <W> List<W> scan(
            TenantScope scope,
            Selector selector,
            TimeRange range,
            QueryBudget budget,
            Supplier<W> newWorker,
            PartScan.Step<W> step) {
        budget.check();
        try (Snapshot snapshot = store.snapshot(scope)) {
            return new PartScan<>(parts(snapshot, selector, range), budget, newWorker, step)
                    .run(pool, limits.workersMax());
        }
    }

    /// The answer from the parts that the selector and the range may concern, or the one kept from last time.
    private <T> T answer(
            TenantScope scope,
            Object question,
            Class<T> type,
            Selector selector,
            TimeRange range,
            QueryBudget budget,
            Function<List<Part>, T> compute,
            ToLongFunction<T> size) {
        budget.check();
        try (Snapshot snapshot = store.snapshot(scope)) {
            List<Part> parts = parts(snapshot, selector, range);
            List<Object> contents = parts.stream().map(Part::contentKey).toList();
            return answers.get(
                    new Answers.Key(scope.tenant(), question, contents),
                    type,
                    () -> compute.apply(parts),
                    size);
        }
    }

    private static List<Part> parts(Snapshot snapshot, Selector selector, TimeRange range) {
        List<Part> parts = new ArrayList<>();
        for (Part part : snapshot.parts()) {
            if (range.overlaps(part.firstMillis(), part.lastMillis())
                    && mayMatch(selector, part.service())) {
                parts.add(part);
            }
        }
        return parts;
    }

    /// Whether any series of the service can match; its name is a label of each.
    private static boolean mayMatch(Selector selector, String service) {
        for (LabelMatcher matcher : selector.matchers()) {
            if ((matcher.name().equals(LabelNames.SERVICE_NAME)
                            || matcher.name().equals(LabelNames.PRIVATE_SERVICE_NAME))
                    && !matcher.matches(service)) {
                return false;
            }
        }
        return true;
    }

    /// Takes the sums over the nodes of one dictionary, and leaves them zero.
    private interface Merger {
        void add(SymbolTable symbols, StackTable stacks, long[] self);
    }

    /// Gives the merger the sums of every service, one dictionary after the other.
    private void sum(
            TenantScope scope,
            List<Part> parts,
            MergeQuery query,
            QueryBudget budget,
            Merger merger) {
        budget.check();
        var callSite = new CallSite(query.callSite());
        List<NodeSums> workers =
                new PartScan<>(
                                parts,
                                budget,
                                NodeSums::new,
                                (sums, part, meter) ->
                                        sum(
                                                query,
                                                dictionaries.of(scope.tenant(), part.service()),
                                                part,
                                                meter,
                                                sums))
                        .run(pool, limits.workersMax());
        workers.stream()
                .reduce(NodeSums::add)
                .ifPresent(sums ->
                        sums.forEach((symbols, stacks, self) -> {
                            budget.check();
                            callSite.keepOnly(symbols, stacks, self);
                            merger.add(symbols, stacks, self);
                        }));
        dictionaries.shrink();
    }

    private void sum(
            MergeQuery query,
            JoinedDictionary joined,
            Part part,
            Part.ScanMeter meter,
            NodeSums sums) {
        int[] selected =
                new SeriesFilter(part.series())
                        .select(Optional.of(query.type()), query.selector(), meter);
        if (selected.length == 0) {
            return;
        }
        int nodeCount = part.stacks().count();
        long[] self = accumulators.take(nodeCount);
        part.addSelf(selected, query.range(), query.samples(), self, meter);
        Optional<int[]> nodes = joined.nodes(part);
        if (nodes.isPresent()) {
            sums.add(joined, nodes.get(), nodeCount, self);
            accumulators.give(self);
        } else {
            sums.addApart(part.symbols(), part.stacks(), self);
        }
    }

    private void addSteps(
            SeriesQuery query,
            Steps steps,
            CallSite callSite,
            Part part,
            Part.ScanMeter meter,
            Map<Labels, StepSums> groups) {
        SeriesTable table = part.series();
        int[] selected =
                new SeriesFilter(table).select(Optional.of(query.type()), query.selector(), meter);
        var seriesGroups = new SeriesGroups(table, query.groupBy());
        int[] groupOf = IntStream.of(selected).map(seriesGroups::of).toArray();
        StepSums[] sums = new StepSums[seriesGroups.count()];
        Arrays.setAll(sums, _ -> new StepSums());
        for (int i = 0; i < selected.length; i++) {
            StepSums ofGroup = sums[groupOf[i]];
            meter.scan(0, 0);
            part.forEachTotal(
                    selected[i],
                    steps.rows(),
                    steps,
                    (timeMillis, total, rows) ->
                            ofGroup.add(steps.of(timeMillis), callSite.isAll() ? total : 0, rows));
        }
        int[][] members = callSite.isAll() ? new int[0][] : members(selected, groupOf, sums.length);
        for (int group = 0; group < sums.length; group++) {
            if (!callSite.isAll()) {
                addCallSite(steps, callSite, part, members[group], meter, sums[group]);
            }
            groups.computeIfAbsent(seriesGroups.labels(group), _ -> new StepSums())
                    .add(sums[group]);
        }
    }

    /// The series of each group.
    private static int[][] members(int[] series, int[] groupOf, int groupCount) {
        int[] size = new int[groupCount];
        for (int group : groupOf) {
            size[group]++;
        }
        int[][] members = new int[groupCount][];
        Arrays.setAll(members, group -> new int[size[group]]);
        for (int i = series.length - 1; i >= 0; i--) {
            members[groupOf[i]][--size[groupOf[i]]] = series[i];
        }
        return members;
    }

    /// Adds, to every step that has profiles, what their stacks below the call site have. Totals of rows
    /// know no stacks, so this reads the samples, step by step.
    private void addCallSite(
            Steps steps,
            CallSite callSite,
            Part part,
            int[] seriesOfGroup,
            Part.ScanMeter meter,
            StepSums sums) {
        StackTable stacks = part.stacks();
        boolean[] inside = callSite.inside(part.symbols(), stacks);
        long[] self = accumulators.take(stacks.count());
        for (long step : sums.times()) {
            part.addSelf(seriesOfGroup, steps.rows(step), SampleFilter.ALL, self, meter);
            long sum = 0;
            for (int node = 0; node < stacks.count(); node++) {
                if (inside[node]) {
                    sum = SaturatedMath.add(sum, self[node]);
                }
                self[node] = 0;
            }
            sums.add(step, sum, 0);
        }
        accumulators.give(self);
    }
}
