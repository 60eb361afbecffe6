package io.flamekeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.flamekeeper.cli.demo.island.Island;
import io.flamekeeper.model.ValueType;
import io.flamekeeper.testkit.GroundTruth;
import io.flamekeeper.testkit.JdkRecording;
import io.flamekeeper.testkit.ReferenceOtlp;
import io.opentelemetry.proto.collector.profiles.v1development.ExportProfilesServiceRequest;
import io.pyroscope.labels.v2.ScopedContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The unmodified Java agent, attached to an island of the demo, sends to the server process. A proxy remembers what
/// it sends; that, as the JDK's own reader has it, is what the server must answer, to the nanosecond.
class JavaAgentIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String SERVICE = "island";
    private static final String CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";

    @TempDir Path folder;

    @Test
    @Timeout(180)
    void agent_byWallWithAllocationsAndLocks_isWhatItSent() throws Exception {
        Map<String, Long> sums =
                profileIsland(
                        Map.of(
                                "PYROSCOPE_PROFILER_EVENT", "wall",
                                "PYROSCOPE_PROFILER_ALLOC", "64k",
                                "PYROSCOPE_PROFILER_LOCK", "10us"));
        assertThat(sums)
                .containsKeys(
                        "cpu:nanoseconds",
                        "wall:nanoseconds",
                        "alloc_in_new_tlab_objects:count",
                        "alloc_in_new_tlab_bytes:bytes",
                        "contentions:count",
                        "delay:nanoseconds");
    }

    @Test
    @Timeout(180)
    void agent_byProcessorTimeWithLiveObjectsAndNativeMemory_isWhatItSent() throws Exception {
        Map<String, Long> sums =
                profileIsland(
                        Map.of(
                                "PYROSCOPE_PROFILER_EVENT", "itimer",
                                "PYROSCOPE_PROFILING_INTERVAL", "2ms",
                                "PYROSCOPE_PROFILER_ALLOC", "64k",
                                "PYROSCOPE_ALLOC_LIVE", "true",
                                "PYROSCOPE_AP_EXTRA_ARGUMENTS", "nativemem=4k"));
        assertThat(sums)
                .containsKeys(
                        "cpu:nanoseconds",
                        "live:count",
                        "malloc_objects:count",
                        "malloc_bytes:bytes")
                .doesNotContainKey("wall:nanoseconds");
    }

    /// Sends three uploads of an island, and compares; returns what was sent, by type and unit.
    private Map<String, Long> profileIsland(Map<String, String> settings) throws Exception {
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"));
                var proxy = UploadProxy.to(server.uri());
                var wire = new Wire(server.uri())) {
            try (var _ = AgentJvm.start(folder, proxy.uri(), 0, settings)) {
                proxy.await(uploads -> uploads.size() >= 3, PATIENCE);
            }
            SortedMap<GroundTruth.Key, Long> sent = sums(proxy.acknowledged());
            ReplayIT.assertEqual(wire, GroundTruth.of(sent));
            String evaluation =
                    flameGraph(
                            wire,
                            "{service_name=\"%s\",component=\"fitness_evaluation\"}"
                                    .formatted(SERVICE));
            assertThat(evaluation)
                    .contains("io/flamekeeper/cli/demo/island/Strategy.backtest")
                    .doesNotContain("Evolution.withoutDuplicates");
            Map<String, Long> byType = new TreeMap<>();
            sent.forEach((key, sum) -> byType.merge(key.sampleType(), sum, Long::sum));
            System.out.println("  equal in every protocol: " + byType);
            return byType;
        }
    }

    /// It sends no name and no labels then. What OpenTelemetry's own classes read is what the server must answer.
    @Test
    @Timeout(180)
    void agent_inOpenTelemetryMode_isWhatItSent() throws Exception {
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"));
                var proxy = UploadProxy.to(server.uri());
                var wire = new Wire(server.uri())) {
            var settings = Map.of("PYROSCOPE_FORMAT", "otlp", "PYROSCOPE_PROFILER_EVENT", "itimer");
            try (var _ = AgentJvm.start(folder, proxy.uri(), 0, settings)) {
                proxy.await(uploads -> uploads.size() >= 3, PATIENCE);
            }
            long sent = 0;
            for (UploadProxy.Upload upload : proxy.acknowledged()) {
                sent +=
                        ReferenceOtlp.decode(
                                        ExportProfilesServiceRequest.parseFrom(
                                                inflated(upload.body())))
                                .stream()
                                .flatMap(profile -> profile.samples().stream())
                                .mapToLong(sample -> sample.values().getFirst())
                                .sum();
            }
            assertThat(sent).isPositive();
            String selector = "{service_name=\"unknown_service\"}";
            assertThat(wire.totalByJson(CPU, selector, 1, 4_000_000_000_000L)).isEqualTo(sent);
            assertThat(wire.totalsByOtherWays(CPU, selector, 1, 4_000_000_000_000L).values())
                    .containsOnly(sent);
            assertThat(flameGraph(wire, selector))
                    .contains("io/flamekeeper/cli/demo/island/Strategy.backtest");
            System.out.println("  equal in every protocol: " + sent + " ns by OpenTelemetry");
        }
    }

    @Test
    @Timeout(300)
    void agents_serverKilledMeanwhile_loseNoWindowAndCountNoneTwice() throws Exception {
        Path data = folder.resolve("data");
        var first = FlamekeeperProcess.server(folder, data);
        try (var proxy = UploadProxy.to(first.uri())) {
            List<AgentJvm> agents = new ArrayList<>();
            for (int number = 0; number < 3; number++) {
                agents.add(
                        AgentJvm.start(
                                folder,
                                proxy.uri(),
                                number,
                                Map.of("PYROSCOPE_PROFILER_EVENT", "itimer")));
            }
            proxy.await(uploads -> count(uploads, 200) >= 4, PATIENCE);
            first.process().kill();
            proxy.await(uploads -> count(uploads, 503) >= 3, PATIENCE);
            try (var second = FlamekeeperProcess.server(folder, data);
                    var wire = new Wire(second.uri())) {
                proxy.redirect(second.uri());
                proxy.await(uploads -> count(uploads, 200) >= 12, PATIENCE);
                for (AgentJvm agent : agents) {
                    agent.close();
                }
                List<UploadProxy.Upload> acknowledged = proxy.acknowledged();
                System.out.printf(
                        "  %d uploads of 3 agents, sent %d times, %d answered 503%n",
                        acknowledged.size(), proxy.uploads().size(), count(proxy.uploads(), 503));
                assertWithoutGaps(acknowledged);
                ReplayIT.assertEqual(wire, GroundTruth.of(sums(acknowledged)));
            }
        } finally {
            first.close();
        }
    }

    private static long count(List<UploadProxy.Upload> uploads, int status) {
        return uploads.stream().filter(upload -> upload.status() == status).count();
    }

    /// Each agent's windows follow one another.
    private static void assertWithoutGaps(List<UploadProxy.Upload> uploads) {
        Map<String, TreeMap<Long, Long>> windowsByName = new TreeMap<>();
        for (UploadProxy.Upload upload : uploads) {
            windowsByName
                    .computeIfAbsent(upload.parameter("name"), _ -> new TreeMap<>())
                    .put(
                            Long.parseLong(upload.parameter("from")),
                            Long.parseLong(upload.parameter("until")));
        }
        assertThat(windowsByName).hasSize(3);
        windowsByName.forEach((name, windows) -> {
            long end = windows.firstKey();
            for (Map.Entry<Long, Long> window : windows.entrySet()) {
                assertThat(window.getKey() - end).as("%s %s", name, windows).isBetween(-1L, 1L);
                end = window.getValue();
            }
        });
    }

    private static String flameGraph(Wire wire, String selector) throws Exception {
        return wire.json(
                        "SelectMergeStacktraces",
                        Map.of(
                                "profileTypeID",
                                CPU,
                                "labelSelector",
                                selector,
                                "start",
                                1,
                                "end",
                                4_000_000_000_000L))
                .at("/flamegraph/names")
                .toString();
    }

    private static SortedMap<GroundTruth.Key, Long> sums(List<UploadProxy.Upload> uploads)
            throws IOException {
        SortedMap<GroundTruth.Key, Long> sums = new TreeMap<>();
        for (UploadProxy.Upload upload : uploads) {
            String name = upload.parameter("name");
            String worker = name.replaceAll(".*worker_id=(\\w+).*", "$1");
            Map<Long, Map<String, String>> contexts = contexts(inflated(upload.part("labels")));
            long period = 1_000_000_000 / Long.parseLong(upload.parameter("sampleRate"));
            for (JdkRecording.Measured one :
                    JdkRecording.read(inflated(upload.part("jfr")), period)) {
                SortedMap<String, String> labels =
                        new TreeMap<>(contexts.getOrDefault(one.contextId(), Map.of()));
                labels.put("worker_id", worker);
                List<ValueType> types = one.family().sampleTypes();
                add(sums, labels, types.getLast(), one.amount());
                if (types.size() == 2) {
                    add(sums, labels, types.getFirst(), 1);
                }
            }
        }
        return sums;
    }

    private static void add(
            Map<GroundTruth.Key, Long> sums,
            SortedMap<String, String> labels,
            ValueType type,
            long amount) {
        sums.merge(
                new GroundTruth.Key(SERVICE, labels, type.type() + ":" + type.unit()),
                amount,
                Long::sum);
    }

    /// Labels by the number of their context, of the part that the agent sends beside a recording.
    private static Map<Long, Map<String, String>> contexts(byte[] snapshot)
            throws InvalidProtocolBufferException {
        UnknownFieldSet all = UnknownFieldSet.parseFrom(snapshot);
        Map<Long, String> strings = new HashMap<>();
        for (ByteString entry : all.getField(2).getLengthDelimitedList()) {
            UnknownFieldSet pair = UnknownFieldSet.parseFrom(entry);
            strings.put(number(pair, 1), bytes(pair, 2).toStringUtf8());
        }
        Map<Long, Map<String, String>> contexts = new HashMap<>();
        for (ByteString entry : all.getField(1).getLengthDelimitedList()) {
            UnknownFieldSet pair = UnknownFieldSet.parseFrom(entry);
            Map<String, String> labels = new HashMap<>();
            for (ByteString label :
                    UnknownFieldSet.parseFrom(bytes(pair, 2))
                            .getField(1)
                            .getLengthDelimitedList()) {
                UnknownFieldSet ids = UnknownFieldSet.parseFrom(label);
                labels.put(
                        strings.getOrDefault(number(ids, 1), ""),
                        strings.getOrDefault(number(ids, 2), ""));
            }
            contexts.put(number(pair, 1), labels);
        }
        return contexts;
    }

    private static long number(UnknownFieldSet message, int field) {
        List<Long> values = message.getField(field).getVarintList();
        return values.isEmpty() ? 0 : values.getLast();
    }

    private static ByteString bytes(UnknownFieldSet message, int field) {
        List<ByteString> values = message.getField(field).getLengthDelimitedList();
        return values.isEmpty() ? ByteString.EMPTY : values.getLast();
    }

    private static byte[] inflated(byte[] gzip) throws IOException {
        if (gzip.length == 0) {
            return gzip;
        }
        try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return in.readAllBytes();
        }
    }

    /// An island of the demo with the agent attached.
    private record AgentJvm(Process process) implements AutoCloseable {
        static AgentJvm start(Path folder, URI server, int number, Map<String, String> settings)
                throws IOException {
            ProcessBuilder builder =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-javaagent:" + jar(ScopedContext.class),
                                    "-Xmx96m",
                                    "-Djava.io.tmpdir=" + folder,
                                    "-cp",
                                    jar(Island.class).toString(),
                                    Island.class.getName(),
                                    Integer.toString(number))
                            .redirectErrorStream(true)
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(
                                            folder.resolve("island.log").toFile()));
            builder.environment()
                    .putAll(
                            Map.of(
                                    "PYROSCOPE_APPLICATION_NAME",
                                    SERVICE,
                                    "PYROSCOPE_SERVER_ADDRESS",
                                    server.toString(),
                                    "PYROSCOPE_UPLOAD_INTERVAL",
                                    "4s",
                                    "PYROSCOPE_LABELS",
                                    "worker_id=j" + number));
            builder.environment().putAll(settings);
            return new AgentJvm(builder.start());
        }

        private static Path jar(Class<?> of) {
            return Path.of(of.getProtectionDomain().getCodeSource().getLocation().getPath());
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }
}
