package io.flamekeeper.bench.workload;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.flamekeeper.api.push.v1.PushRequest;
import io.flamekeeper.api.push.v1.RawProfileSeries;
import io.flamekeeper.api.push.v1.RawSample;
import io.flamekeeper.api.querier.v1.FlameGraph;
import io.flamekeeper.api.querier.v1.Level;
import io.flamekeeper.api.querier.v1.SelectMergeStacktracesRequest;
import io.flamekeeper.api.querier.v1.SelectMergeStacktracesResponse;
import io.flamekeeper.api.querier.v1.SelectSeriesRequest;
import io.flamekeeper.api.querier.v1.SelectSeriesResponse;
import io.flamekeeper.api.types.v1.LabelPair;
import io.flamekeeper.api.types.v1.LabelValuesRequest;
import io.flamekeeper.api.types.v1.LabelValuesResponse;
import io.flamekeeper.model.TimeRange;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A server as its callers see it.
record Target(URI uri, ServerProcess process) {
    static final String CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
    static final String STACKTRACES = "SelectMergeStacktraces";
    static final String SERIES = "SelectSeries";
    static final int NODES_UNCUT = 1 << 20;

    HttpConnection connect() throws IOException {
        return new HttpConnection(uri);
    }

    /// One upload of one series.
    static byte[] push(Map<String, String> labels, ByteString pprof) {
        var series = RawProfileSeries.newBuilder();
        labels.forEach((name, value) ->
                series.addLabels(LabelPair.newBuilder().setName(name).setValue(value)));
        series.addSamples(RawSample.newBuilder().setRawProfile(pprof));
        return PushRequest.newBuilder().addSeries(series).build().toByteArray();
    }

    /// Sends an upload; anything but 200 is an error.
    static void send(HttpConnection connection, byte[] push) throws IOException {
        var answer = connection.post("/push.v1.PusherService/Push", "application/proto", push);
        if (answer.status() != 200) {
            throw new IOException(
                    "push: status " + answer.status() + " " + new String(answer.body()));
        }
    }

    /// The answer's bytes; anything but 200 is an error.
    byte[] ask(String method, Message question) throws IOException {
        try (var connection = connect()) {
            return ask(connection, method, question);
        }
    }

    static byte[] ask(HttpConnection connection, String method, Message question)
            throws IOException {
        var answer =
                connection.post(
                        "/querier.v1.QuerierService/" + method,
                        "application/proto",
                        question.toByteArray());
        if (answer.status() != 200) {
            throw new IOException(
                    method + ": status " + answer.status() + " " + new String(answer.body()));
        }
        return answer.body();
    }

    static SelectMergeStacktracesRequest flameGraph(String selector, TimeRange range, int nodes) {
        return SelectMergeStacktracesRequest.newBuilder()
                .setProfileTypeID(CPU)
                .setLabelSelector(selector)
                .setStart(range.startMillis())
                .setEnd(range.endMillis())
                .setMaxNodes(nodes)
                .build();
    }

    static SelectSeriesRequest series(
            String selector, TimeRange range, double stepSeconds, String... by) {
        return SelectSeriesRequest.newBuilder()
                .setProfileTypeID(CPU)
                .setLabelSelector(selector)
                .setStart(range.startMillis())
                .setEnd(range.endMillis())
                .setStep(stepSeconds)
                .addAllGroupBy(List.of(by))
                .build();
    }

    static LabelValuesRequest labelValues(String name, String selector, TimeRange range) {
        return LabelValuesRequest.newBuilder()
                .setName(name)
                .addMatchers(selector)
                .setStart(range.startMillis())
                .setEnd(range.endMillis())
                .build();
    }

    int countValues(String name, String selector, TimeRange range) throws IOException {
        return LabelValuesResponse.parseFrom(ask("LabelValues", labelValues(name, selector, range)))
                .getNamesCount();
    }

    /// Self values of every function in an uncut flame graph.
    Map<String, Long> selfByFunction(String selector, TimeRange range) throws IOException {
        FlameGraph graph =
                SelectMergeStacktracesResponse.parseFrom(
                                ask(STACKTRACES, flameGraph(selector, range, NODES_UNCUT)))
                        .getFlamegraph();
        Map<String, Long> self = new HashMap<>();
        for (Level level : graph.getLevelsList()) {
            for (int node = 0; node < level.getValuesCount(); node += 4) {
                long value = level.getValues(node + 2);
                if (value != 0) {
                    self.merge(graph.getNames((int) level.getValues(node + 3)), value, Long::sum);
                }
            }
        }
        return self;
    }

    long total(String selector, TimeRange range, int nodes) throws IOException {
        return total(CPU, selector, range, nodes);
    }

    long total(String type, String selector, TimeRange range, int nodes) throws IOException {
        var question = flameGraph(selector, range, nodes).toBuilder().setProfileTypeID(type);
        return SelectMergeStacktracesResponse.parseFrom(ask(STACKTRACES, question.build()))
                .getFlamegraph()
                .getTotal();
    }

    /// Points of each group: value of the label, then end of the step, then sum.
    Map<String, Map<Long, Long>> points(
            String selector, TimeRange range, double stepSeconds, String by) throws IOException {
        Map<String, Map<Long, Long>> groups = new HashMap<>();
        SelectSeriesResponse.parseFrom(ask(SERIES, series(selector, range, stepSeconds, by)))
                .getSeriesList()
                .forEach(series -> {
                    Map<Long, Long> points = new HashMap<>();
                    series.getPointsList().stream()
                            .filter(point -> point.getValue() != 0)
                            .forEach(point ->
                                    points.put(point.getTimestamp(), (long) point.getValue()));
                    groups.put(series.getLabels(0).getValue(), points);
                });
        return groups;
    }
}
