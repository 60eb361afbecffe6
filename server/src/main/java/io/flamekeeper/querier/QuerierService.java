package io.flamekeeper.querier;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.flamekeeper.access.Permission;
import io.flamekeeper.api.google.v1.Profile;
import io.flamekeeper.api.querier.v1.AnalyzeQueryRequest;
import io.flamekeeper.api.querier.v1.AnalyzeQueryResponse;
import io.flamekeeper.api.querier.v1.DiffRequest;
import io.flamekeeper.api.querier.v1.DiffResponse;
import io.flamekeeper.api.querier.v1.PprofProfile;
import io.flamekeeper.api.querier.v1.ProfileFormat;
import io.flamekeeper.api.querier.v1.ProfileTypesRequest;
import io.flamekeeper.api.querier.v1.ProfileTypesResponse;
import io.flamekeeper.api.querier.v1.SelectHeatmapRequest;
import io.flamekeeper.api.querier.v1.SelectHeatmapResponse;
import io.flamekeeper.api.querier.v1.SelectMergeProfileRequest;
import io.flamekeeper.api.querier.v1.SelectMergeSpanProfileRequest;
import io.flamekeeper.api.querier.v1.SelectMergeSpanProfileResponse;
import io.flamekeeper.api.querier.v1.SelectMergeStacktracesRequest;
import io.flamekeeper.api.querier.v1.SelectMergeStacktracesResponse;
import io.flamekeeper.api.querier.v1.SelectSeriesRequest;
import io.flamekeeper.api.querier.v1.SelectSeriesResponse;
import io.flamekeeper.api.querier.v1.SeriesRequest;
import io.flamekeeper.api.querier.v1.SeriesResponse;
import io.flamekeeper.api.types.v1.ExemplarType;
import io.flamekeeper.api.types.v1.GetProfileStatsRequest;
import io.flamekeeper.api.types.v1.GetProfileStatsResponse;
import io.flamekeeper.api.types.v1.LabelNamesRequest;
import io.flamekeeper.api.types.v1.LabelNamesResponse;
import io.flamekeeper.api.types.v1.LabelValuesRequest;
import io.flamekeeper.api.types.v1.LabelValuesResponse;
import io.flamekeeper.api.types.v1.Location;
import io.flamekeeper.api.types.v1.StackTraceSelector;
import io.flamekeeper.api.types.v1.TimeSeriesAggregationType;
import io.flamekeeper.http.Call;
import io.flamekeeper.http.RpcMethod;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.MergedProfile;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.StackTree;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.query.Aggregation;
import io.flamekeeper.query.MergeQuery;
import io.flamekeeper.query.QueryBudget;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.query.SeriesQuery;
import io.flamekeeper.query.TenantStatistics;
import io.flamekeeper.query.TimeSeries;
import io.flamekeeper.store.SampleFilter;
import io.flamekeeper.view.DotGraph;
import io.flamekeeper.view.FlameGraph;
import io.flamekeeper.view.FlameGraphDiff;
import io.flamekeeper.view.PprofExport;
import io.flamekeeper.view.TreeBytes;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// `querier.v1.QuerierService`.
public final class QuerierService {
    private static final String SERVICE = "querier.v1.QuerierService";
    private static final double STEP_SECONDS_MIN = 0.001;

    private final Questions questions;

    public QuerierService(Questions questions) {
        this.questions = questions;
    }

