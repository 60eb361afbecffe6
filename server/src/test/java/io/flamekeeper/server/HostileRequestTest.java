package io.flamekeeper.server;

import static io.flamekeeper.server.RunningServer.around;
import static io.flamekeeper.server.RunningServer.p1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.server.RunningServer.Reply;
import io.flamekeeper.testkit.PprofBytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Requests that nobody sends by accident. Each is the sender's fault, is told so, and costs others nothing.
class HostileRequestTest {
    private static final String PUSH = "/push.v1.PusherService/Push";
    private static final int BODY_BYTES_MAX = 100_000;

    @TempDir private static Path folder = Path.of("");
    private static final List<RunningServer> SERVER = new ArrayList<>();

    @BeforeAll
    static void start() {
        SERVER.add(
                RunningServer.in(
                        folder,
                        Map.of(
                                "body-bytes-max", Integer.toString(BODY_BYTES_MAX),
                                "profile-bytes-max", "50000",
                                "body-timeout", "1s")));
    }

    private static RunningServer server() {
        return SERVER.getFirst();
    }

    @AfterAll
    static void stop() {
        SERVER.forEach(RunningServer::close);
    }

    @Test
    void ingest_oversizeBody_413() {
        Reply reply =
                server().post(
                                "/ingest?name=a&format=pprof",
                                "application/octet-stream",
                                new byte[BODY_BYTES_MAX + 1]);
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.json().get("code").asText()).isEqualTo("invalid_argument");
        assertThat(reply.text()).contains(Integer.toString(BODY_BYTES_MAX));
    }

    @Test
    void ingest_oversizeChunks_413AndClosed() {
        String chunk = "2710\r\n" + "x".repeat(10_000) + "\r\n";
        String answer =
                server().raw(
                                "POST /ingest?name=a&format=pprof HTTP/1.1\r\nHost: a\r\n"
                                        + "Transfer-Encoding: chunked\r\n\r\n"
                                        + chunk.repeat(11));
        assertThat(answer).startsWith("HTTP/1.1 413");
    }

    @Test
    void push_oversizeBody_resourceExhausted() {
        Reply reply = server().post(PUSH, "application/proto", new byte[BODY_BYTES_MAX + 1]);
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.json().get("code").asText()).isEqualTo("resource_exhausted");
    }

    @Test
    void push_gzipBomb_resourceExhausted() {
        byte[] bomb = PprofBytes.gzip(new byte[10 << 20]);
        assertThat(bomb.length).isLessThan(BODY_BYTES_MAX);
        Reply reply = server().post(PUSH, "application/proto", bomb, "Content-Encoding", "gzip");
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.text()).contains(Integer.toString(BODY_BYTES_MAX));
    }

    @Test
    void push_gzipBombInside_invalidArgument() {
        Reply reply =
                server().push(
                                PprofBytes.gzip(new byte[10 << 20]),
                                "__name__=process_cpu",
                                "service_name=a");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains("50000");
    }

    @Test
    void push_encodingThatIsNone_badRequest() {
        Reply reply =
                server().post(
                                PUSH,
                                "application/proto",
                                "no gzip".getBytes(UTF_8),
                                "Content-Encoding",
                                "gzip");
        assertThat(reply.status()).isEqualTo(400);
    }

    @Test
    @Timeout(15)
    void ingest_bodyThatNeverEnds_408() {
        String answer =
                server().raw(
                                "POST /ingest?name=a&format=pprof HTTP/1.1\r\nHost: a\r\n"
                                        + "Content-Length: 100\r\n\r\nonly the beginning");
        assertThat(answer).startsWith("HTTP/1.1 408");
    }

    /// Any bytes at all are 2xx or 4xx, and the server is as well afterwards as before.
    @Test
    void doors_randomBytes_neverOurFault() {
        long seed = 20_261_124;
        var random = new SplittableRandom(seed);
        byte[] good = ConformanceTest.pushMessage(p1().bytes()).toByteArray();
        for (int round = 0; round < 300; round++) {
            byte[] body = good.clone();
            for (int flip = random.nextInt(1, 6); flip > 0; flip--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            assertNotOurFault(server().post(PUSH, "application/proto", body), seed, round);
            assertNotOurFault(
                    server().post("/ingest?name=a&format=pprof", "", body), seed, round);
            assertNotOurFault(
                    server().post("/ingest?name=a", "multipart/form-data; boundary=x", body),
                    seed,
                    round);
        }
        assertThat(server().get("/ready").status()).isEqualTo(200);
    }

    private static void assertNotOurFault(Reply reply, long seed, int round) {
        assertThat(reply.status())
                .as("seed %d round %d: %s", seed, round, reply.text())
                .isBetween(200, 499);
    }

    static java.util.stream.Stream<Arguments> headersOfBrowsers() {
        return java.util.stream.Stream.of(
                Arguments.of(List.of("Origin", "http://evil.example"), 403),
                Arguments.of(List.of("Origin", "null"), 403),
                Arguments.of(List.of("Sec-Fetch-Site", "cross-site"), 403),
                Arguments.of(List.of("Sec-Fetch-Site", "same-origin"), 200),
                Arguments.of(List.of("Sec-Fetch-Site", "same-origin", "Origin", "OWN"), 200),
                Arguments.of(List.of("User-Agent", "pyroscope-rs"), 200));
    }

    @ParameterizedTest
    @MethodSource("headersOfBrowsers")
    void query_fromPage_onlyOurOwn(List<String> headers, int status) {
        String[] real =
                headers.stream()
                        .map(text -> text.equals("OWN") ? "http://" + server().authority() : text)
                        .toArray(String[]::new);
        Reply reply = server().query("ProfileTypes", "{" + around() + "}", real);
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    }

    @Test
    void page_underAnotherHost_refusedToBrowsersOnly() {
        String request = "GET /ready HTTP/1.1\r\nHost: rebound.example:4040\r\nConnection: close\r\n";
        assertThat(server().raw(request + "Sec-Fetch-Mode: cors\r\n\r\n"))
                .startsWith("HTTP/1.1 403")
                .contains("permission_denied");
        assertThat(server().raw(request + "\r\n")).startsWith("HTTP/1.1 200");
    }

    @Test
    void requestTarget_controlCharacters_refused() {
        String answer =
                server().raw("GET /re\u0001ady HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 4");
    }

    @Test
    void headers_oversize_refused() {
        String answer =
                server().raw(
                                "GET /ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: "
                                        + "y".repeat(20_000)
                                        + "\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 431");
    }

    @Test
    void bodiesInFlight_moreThanBudget_overloaded(@TempDir Path other) {
        try (var small =
                RunningServer.in(other, Map.of("bodies-bytes-max", "20000"))) {
            Reply reply = small.post("/ingest?name=a&format=pprof", "", new byte[30_000]);
            assertThat(reply.status()).isEqualTo(429);
            assertThat(reply.header("retry-after")).isEqualTo("1");
            assertThat(small.post("/ingest?name=a&format=pprof", "", p1().gzip()).status())
                    .isEqualTo(200);
        }
    }
}
