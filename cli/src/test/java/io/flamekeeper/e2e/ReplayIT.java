package io.flamekeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.flamekeeper.testkit.GroundTruth;
import io.flamekeeper.testkit.Recording;
import io.flamekeeper.testkit.ReferenceOtlp;
import io.opentelemetry.proto.collector.profiles.v1development.ExportProfilesServiceRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Recorded traffic of real clients, replayed against the server process, gives the sums that an
/// independent decoder computed from the same bytes, in every protocol.
class ReplayIT {
    private static final long START = 1;
    private static final long END = 4_000_000_000_000L;
    private static final String CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
    private static final long SAMPLE_NANOS = 10_000_000;

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"python-0.8.16", "python-1.4.0", "nodejs-0.6.4"})
    void recording_replayed_equalsItsGroundTruth(String name) throws Exception {
        // Node sends the generation as a number, and only text labels count.
        String numeric = name.startsWith("nodejs") ? "generation" : "";
        GroundTruth truth =
                GroundTruth.read(Recording.ownFolder(name).resolve("GROUND_TRUTH.tsv"))
                        .without(numeric);
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"));
                var wire = new Wire(server.uri())) {
            replay(wire, Recording.own(name));
            assertEqual(wire, truth);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"push", "ingest"})
    void sharedPythonRecording_replayed_equalsGroundTruth(String dialect) throws Exception {
        Path recordings = sharedRecordings();
        var sums = new TreeMap<GroundTruth.Key, Long>();
        for (String line : section(recordings, "python-standin/" + dialect)) {
            String[] cell = line.split("\t");
            String service = cell[0].substring(0, cell[0].indexOf('{'));
            String worker = cell[0].substring(cell[0].indexOf('{') + 1, cell[0].length() - 1);
            SortedMap<String, String> labels =
                    GroundTruth.labels(cell[1].equals("(none)") ? "" : cell[1]);
            if (!worker.equals("-")) {
                labels.put("worker_id", worker);
            }
            sums.merge(
                    new GroundTruth.Key(service, labels, "cpu:nanoseconds"),
                    Long.parseLong(cell[2].substring(1, cell[2].length() - 1)),
                    Long::sum);
        }
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"));
                var wire = new Wire(server.uri())) {
            replay(
                    wire,
                    Recording.in(
                            dialect, recordings.resolve("python-standin/" + dialect + "/req")));
            assertEqual(wire, GroundTruth.of(sums));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v0.4.13", "v0.6.4"})
    void sharedNodeRecording_replayed_equalsGroundTruth(String version) throws Exception {
        Path recordings = sharedRecordings();
        var expected = new HashMap<String, Long>();
        for (String line : section(recordings, "nodejs/" + version)) {
            String[] cell = line.split("\t");
            String[] types = cell[0].split(",");
            String[] totals =
                    cell[2].substring("totals=[".length(), cell[2].length() - 1).split(", ");
            for (int i = 0; i < types.length; i++) {
                expected.merge(types[i].replace('/', ':'), Long.parseLong(totals[i]), Long::sum);
            }
        }
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"));
                var wire = new Wire(server.uri())) {
            replay(wire, Recording.in(version, recordings.resolve("nodejs/" + version + "/req")));
            var found = new HashMap<String, Long>();
            for (var type : profileTypes(wire).entrySet()) {
                for (String id : type.getValue()) {
                    found.merge(type.getKey(), wire.totalByJson(id, "{}", START, END), Long::sum);
                }
            }
            assertThat(found).isEqualTo(expected);
        }
    }

    /// Rows are `event {label=value,…}`, count and, of some, a sum; and the same for `event TOTAL`, of samples by
    /// the state of their threads.
    @ParameterizedTest
    @CsvSource({
        "jdk17-itimer-alloc-lock, ga.burn, 0",
        "jdk25-wall-alloc-live, ga.burn25, 0",
        "jdk25-virtual-threads, vt, 0",
        // Its first upload, of 95 samples without labels, was sent three times.
        "retry-503-429-400-200, ga.retry, 190"
    })
    void sharedJavaRecording_replayed_equalsGroundTruth(
            String name, String service, long repeatedSamples) throws Exception {
        Path recordings = sharedRecordings();
        boolean isByWall = name.contains("wall");
        var labelled = new TreeMap<GroundTruth.Key, Long>();
        var totals = new TreeMap<String, Long>();
        for (String line : section(recordings, "java/" + name)) {
            String[] cell = line.split("\t");
            String[] what = cell[0].split(" ");
            long count = Long.parseLong(cell[1]);
            long sum = cell.length > 2 ? Long.parseLong(cell[2]) : 0;
            if (what[1].equals("TOTAL")) {
                amounts(what[0], count, sum, cell[0].endsWith("=STATE_RUNNABLE"))
                        .forEach((type, amount) -> totals.merge(type, amount, Long::sum));
            } else {
                SortedMap<String, String> labels =
                        GroundTruth.labels(what[1].substring(1, what[1].length() - 1));
                amounts(what[0], count, sum, false)
                        .forEach((type, amount) ->
                                labelled.put(new GroundTruth.Key(service, labels, type), amount));
            }
        }
        totals.computeIfPresent(
                "cpu:nanoseconds", (_, nanos) -> nanos - repeatedSamples * SAMPLE_NANOS);
        assertThat(totals.containsKey("wall:nanoseconds")).isEqualTo(isByWall);
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"));
                var wire = new Wire(server.uri())) {
            replay(wire, Recording.in(name, recordings.resolve("java/" + name + "/req")));
            Map<String, List<String>> types = profileTypes(wire);
            assertThat(types.keySet()).isEqualTo(totals.keySet());
            var found = new TreeMap<String, Long>();
            for (String type : totals.keySet()) {
                found.put(type, sum(wire, types, type, "{}"));
            }
            assertThat(found).isEqualTo(totals);
            if (repeatedSamples == 0) {
                assertThat(sums(wire, GroundTruth.of(labelled), types)).isEqualTo(labelled);
            }
        }
    }

    /// The Java agent's OpenTelemetry mode: no service, no labels, lengths of messages as padded varints. The truth is
    /// what OpenTelemetry's own classes read.
    @Test
    void sharedOtlpRecording_replayed_isWhatItsOwnClassesRead() throws Exception {
        Recording recording =
                Recording.in("otlp-itimer", sharedRecordings().resolve("java/otlp-itimer/req"));
        long sent = 0;
        for (Recording.Request request : recording.requests()) {
            try (var body = new GZIPInputStream(new ByteArrayInputStream(request.body()))) {
                sent +=
                        ReferenceOtlp.decode(ExportProfilesServiceRequest.parseFrom(body)).stream()
                                .flatMap(profile -> profile.samples().stream())
                                .mapToLong(sample -> sample.values().getFirst())
                                .sum();
            }
        }
        assertThat(sent).isPositive();
        try (var server = FlamekeeperProcess.server(folder, folder.resolve("data"));
                var wire = new Wire(server.uri())) {
            replay(wire, recording);
            String selector = "{service_name=\"unknown_service\"}";
            assertThat(profileTypes(wire)).isEqualTo(Map.of("cpu:nanoseconds", List.of(CPU)));
            assertThat(wire.totalByJson(CPU, selector, START, END)).isEqualTo(sent);
            assertThat(wire.totalsByOtherWays(CPU, selector, START, END).values())
                    .containsOnly(sent);
        }
    }

    /// What events of a kind add to the types of samples that they are stored as.
    private static Map<String, Long> amounts(
            String event, long count, long sum, boolean isRunningByWall) {
        return switch (event) {
            case "jdk.ExecutionSample" -> Map.of("cpu:nanoseconds", count * SAMPLE_NANOS);
            case "profiler.WallClockSample" -> {
                long nanos = count * SAMPLE_NANOS;
                yield isRunningByWall
                        ? Map.of("wall:nanoseconds", nanos, "cpu:nanoseconds", nanos)
                        : Map.of("wall:nanoseconds", nanos);
            }
            case "jdk.ObjectAllocationInNewTLAB" ->
                    Map.of(
                            "alloc_in_new_tlab_objects:count",
                            count,
                            "alloc_in_new_tlab_bytes:bytes",
                            sum);
            case "jdk.JavaMonitorEnter" ->
                    Map.of("contentions:count", count, "delay:nanoseconds", sum);
            case "profiler.LiveObject" -> Map.of("live:count", count);
            default -> throw new IllegalStateException(event);
        };
    }

    private static void replay(Wire wire, Recording recording)
            throws IOException, InterruptedException {
        assertThat(recording.requests()).isNotEmpty();
        for (Recording.Request request : recording.requests()) {
            assertThat(wire.replay(request)).as(request.path()).isEqualTo(200);
        }
    }

    /// The server has what the truth has and nothing else, in every protocol.
    static void assertEqual(Wire wire, GroundTruth truth) throws Exception {
        Map<String, List<String>> types = profileTypes(wire);
        assertThat(sums(wire, truth, types)).isEqualTo(truth.sums());
        assertThat(totalOfEverything(wire, types))
                .isEqualTo(truth.sums().values().stream().mapToLong(Long::longValue).sum());
    }

    /// What the server has for each key of the truth, in every protocol.
    private static SortedMap<GroundTruth.Key, Long> sums(
            Wire wire, GroundTruth truth, Map<String, List<String>> types) throws Exception {
        var found = new TreeMap<GroundTruth.Key, Long>();
        for (GroundTruth.Key key : truth.sums().keySet()) {
            found.put(key, sum(wire, types, key.sampleType(), selector(key, truth)));
        }
        return found;
    }

    private static long sum(
            Wire wire, Map<String, List<String>> types, String sampleType, String selector)
            throws Exception {
        long sum = 0;
        for (String type : types.getOrDefault(sampleType, List.of())) {
            long total = wire.totalByJson(type, selector, START, END);
            assertThat(wire.totalsByOtherWays(type, selector, START, END).values())
                    .as("%s%s", type, selector)
                    .containsOnly(total);
            sum += total;
        }
        return sum;
    }

    private static long totalOfEverything(Wire wire, Map<String, List<String>> types)
            throws Exception {
        long total = 0;
        for (List<String> ids : types.values()) {
            for (String id : ids) {
                total += wire.totalByJson(id, "{}", START, END);
            }
        }
        return total;
    }

    /// Equal labels where the sample has them, empty ones where only others have them.
    private static String selector(GroundTruth.Key key, GroundTruth truth) {
        List<String> matchers = new ArrayList<>(List.of("service_name=\"" + key.service() + "\""));
        for (String name : truth.labelNames(key.service())) {
            matchers.add(
                    "\"%s\"=\"%s\"".formatted(name, key.sampleLabels().getOrDefault(name, "")));
        }
        return "{" + String.join(",", matchers) + "}";
    }

    /// Profile type ids by `type:unit` of their samples.
    private static Map<String, List<String>> profileTypes(Wire wire)
            throws IOException, InterruptedException {
        Map<String, List<String>> ids = new HashMap<>();
        for (JsonNode type :
                wire.json("ProfileTypes", Map.of("start", START, "end", END))
                        .path("profileTypes")) {
            ids.computeIfAbsent(
                            type.path("sampleType").asText()
                                    + ":"
                                    + type.path("sampleUnit").asText(),
                            _ -> new ArrayList<>())
                    .add(type.path("ID").asText());
        }
        return ids;
    }

    private static Path sharedRecordings() {
        Path shared =
                Path.of(
                        System.getenv()
                                .getOrDefault(
                                        "FLAMEKEEPER_SHARED",
                                        FlamekeeperProcess.ROOT
                                                .resolveSibling("shared")
                                                .toString()));
        Path recordings = shared.resolve("data/recordings");
        assumeTrue(Files.isDirectory(recordings), "shared recordings are not here: " + recordings);
        return recordings;
    }

    /// Lines of one section of the shared table.
    private static List<String> section(Path recordings, String name) throws IOException {
        List<String> lines = Files.readAllLines(recordings.resolve("GROUND_TRUTH.txt"));
        List<String> section = new ArrayList<>();
        boolean inside = false;
        for (String line : lines) {
            if (line.startsWith("## ")) {
                inside = line.substring(3).split(" ")[0].equals(name);
            } else if (inside && !line.isBlank()) {
                section.add(line);
            }
        }
        assertThat(section).as(name).isNotEmpty();
        return section;
    }
}