    public List<RpcMethod<?, ?>> methods() {
        return List.of(
                method(
                        "ProfileTypes",
                        ProfileTypesRequest.getDefaultInstance(),
                        ProfileTypesResponse.getDefaultInstance(),
                        this::profileTypes),
                method(
                        "LabelNames",
                        LabelNamesRequest.getDefaultInstance(),
                        LabelNamesResponse.getDefaultInstance(),
                        this::labelNames),
                method(
                        "LabelValues",
                        LabelValuesRequest.getDefaultInstance(),
                        LabelValuesResponse.getDefaultInstance(),
                        this::labelValues),
                method(
                        "Series",
                        SeriesRequest.getDefaultInstance(),
                        SeriesResponse.getDefaultInstance(),
                        this::series),
                method(
                        "SelectMergeStacktraces",
                        SelectMergeStacktracesRequest.getDefaultInstance(),
                        SelectMergeStacktracesResponse.getDefaultInstance(),
                        this::mergeStacktraces),
                method(
                        "SelectMergeSpanProfile",
                        SelectMergeSpanProfileRequest.getDefaultInstance(),
                        SelectMergeSpanProfileResponse.getDefaultInstance(),
                        this::mergeSpanProfile),
                method(
                        "SelectMergeProfile",
                        SelectMergeProfileRequest.getDefaultInstance(),
                        Profile.getDefaultInstance(),
                        this::mergeProfile),
                method(
                        "SelectSeries",
                        SelectSeriesRequest.getDefaultInstance(),
                        SelectSeriesResponse.getDefaultInstance(),
                        this::selectSeries),
                method(
                        "SelectHeatmap",
                        SelectHeatmapRequest.getDefaultInstance(),
                        SelectHeatmapResponse.getDefaultInstance(),
                        this::selectHeatmap),
                method(
                        "Diff",
                        DiffRequest.getDefaultInstance(),
                        DiffResponse.getDefaultInstance(),
                        this::diff),
                method(
                        "GetProfileStats",
                        GetProfileStatsRequest.getDefaultInstance(),
                        GetProfileStatsResponse.getDefaultInstance(),
                        this::profileStats),
                method(
                        "AnalyzeQuery",
                        AnalyzeQueryRequest.getDefaultInstance(),
                        AnalyzeQueryResponse.getDefaultInstance(),
                        this::analyzeQuery));
    }

    private static <Q extends Message, A extends Message> RpcMethod<Q, A> method(
            String name, Q request, A answer, RpcMethod.Handler<Q, A> handler) {
        return RpcMethod.of(SERVICE, name, Permission.QUERY, request, answer, handler);
    }

    /// The only question that may leave the range out: it then means the last hour.
    private ProfileTypesResponse profileTypes(Call call, ProfileTypesRequest request) {
        long now = questions.nowMillis();
        var range =
                request.getStart() == 0 && request.getEnd() == 0
                        ? new TimeRange(now - TimeUnit.HOURS.toMillis(1), now + 1)
                        : new TimeRange(request.getStart(), request.getEnd());
        var answer = ProfileTypesResponse.newBuilder();
        questions.engine().profileTypes(call.scope(), range, questions.budget(call)).stream()
                .map(Messages::of)
                .forEach(answer::addProfileTypes);
        return answer.build();
    }

    private LabelNamesResponse labelNames(Call call, LabelNamesRequest request) {
        TimeRange range = Arguments.range(request.getStart(), request.getEnd());
        Selector selector = Arguments.all(request.getMatchersList());
        List<String> names =
                questions
                        .engine()
                        .labelNames(call.scope(), selector, range, questions.budget(call));
        return LabelNamesResponse.newBuilder().addAllNames(readable(call, names)).build();
    }

    /// Without the names that would break a caller that has not said it can read them.
    private static List<String> readable(Call call, List<String> names) {
        return call.utf8LabelNames() ? names : names.stream().filter(LabelNames::isLegacy).toList();
    }

