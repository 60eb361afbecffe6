package io.flamekeeper.querier;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.access.Permission;
import io.flamekeeper.http.Answer;
import io.flamekeeper.http.Endpoint;
import io.flamekeeper.http.JsonText;
import io.flamekeeper.http.Parameters;
import io.flamekeeper.http.Request;
import io.flamekeeper.intake.TimeText;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.StackTree;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.query.Aggregation;
import io.flamekeeper.query.MergeQuery;
import io.flamekeeper.query.QueryBudget;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.query.SeriesQuery;
import io.flamekeeper.query.TimeSeries;
import io.flamekeeper.query.TypedSelector;
import io.flamekeeper.store.SampleFilter;
import io.flamekeeper.view.DotGraph;
import io.flamekeeper.view.FlameGraph;
import io.flamekeeper.view.FlameGraphDiff;
import io.flamekeeper.view.FlamebearerJson;
import io.flamekeeper.view.Timeline;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// The API of before `querier.v1`: a flame graph and its timeline in one `GET`.
public final class RenderService {
    /// What a series without the label is called in the groups of a render.
    private static final String NO_VALUE = "*";

    private final Questions questions;

    public RenderService(Questions questions) {
        this.questions = questions;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/pyroscope/render", Permission.QUERY, this::render),
                Endpoint.get("/pyroscope/render-diff", Permission.QUERY, this::renderDiff),
                Endpoint.get("/pyroscope/label-values", Permission.QUERY, this::labelValues));
    }

    private Answer render(Request request) {
        Parameters query = request.query();
        TypedSelector what = SelectorParser.parseTyped(query.first("query"));
        TimeRange range = range(query.first("from"), query.first("until"));
        QueryBudget budget = questions.budget(request.call());
        StackTree tree =
                questions.engine().mergeStacks(request.call().scope(), merge(what, range), budget);
        if (query.first("format").equals("dot")) {
            return Answer.of(
                    200,
                    Answer.TEXT,
                    DotGraph.encode(tree, what.type(), DotGraph.DEFAULT_FUNCTIONS_MAX));
        }
        List<String> groupBy = query.all("groupBy");
        long step = Timeline.stepSeconds(range);
        var seriesQuery =
                new SeriesQuery(
                        what.type(),
                        what.selector(),
                        range,
                        TimeUnit.SECONDS.toMillis(step),
                        groupBy,
                        query.first("aggregation").equals("avg")
                                ? Aggregation.AVERAGE
                                : Aggregation.SUM,
                        List.of(),
                        0);
        List<TimeSeries> series =
                questions.engine().timeSeries(request.call().scope(), seriesQuery, budget);
        Timeline whole =
                series.size() == 1
                        ? timeline(range, step, series.getFirst())
                        : Timeline.empty(range, step);
        return Answer.json(
                FlamebearerJson.render(
                        FlameGraph.of(tree, nodes(query)),
                        what.type(),
                        whole,
                        groups(range, step, groupBy, series)));
    }

    /// Named by the value of the first label; of several with the same, the largest.
    private static Map<String, Timeline> groups(
            TimeRange range, long step, List<String> groupBy, List<TimeSeries> series) {
        Map<String, Timeline> groups = new LinkedHashMap<>();
        if (!groupBy.isEmpty()) {
            for (TimeSeries one : series) {
                String value = one.labels().value(groupBy.getFirst());
                groups.putIfAbsent(value.isEmpty() ? NO_VALUE : value, timeline(range, step, one));
            }
        }
        return groups;
    }

    private static Timeline timeline(TimeRange range, long step, TimeSeries series) {
        return Timeline.of(range, step, series.timeMillis(), series.value());
    }

    private static MergeQuery merge(TypedSelector what, TimeRange range) {
        return new MergeQuery(what.type(), what.selector(), range, List.of(), SampleFilter.ALL);
    }

    private TimeRange range(String from, String until) {
        long now = questions.nowMillis();
        return Arguments.range(TimeText.parseMillis(from, now), TimeText.parseMillis(until, now));
    }

    /// What is no positive number means as many as usual.
    private static long nodes(Parameters query) {
        String given = query.first("maxNodes");
        String text = given.isEmpty() ? query.first("max-nodes") : given;
        try {
            return Arguments.nodes(Math.max(0, Long.parseLong(text)));
        } catch (NumberFormatException notANumber) {
            return Arguments.nodes(0);
        }
    }

    private Answer renderDiff(Request request) {
        Parameters query = request.query();
        TypedSelector left = SelectorParser.parseTyped(query.first("leftQuery"));
        TypedSelector right = SelectorParser.parseTyped(query.first("rightQuery"));
        TimeRange leftRange = range(query.first("leftFrom"), query.first("leftUntil"));
        TimeRange rightRange = range(query.first("rightFrom"), query.first("rightUntil"));
        ProfileType type = left.type();
        if (!type.equals(right.type())) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "rightQuery: profile types must match, %s (expected: %s)",
                    right.type(),
                    type);
        }
        QueryBudget budget = questions.budget(request.call());
        var scope = request.call().scope();
        var diff =
                FlameGraphDiff.of(
                        questions.engine().mergeStacks(scope, merge(left, leftRange), budget),
                        questions.engine().mergeStacks(scope, merge(right, rightRange), budget),
                        nodes(query));
        return Answer.json(FlamebearerJson.renderDiff(diff, type));
    }

    /// Of the last hour; `null` if there are none.
    private Answer labelValues(Request request) {
        String label = request.query().first("label");
        if (label.isEmpty()) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "label: label is required (expected: a label's name)");
        }
        long now = questions.nowMillis();
        var range = new TimeRange(now - TimeUnit.HOURS.toMillis(1), now + 1);
        QueryBudget budget = questions.budget(request.call());
        var scope = request.call().scope();
        List<String> values =
                label.equals(LabelNames.NAME)
                        ? questions.engine().profileTypes(scope, range, budget).stream()
                                .map(ProfileType::id)
                                .toList()
                        : questions
                                .engine()
                                .labelValues(scope, label, Selector.EVERYTHING, range, budget);
        String json =
                values.isEmpty()
                        ? "null"
                        : values.stream()
                                .map(JsonText::quote)
                                .collect(Collectors.joining(",", "[", "]"));
        return Answer.json(json.getBytes(UTF_8));
    }
}
