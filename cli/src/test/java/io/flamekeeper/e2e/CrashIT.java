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
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The process is killed at random moments under load, and started again on the same folder.
class CrashIT {
    private static final int KILLS = 30;
    private static final int CLIENTS = 6;
    private static final long START_MILLIS = 1_790_000_000_000L;
    private static final String CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";

    @TempDir
    Path folder;

    private final AtomicLong nextUpload = new AtomicLong();
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    @Test
    void kill_atRandomMomentsUnderLoad_losesNothingAcknowledgedAndStoresNothingTwice() throws Exception {
        long seed = 20_261_124;
        var random = new SplittableRandom(seed);
        for (int kill = 0; kill < KILLS; kill++) {
            try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"))) {
                assertLedger(server.uri(), "seed " + seed + ", before kill " + kill);
                long lifeNanos = random.nextLong(20_000_000, 400_000_000);
                try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
                    for (int i = 0; i < CLIENTS; i++) {
                        clients.execute(() -> sendUntilGone(server.uri()));
                    }
                    long until = System.nanoTime() + lifeNanos;
                    while (System.nanoTime() < until) {
                        LockSupport.parkNanos(until - System.nanoTime());
                    }
                    server.process().kill();
                }
            }
        }
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"))) {
            assertLedger(server.uri(), "seed " + seed + ", at the end");
            System.out.printf(
                    "kills %d, sent %d, acknowledged %d, lost 0, twice 0, seed %d%n",
                    KILLS, sent.size(), acknowledged.size(), seed);
            assertThat(server.process().stop()).isZero();
        }
    }

    private void sendUntilGone(URI server) {
        try (var wire = new Wire(server)) {
            while (true) {
                String upload = "u" + nextUpload.getAndIncrement();
                sent.add(upload);
                var answer = wire.post("/push.v1.PusherService/Push", "application/proto", push(upload));
                if (answer.statusCode() != 200) {
                    return;
                }
                acknowledged.add(upload);
            }
        } catch (IOException e) {
            // The server was killed: what was under way stays sent but not acknowledged.
            return;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Acknowledged ⊆ stored ⊆ sent, and each stored exactly once: every upload carries the value 7.
    private void assertLedger(URI server, String moment) throws Exception {
        var stored = new TreeMap<String, Double>();
        try (var wire = new Wire(server)) {
            JsonNode answer = wire.json(
                    "SelectSeries",
                    Map.of(
                            "profileTypeID", CPU,
                            "labelSelector", "{service_name=\"crash\"}",
                            "start", START_MILLIS - 1000,
                            "end", START_MILLIS + 1000,
                            "step", 1,
                            "groupBy", List.of("upload")));
            for (JsonNode series : answer.path("series")) {
                double sum = 0;
                for (JsonNode point : series.path("points")) {
                    sum += point.path("value").asDouble();
                }
                stored.put(series.at("/labels/0/value").asText(), sum);
            }
        }
        assertThat(stored.keySet()).as(moment).containsAll(acknowledged);
        assertThat(sent).as(moment).containsAll(stored.keySet());
        assertThat(stored.values()).as(moment).allMatch(value -> value == 7.0);
    }

    private static byte[] push(String upload) {
        Profile profile = Profile.newBuilder()
                .addAllStringTable(List.of("", "cpu", "nanoseconds", "main", upload))
                .addSampleType(ValueType.newBuilder().setType(1).setUnit(2))
                .setPeriodType(ValueType.newBuilder().setType(1).setUnit(2))
                .setPeriod(1)
                .setTimeNanos(START_MILLIS * 1_000_000)
                .addFunction(Function.newBuilder().setId(1).setName(3))
                .addFunction(Function.newBuilder().setId(2).setName(4))
                .addLocation(Location.newBuilder().setId(1).addLine(Line.newBuilder().setFunctionId(1)))
                .addLocation(Location.newBuilder().setId(2).addLine(Line.newBuilder().setFunctionId(2)))
                .addSample(Sample.newBuilder().addLocationId(2).addLocationId(1).addValue(7))
                .build();
        return PushRequest.newBuilder()
                .addSeries(RawProfileSeries.newBuilder()
                        .addLabels(label("__name__", "process_cpu"))
                        .addLabels(label("service_name", "crash"))
                        .addLabels(label("upload", upload))
                        .addSamples(RawSample.newBuilder().setRawProfile(ByteString.copyFrom(profile.toByteArray()))))
                .build()
                .toByteArray();
    }

    private static LabelPair label(String name, String value) {
        return LabelPair.newBuilder().setName(name).setValue(value).build();
    }
}
