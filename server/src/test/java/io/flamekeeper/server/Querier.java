package io.flamekeeper.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.flamekeeper.server.RunningServer.Reply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Asks a server about `[from, until)`, as clients do. Every question has to be answered.
record Querier(RunningServer server, Instant from, Instant until) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int GRAPH_WIDTH = 4;
    private static final int DIFF_WIDTH = 7;

    List<String> labelNames() {
        return texts(ask("LabelNames", Map.of()).path("names"));
    }

    List<String> labelValues(String name) {
        return texts(ask("LabelValues", Map.of("name", name)).path("names"));
    }

    List<String> types() {
        List<String> types = new ArrayList<>();
        ask("ProfileTypes", Map.of())
                .path("profileTypes")
                .forEach(type -> types.add(type.get("ID").asText()));
        return types;
    }

    /// All that is selected, as the flame graph says.
    long total(String type, String selector) {
        return graph("SelectMergeStacktraces", type, selector, Map.of()).path("total").asLong();
    }

    /// Of the samples of these spans, as the question about spans and that about everything say.
    long totalOfSpans(String type, String selector, String... spans) {
        Map<String, Object> more = Map.of("spanSelector", spans);
        long total = graph("SelectMergeSpanProfile", type, selector, more).path("total").asLong();
        assertThat(graph("SelectMergeStacktraces", type, selector, more).path("total").asLong())
                .isEqualTo(total);
        return total;
    }

    /// What each function has with what it calls; of programs without recursion.
    Map<String, Long> totals(String type, String selector) {
        Map<String, Long> totals = new HashMap<>();
        JsonNode graph = graph("SelectMergeStacktraces", type, selector, Map.of());
        forEachBox(graph, GRAPH_WIDTH, (name, box) -> totals.merge(name, box[1], Long::sum));
        return totals;
    }

    /// What a function has itself and with what it calls, in both of two trees.
    record Amounts(long leftSelf, long leftTotal, long rightSelf, long rightTotal) {}

    /// Of the functions that are in one place each.
    Map<String, Amounts> diff(String type, String selector, Querier right, String rightSelector) {
        Map<String, Amounts> amounts = new HashMap<>();
        Map<String, Object> sides =
                Map.of("left", merge(type, selector), "right", right.merge(type, rightSelector));
        forEachBox(
                answer("Diff", sides).path("flamegraph"),
                DIFF_WIDTH,
                (name, box) ->
                        assertThat(amounts.put(name, new Amounts(box[2], box[1], box[5], box[4])))
                                .as(name)
                                .isNull());
        return amounts;
    }

    private interface Box {
        void accept(String name, long[] values);
    }

    private static void forEachBox(JsonNode graph, int width, Box action) {
        JsonNode names = graph.path("names");
        for (JsonNode level : graph.path("levels")) {
            JsonNode values = level.path("values");
            for (int start = 0; start < values.size(); start += width) {
                long[] box = new long[width];
                for (int i = 0; i < width; i++) {
                    box[i] = values.get(start + i).asLong();
                }
                action.accept(names.get((int) box[width - 1]).asText(), box);
            }
        }
    }

    /// The sum of all values by the values of these labels, `""` where a series has none, in the order of the answer.
    SequencedMap<List<String>, Long> sums(String type, String selector, String... groupBy) {
        return largest(0, type, selector, groupBy);
    }

    /// As [#sums], of so many groups.
    SequencedMap<List<String>, Long> largest(
            int limit, String type, String selector, String... groupBy) {
        SequencedMap<List<String>, Long> sums = new LinkedHashMap<>();
        for (JsonNode series : series(limit, 1, type, selector, groupBy)) {
            Map<String, String> labels = new HashMap<>();
            series.path("labels")
                    .forEach(label ->
                            labels.put(label.get("name").asText(), label.get("value").asText()));
            long sum = 0;
            for (JsonNode point : series.path("points")) {
                sum += point.path("value").asLong();
            }
            sums.put(
                    List.of(groupBy).stream().map(name -> labels.getOrDefault(name, "")).toList(),
                    sum);
        }
        return sums;
    }

    /// The sums of steps by the end of each.
    SequencedMap<Instant, Long> steps(int stepSeconds, String type, String selector) {
        SequencedMap<Instant, Long> byEnd = new TreeMap<>();
        for (JsonNode series : series(0, stepSeconds, type, selector)) {
            for (JsonNode point : series.path("points")) {
                byEnd.put(
                        Instant.ofEpochMilli(point.get("timestamp").asLong()),
                        point.path("value").asLong());
            }
        }
        return byEnd;
    }

    private JsonNode series(
            int limit, int stepSeconds, String type, String selector, String... groupBy) {
        Map<String, Object> more =
                Map.of("groupBy", groupBy, "step", stepSeconds, "limit", Integer.toString(limit));
        return ask("SelectSeries", with(merge(type, selector), more)).path("series");
    }

    private JsonNode graph(String method, String type, String selector, Map<String, Object> more) {
        return ask(method, with(merge(type, selector), more)).path("flamegraph");
    }

    private Map<String, Object> merge(String type, String selector) {
        return with(range(), Map.of("profileTypeID", type, "labelSelector", selector));
    }

    private Map<String, Object> range() {
        return Map.of("start", from.toEpochMilli(), "end", until.toEpochMilli());
    }

    private JsonNode ask(String method, Map<String, Object> message) {
        return answer(method, with(range(), message));
    }

    private JsonNode answer(String method, Map<String, Object> message) {
        try {
            Reply reply = server.query(method, JSON.writeValueAsString(message));
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            return reply.json();
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, Object> with(Map<String, Object> some, Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(some);
        all.putAll(more);
        return all;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
