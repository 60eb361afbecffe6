package io.flamekeeper.server;

import static io.flamekeeper.server.RunningServer.CPU;
import static io.flamekeeper.server.RunningServer.around;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flamekeeper.format.jfr.JfrFamily;
import io.flamekeeper.server.RunningServer.Reply;
import io.flamekeeper.testkit.JdkRecording;
import io.flamekeeper.testkit.JfrBytes;
import io.flamekeeper.testkit.JvmRecording;
import io.flamekeeper.testkit.PprofBytes;
import io.flamekeeper.testkit.SnapshotBytes;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// JFR recordings through `/ingest`, seen from outside.
class JfrIngestTest {
    private static final String DELAY = "mutex:delay:nanoseconds:mutex:count";
    private static final byte[] RECORDING =
            new JfrBytes()
                    .setting("event", "wall")
                    .event(
                            "profiler.WallClockSample",
                            "A.main:1;A.f:2",
                            "samples",
                            3L,
                            "contextId",
                            1L)
                    .event("profiler.WallClockSample", "A.main:1;A.g:2", "samples", 4L)
                    .event("jdk.JavaMonitorEnter", "A.main:1;A.g:2", "duration", 5L)
                    .bytes();

    @TempDir private Path folder = Path.of("");

    @Test
    void ingest_whatAJvmRecordedOfItself_isItsFlameGraph() throws Exception {
        byte[] recording =
                JvmRecording.record(JvmRecording.Sampling.EXECUTION, Duration.ofSeconds(1));
        long nanos =
                JdkRecording.read(recording, 10_000_000).stream()
                        .filter(one -> one.family() == JfrFamily.CPU)
                        .mapToLong(JdkRecording.Measured::amount)
                        .sum();
        assertThat(nanos).isPositive();
        try (var server = RunningServer.in(folder, Map.of())) {
            Reply reply = server.post("/ingest?name=jvm&format=jfr&spyName=javaspy", "", recording);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            JsonNode graph = flameGraph(server, CPU, "service_name=\\\"jvm\\\"");
            assertThat(graph.get("total").asLong()).isEqualTo(nanos);
            assertThat(graph.get("names").toString())
                    .contains("io/flamekeeper/testkit/JvmRecording$Worker.run");
        }
    }

    @Test
    void ingest_multipart_hasTheLabelsOfTheSnapshot() {
        byte[] labels = new SnapshotBytes().context(1, "component", "evolution").bytes();
        try (var server = RunningServer.in(folder, Map.of())) {
            Reply reply =
                    ingest(
                            server,
                            "name=app&format=jfr&sampleRate=1000",
                            Map.of(
                                    "jfr", PprofBytes.gzip(RECORDING),
                                    "labels", PprofBytes.gzip(labels)));
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.body()).isEmpty();
            String wall = "wall:wall:nanoseconds:wall:nanoseconds";
            assertThat(flameGraph(server, wall, "").get("total").asLong()).isEqualTo(7_000_000);
            assertThat(
                            flameGraph(server, wall, "component=\\\"evolution\\\"")
                                    .get("total")
                                    .asLong())
                    .isEqualTo(3_000_000);
            assertThat(flameGraph(server, DELAY, "jfr_event=\\\"wall\\\"").get("names").toString())
                    .isEqualTo("[\"total\",\"A.main\",\"A.g\"]");
        }
    }

    @Test
    void ingest_sentAgainUnderAnotherBoundary_countsOnce() {
        try (var server = RunningServer.in(folder, Map.of())) {
            for (String boundary : List.of("one", "two")) {
                Reply reply =
                        server.post(
                                "/ingest?name=app&format=jfr&from=1795521600&until=1795521610",
                                "multipart/form-data; boundary=" + boundary,
                                multipart(boundary, Map.of("jfr", RECORDING)));
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            }
            assertThat(flameGraph(server, DELAY, "").get("total").asLong()).isEqualTo(5);
        }
    }

    @Test
    void ingest_whatIsNoRecording_isRefusedInWords() {
        byte[] corrupt = RECORDING.clone();
        corrupt[0] = 0;
        try (var server = RunningServer.in(folder, Map.of())) {
            Reply reply = server.post("/ingest?name=app&format=jfr", "", corrupt);
            assertThat(reply.status()).isEqualTo(422);
            assertThat(reply.json().get("code").asText()).isEqualTo("unknown");
            assertThat(reply.json().get("message").asText()).contains("jfr: no chunk at byte 0");
            Reply partless = ingest(server, "name=app&format=jfr", Map.of("profile", RECORDING));
            assertThat(partless.status()).isEqualTo(422);
            assertThat(partless.json().get("message").asText()).contains("no part named jfr");
            assertThat(server.post("/ingest?name=app&format=jfr", "", new byte[0]).status())
                    .isEqualTo(422);
        }
    }

    @Test
    void metrics_ofARecordingThatIsReadInPart_sayWhatIsMissing() {
        byte[] broken = RECORDING.clone();
        broken[5] = 9;
        var both = new ByteArrayOutputStream();
        both.writeBytes(RECORDING);
        both.writeBytes(broken);
        try (var server = RunningServer.in(folder, Map.of())) {
            assertThat(server.post("/ingest?name=app&format=jfr", "", both.toByteArray()).status())
                    .isEqualTo(200);
            assertThat(server.get("/metrics").text())
                    .contains(
                            "flamekeeper_jfr_lost_total{reason=\"broken_chunk\",tenant=\"anonymous\"} 1.0",
                            "flamekeeper_jfr_lost_total{reason=\"no_stack\",tenant=\"anonymous\"} 0.0",
                            "flamekeeper_uploads_stored_total{tenant=\"anonymous\"} 1.0");
            assertThat(flameGraph(server, DELAY, "").get("total").asLong()).isEqualTo(5);
        }
    }

    private static JsonNode flameGraph(RunningServer server, String type, String selector) {
        Reply reply =
                server.query(
                        "SelectMergeStacktraces",
                        "{\"profileTypeID\":\""
                                + type
                                + "\",\"labelSelector\":\"{"
                                + selector
                                + "}\","
                                + around()
                                + "}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().get("flamegraph");
    }

    private static Reply ingest(
            RunningServer server, String query, Map<String, byte[]> contentByName) {
        return server.post(
                "/ingest?" + query,
                "multipart/form-data; boundary=frontier",
                multipart("frontier", contentByName));
    }

    private static byte[] multipart(String boundary, Map<String, byte[]> contentByName) {
        var body = new ByteArrayOutputStream();
        contentByName.forEach((name, content) -> {
            String head =
                    String.join(
                            "\r\n",
                            "--" + boundary,
                            "Content-Disposition: form-data; name=\"" + name + "\"",
                            "",
                            "");
            body.writeBytes(head.getBytes(ISO_8859_1));
            body.writeBytes(content);
            body.writeBytes("\r\n".getBytes(ISO_8859_1));
        });
        body.writeBytes(("--" + boundary + "--\r\n").getBytes(ISO_8859_1));
        return body.toByteArray();
    }
}
