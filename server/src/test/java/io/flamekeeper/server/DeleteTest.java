package io.flamekeeper.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.server.RunningServer.Reply;
import io.flamekeeper.testkit.PprofBytes;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Profiles that are deleted are gone at once and stay gone; others stay.
class DeleteTest {
    @TempDir private Path folder = Path.of("");

    private static void push(RunningServer server, String service, String stacks) {
        Reply reply =
                server.push(
                        PprofBytes.cpu(stacks).time(RunningServer.nanos(RunningServer.NOW)).gzip(),
                        "__name__=process_cpu",
                        "service_name=" + service);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    private static Reply delete(RunningServer server, String selector, String more) {
        String match = URLEncoder.encode(selector, StandardCharsets.UTF_8);
        Reply reply = server.post("/api/v1/delete?match[]=" + match + more, "", new byte[0]);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply;
    }

    private static String services(RunningServer server) {
        Reply reply =
                server.query(
                        "LabelValues",
                        "{\"name\":\"service_name\",%s}".formatted(RunningServer.around()));
        return reply.json().path("names").toString();
    }

    @Test
    void delete_oneService_goneAtOnceAndAfterARestart() {
        try (var server = RunningServer.in(folder, Map.of())) {
            push(server, "old", "3\na\n");
            push(server, "new", "4\na\n");
            Reply reply = delete(server, "{service_name=\"old\"}", "");
            assertThat(reply.json().path("deleted").get(0).asText())
                    .isEqualTo("{service_name=\"old\"}");
            assertThat(services(server)).isEqualTo("[\"new\"]");
            push(server, "old", "5\na\n");
            assertThat(services(server)).isEqualTo("[\"new\",\"old\"]");
        }
        try (var server = RunningServer.in(folder, Map.of())) {
            assertThat(services(server)).isEqualTo("[\"new\",\"old\"]");
            delete(server, "{service_name=~\"o.*\"}", "");
            assertThat(services(server)).isEqualTo("[\"new\"]");
        }
        try (var server = RunningServer.in(folder, Map.of())) {
            assertThat(services(server)).isEqualTo("[\"new\"]");
        }
    }

    @Test
    void delete_anotherTime_leavesTheProfile() {
        try (var server = RunningServer.in(folder, Map.of())) {
            push(server, "old", "3\na\n");
            delete(server, "{service_name=\"old\"}", "&end=" + RunningServer.millis());
            assertThat(services(server)).isEqualTo("[\"old\"]");
            delete(server, "{service_name=\"old\"}", "&start=" + RunningServer.millis());
            assertThat(services(server)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/delete                                    | match[]: missing",
                "/api/v1/delete?match[]=%7B%7D                     | selects everything",
                "/api/v1/delete?match[]=%7Ba%3D%7D                 | expected",
                "/api/v1/delete?match[]=%7Ba%3D%22b%22%7D&start=x  | start: 'x'",
                "/api/v1/delete?match[]=%7Ba%3D%22b%22%7D&start=9&end=8 | start time is after end time",
            })
    void delete_wrongQuestion_isRefusedWithTheReason(String path, String reason) {
        try (var server = RunningServer.in(folder, Map.of())) {
            push(server, "old", "3\na\n");
            Reply reply = server.post(path, "", new byte[0]);
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.text()).contains(reason);
            assertThat(services(server)).isEqualTo("[\"old\"]");
        }
    }
}
