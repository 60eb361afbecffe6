package io.flamekeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.flamekeeper.api.google.v1.Function;
import io.flamekeeper.api.google.v1.Line;
import io.flamekeeper.api.google.v1.Location;
import io.flamekeeper.api.google.v1.Profile;
import io.flamekeeper.api.google.v1.Sample;
import io.flamekeeper.api.google.v1.ValueType;
import io.flamekeeper.api.push.v1.PushRequest;
import io.flamekeeper.api.push.v1.RawProfileSeries;
import io.flamekeeper.api.push.v1.RawSample;
import io.flamekeeper.api.types.v1.LabelPair;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Uploads that tell themselves apart, which of them were answered with 200, and whether a server has them. Safe
/// for all threads.
final class Ledger {
    static final String CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
    static final String SELECTOR = "{service_name=\"crash\"}";
    static final long START_MILLIS = 1_790_000_000_000L;

    private static final int VALUE = 7;

    /// Appended to names, so that a stack more is some 200 bytes more.
    private static final String LONG = ".of.a.package.with.a.long.name".repeat(4);

    private final AtomicLong nextUpload = new AtomicLong();

    /// The amount of each upload that was sent.
    private final Map<String, Double> sent = new ConcurrentHashMap<>();

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    int sent() {
        return sent.size();
    }

    int acknowledged() {
        return acknowledged.size();
    }

    /// Sends an upload that nobody has sent before.
    ///
    /// @param stacks that no other upload has, besides the one that every upload has
    /// @return whether it was acknowledged
    /// @throws IOException if the server is gone; what was under way stays sent but not acknowledged
    boolean send(Wire wire, int stacks) throws IOException, InterruptedException {
        String upload = "u" + nextUpload.getAndIncrement();
        sent.put(upload, (double) VALUE + stacks);
        var answer =
                wire.post("/push.v1.PusherService/Push", "application/proto", push(upload, stacks));
        boolean isTaken = answer.statusCode() == 200;
        if (isTaken) {
            acknowledged.add(upload);
        }
        return isTaken;
    }

    /// Acknowledged ⊆ stored ⊆ sent, and each stored exactly once, whole.
    void check(URI server, String moment) throws IOException, InterruptedException {
        var stored = new TreeMap<String, Double>();
        try (var wire = new Wire(server)) {
            JsonNode answer =
                    wire.json(
                            "SelectSeries",
                            Map.of(
                                    "profileTypeID",
                                    CPU,
                                    "labelSelector",
                                    SELECTOR,
                                    "start",
                                    START_MILLIS - 1000,
                                    "end",
                                    START_MILLIS + 1000,
                                    "step",
                                    1,
                                    "groupBy",
                                    List.of("upload")));
            for (JsonNode series : answer.path("series")) {
                double sum = 0;
                for (JsonNode point : series.path("points")) {
                    sum += point.path("value").asDouble();
                }
                stored.put(series.at("/labels/0/value").asText(), sum);
            }
        }
        assertThat(stored.keySet()).as(moment).containsAll(acknowledged);
        assertThat(sent).as(moment).containsAllEntriesOf(stored);
    }

    private static byte[] push(String upload, int stacks) {
        Profile.Builder profile =
                Profile.newBuilder()
                        .addAllStringTable(List.of("", "cpu", "nanoseconds", "main", upload))
                        .addSampleType(ValueType.newBuilder().setType(1).setUnit(2))
                        .setPeriodType(ValueType.newBuilder().setType(1).setUnit(2))
                        .setPeriod(1)
                        .setTimeNanos(START_MILLIS * 1_000_000)
                        .addFunction(Function.newBuilder().setId(1).setName(3))
                        .addLocation(location(1));
        addStack(profile, 4, VALUE);
        for (int i = 0; i < stacks; i++) {
            profile.addStringTable(upload + "." + i + LONG);
            addStack(profile, profile.getStringTableCount() - 1, 1);
        }
        return PushRequest.newBuilder()
                .addSeries(
                        RawProfileSeries.newBuilder()
                                .addLabels(label("__name__", "process_cpu"))
                                .addLabels(label("service_name", "crash"))
                                .addLabels(label("upload", upload))
                                .addSamples(
                                        RawSample.newBuilder()
                                                .setRawProfile(
                                                        ByteString.copyFrom(
                                                                profile.build().toByteArray()))))
                .build()
                .toByteArray();
    }

    /// `main` calls a function of its own with the name.
    private static void addStack(Profile.Builder profile, int name, int value) {
        int id = profile.getFunctionCount() + 1;
        profile.addFunction(Function.newBuilder().setId(id).setName(name))
                .addLocation(location(id))
                .addSample(Sample.newBuilder().addLocationId(id).addLocationId(1).addValue(value));
    }

    private static Location.Builder location(int id) {
        return Location.newBuilder().setId(id).addLine(Line.newBuilder().setFunctionId(id));
    }

    private static LabelPair label(String name, String value) {
        return LabelPair.newBuilder().setName(name).setValue(value).build();
    }
}