    private LabelValuesResponse labelValues(Call call, LabelValuesRequest request) {
        TimeRange range = Arguments.range(request.getStart(), request.getEnd());
        if (request.getName().isEmpty()) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST, "name: name is required (expected: a label's)");
        }
        Selector selector = Arguments.all(request.getMatchersList());
        List<String> values =
                questions
                        .engine()
                        .labelValues(
                                call.scope(),
                                request.getName(),
                                selector,
                                range,
                                questions.budget(call));
        return LabelValuesResponse.newBuilder().addAllNames(values).build();
    }

    private SeriesResponse series(Call call, SeriesRequest request) {
        TimeRange range = Arguments.range(request.getStart(), request.getEnd());
        Selector selector = Arguments.all(request.getMatchersList());
        List<String> names = readable(call, request.getLabelNamesList());
        boolean nothingReadable = names.isEmpty() && request.getLabelNamesCount() > 0;
        if (nothingReadable) {
            return SeriesResponse.getDefaultInstance();
        }
        List<Labels> sets =
                questions
                        .engine()
                        .series(call.scope(), selector, names, range, questions.budget(call));
        var answer = SeriesResponse.newBuilder();
        sets.stream()
                .map(set -> set.only(readable(call, List.copyOf(set.toMap().keySet()))))
                .filter(set -> set.count() > 0)
                .distinct()
                .forEach(set ->
                        answer.addLabelsSet(
                                io.flamekeeper.api.types.v1.Labels.newBuilder()
                                        .addAllLabels(Messages.of(set))));
        return answer.build();
    }

    private SelectMergeStacktracesResponse mergeStacktraces(
            Call call, SelectMergeStacktracesRequest request) {
        MergeQuery query = query(request);
        QueryBudget budget = questions.budget(call);
        var answer = SelectMergeStacktracesResponse.newBuilder();
        switch (request.getFormat()) {
            case PROFILE_FORMAT_UNSPECIFIED, PROFILE_FORMAT_FLAMEGRAPH, UNRECOGNIZED -> {
                long nodes = Arguments.nodes(request.getMaxNodes());
                StackTree tree = questions.engine().mergeStacks(call.scope(), query, budget);
                answer.setFlamegraph(Messages.of(FlameGraph.of(tree, nodes)));
            }
            case PROFILE_FORMAT_TREE -> {
                long nodes = Arguments.nodes(request.getMaxNodes());
                StackTree tree = questions.engine().mergeStacks(call.scope(), query, budget);
                answer.setTree(ByteString.copyFrom(TreeBytes.encode(tree, nodes)));
            }
            case PROFILE_FORMAT_PPROF -> {
                Profile profile = pprof(call, query, request.getMaxNodes(), budget);
                answer.setPprof(PprofProfile.newBuilder().setProfile(profile));
            }
            case PROFILE_FORMAT_DOT -> {
                StackTree tree = questions.engine().mergeStacks(call.scope(), query, budget);
                int functions = dotFunctions(request.getMaxNodes());
                answer.setDotBytes(
                        ByteString.copyFrom(DotGraph.encode(tree, query.type(), functions)));
            }
        }
        return answer.build();
    }

    private static int dotFunctions(long asked) {
        return asked == 0 ? DotGraph.DEFAULT_FUNCTIONS_MAX : (int) Arguments.nodes(asked);
    }

    private static MergeQuery query(SelectMergeStacktracesRequest request) {
        TimeRange range = Arguments.range(request.getStart(), request.getEnd());
        ProfileType type = ProfileType.parse(request.getProfileTypeID());
        Selector selector = SelectorParser.parse(request.getLabelSelector());
        SampleFilter samples =
                Arguments.samples(request.getSpanSelectorList(), request.getTraceIdSelectorList());
        Arguments.none("profile_id_selector", request.getProfileIdSelectorCount() > 0);
        return new MergeQuery(
                type, selector, range, callSite(request.getStackTraceSelector()), samples);
    }

    private static List<String> callSite(StackTraceSelector selector) {
        Arguments.none("stack_trace_selector.go_pgo", selector.hasGoPgo());
        return selector.getCallSiteList().stream().map(Location::getName).toList();
    }

    /// @param maxNodes 0 = all
    private Profile pprof(Call call, MergeQuery query, long maxNodes, QueryBudget budget) {
        if (maxNodes != 0) {
            Arguments.nodes(maxNodes);
        }
        MergedProfile merged = questions.engine().mergeProfile(call.scope(), query, budget);
        return Messages.profile(PprofExport.encode(merged, query.type(), query.range(), maxNodes));
    }

    private SelectMergeSpanProfileResponse mergeSpanProfile(
            Call call, SelectMergeSpanProfileRequest request) {
        TimeRange range = Arguments.range(request.getStart(), request.getEnd());
        ProfileType type = ProfileType.parse(request.getProfileTypeID());
        Selector selector = SelectorParser.parse(request.getLabelSelector());
        SampleFilter samples = Arguments.samples(request.getSpanSelectorList(), List.of());
        long nodes = Arguments.nodes(request.getMaxNodes());
        StackTree tree =
                questions
                        .engine()
                        .mergeStacks(
                                call.scope(),
                                new MergeQuery(type, selector, range, List.of(), samples),
                                questions.budget(call));
        var answer = SelectMergeSpanProfileResponse.newBuilder();
        return request.getFormat() == ProfileFormat.PROFILE_FORMAT_TREE
                ? answer.setTree(ByteString.copyFrom(TreeBytes.encode(tree, nodes))).build()
                : answer.setFlamegraph(Messages.of(FlameGraph.of(tree, nodes))).build();
    }

    private Profile mergeProfile(Call call, SelectMergeProfileRequest request) {
        TimeRange range = Arguments.range(request.getStart(), request.getEnd());
        ProfileType type = ProfileType.parse(request.getProfileTypeID());
        Selector selector = SelectorParser.parse(request.getLabelSelector());
        SampleFilter samples = Arguments.samples(List.of(), request.getTraceIdSelectorList());
        Arguments.none("profile_id_selector", request.getProfileIdSelectorCount() > 0);
        var query =
                new MergeQuery(
                        type, selector, range, callSite(request.getStackTraceSelector()), samples);
        return pprof(call, query, request.getMaxNodes(), questions.budget(call));
    }

    private SelectSeriesResponse selectSeries(Call call, SelectSeriesRequest request) {
        TimeRange range = Arguments.range(request.getStart(), request.getEnd());
        ProfileType type = ProfileType.parse(request.getProfileTypeID());
        Selector selector = SelectorParser.parse(request.getLabelSelector());
        boolean steps = request.getStep() >= STEP_SECONDS_MIN;
        if (!steps) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "step: %s s, step must be >= 1ms (expected: seconds)",
                    request.getStep());
        }
        boolean exemplars =
                request.getExemplarType() == ExemplarType.EXEMPLAR_TYPE_INDIVIDUAL
                        || request.getExemplarType() == ExemplarType.EXEMPLAR_TYPE_SPAN;
        Arguments.none("exemplar_type", exemplars);
        var query =
                new SeriesQuery(
                        type,
                        selector,
                        range,
                        (long) (request.getStep() * 1_000),
                        request.getGroupByList(),
                        request.getAggregation()
                                        == TimeSeriesAggregationType
                                                .TIME_SERIES_AGGREGATION_TYPE_AVERAGE
                                ? Aggregation.AVERAGE
                                : Aggregation.SUM,
                        callSite(request.getStackTraceSelector()),
                        request.getLimit());
        List<TimeSeries> series =
                questions.engine().timeSeries(call.scope(), query, questions.budget(call));
        var answer = SelectSeriesResponse.newBuilder();
        series.forEach(one -> answer.addSeries(Messages.of(one, request.getGroupByList())));
        return answer.build();
    }

    private SelectHeatmapResponse selectHeatmap(Call call, SelectHeatmapRequest request) {
        throw new FlamekeeperException(
                ErrorCode.UNSUPPORTED, "SelectHeatmap: not supported yet (expected: SelectSeries)");
    }

    private DiffResponse diff(Call call, DiffRequest request) {
        if (!request.hasLeft() || !request.hasRight()) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "diff: %s is missing (expected: left and right)",
                    request.hasLeft() ? "right" : "left");
        }
        MergeQuery left = query(request.getLeft());
        MergeQuery right = query(request.getRight());
        long nodes =
                Math.max(
                        Arguments.nodes(request.getLeft().getMaxNodes()),
                        Arguments.nodes(request.getRight().getMaxNodes()));
        QueryBudget budget = questions.budget(call);
        var diff =
                FlameGraphDiff.of(
                        questions.engine().mergeStacks(call.scope(), left, budget),
                        questions.engine().mergeStacks(call.scope(), right, budget),
                        nodes);
        return DiffResponse.newBuilder().setFlamegraph(Messages.of(diff)).build();
    }

    private GetProfileStatsResponse profileStats(Call call, GetProfileStatsRequest request) {
        TenantStatistics statistics = questions.engine().statistics(call.scope());
        return GetProfileStatsResponse.newBuilder()
                .setDataIngested(statistics.dataIngested())
                .setOldestProfileTime(statistics.oldestMillis())
                .setNewestProfileTime(statistics.newestMillis())
                .build();
    }

    /// Nothing is known about a query before it runs; clients read an empty answer as that.
    private AnalyzeQueryResponse analyzeQuery(Call call, AnalyzeQueryRequest request) {
        return AnalyzeQueryResponse.getDefaultInstance();
    }
}
