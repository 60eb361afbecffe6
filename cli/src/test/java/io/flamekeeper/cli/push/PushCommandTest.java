package io.flamekeeper.cli.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.flamekeeper.intake.IngestParameters;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.model.Profile;
import io.flamekeeper.testkit.JfrBytes;
import io.flamekeeper.testkit.PprofBytes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// What `flamekeeper push` sends, and what it makes of answers, whoever gives them.
class PushCommandTest {
    private static final Instant CHANGED = Instant.parse("2026-01-31T12:00:00Z");

    @TempDir private Path folder = Path.of("");
    private final List<Sent> sent = new ArrayList<>();

    /// Given in turn, the last one for ever.
    private final List<Given> answers = new ArrayList<>();

    private final List<HttpServer> servers = new ArrayList<>();

    private record Sent(
            Map<String, String> query, String path, Map<String, String> headers, byte[] body) {}

    private record Given(int status, Map<String, String> headers, String body) {
        static Given ok(Map<String, String> headers) {
            return new Given(200, headers, "");
        }
    }

    private record Run(int code, String out, String err) {}

    @BeforeEach
    void listen() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        servers.add(server);
    }

    @AfterEach
    void close() {
        servers.forEach(server -> server.stop(0));
    }

    private void answer(HttpExchange exchange) throws IOException {
        Map<String, String> query = new HashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            int equals = pair.indexOf('=');
            query.put(
                    pair.substring(0, equals),
                    URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) ->
                        headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
        sent.add(
                new Sent(
                        query,
                        exchange.getRequestURI().getPath(),
                        headers,
                        exchange.getRequestBody().readAllBytes()));
        Given given = answers.size() > 1 ? answers.removeFirst() : answers.getFirst();
        given.headers().forEach(exchange.getResponseHeaders()::add);
        byte[] body = given.body().getBytes(UTF_8);
        exchange.sendResponseHeaders(given.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private Run push(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        List<String> all = new ArrayList<>(List.of(arguments));
        if (all.stream().noneMatch(argument -> argument.startsWith("--url="))) {
            int port = servers.getFirst().getAddress().getPort();
            all.addFirst("--url=http://127.0.0.1:" + port + "/base/");
        }
        int code =
                new CommandLine(new PushCommand())
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .setExecutionExceptionHandler((failure, line, _) -> {
                            line.getErr().println(failure.getMessage());
                            return 2;
                        })
                        .execute(all.toArray(String[]::new));
        return new Run(code, out.toString(), err.toString());
    }

    private String file(String name, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve(name), content);
        Files.setLastModifiedTime(file, FileTime.from(CHANGED));
        return file.toString();
    }

    private String folded() throws IOException {
        return file("a b.out.txt", "main;work 3\n".getBytes(UTF_8));
    }

    @Test
    void push_folded_saysNameLabelsTimesAndType() throws IOException {
        answers.add(Given.ok(Map.of("flamekeeper-upload", "stored", "flamekeeper-profiles", "2")));
        Run run =
                push(
                        "--label=region=eu west",
                        "--label=k=a=b",
                        "--type=wall",
                        "--sample-rate=250",
                        "--token=secret",
                        "--tenant=acme",
                        folded());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("a b.out.txt", "groups", "12", "stored, 2 profiles")
                .endsWith(
                        "1 file, 12 bytes taken: 1 stored (2 profiles), 0 repeated, 0 empty, 0 failed"
                                + System.lineSeparator());
        Sent request = sent.getFirst();
        assertThat(request.path()).isEqualTo("/base/ingest");
        assertThat(request.query())
                .containsEntry("name", "a-b{region=eu west,k=a=b}")
                .containsEntry("format", "groups")
                .containsEntry("from", "1769860800000000000")
                .containsEntry("until", "1769860800000000000")
                .containsEntry("profileType", "wall")
                .containsEntry("sampleRate", "250");
        assertThat(request.headers())
                .containsEntry("authorization", "Bearer secret")
                .containsEntry("x-scope-orgid", "acme");
        assertThat(new String(request.body(), UTF_8)).isEqualTo("main;work 3\n");
    }

    @Test
    void push_user_isBasic() throws IOException {
        answers.add(Given.ok(Map.of()));
        push("--user=u:p", folded());
        assertThat(sent.getFirst().headers()).containsEntry("authorization", "Basic dTpw");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void push_serverWithoutRoom_sendsAgainWhenItSays(int status) throws IOException {
        answers.add(new Given(status, Map.of("Retry-After", "0"), "{}"));
        answers.add(new Given(status, Map.of("Retry-After", "0"), "{}"));
        answers.add(Given.ok(Map.of("flamekeeper-upload", "stored", "flamekeeper-profiles", "1")));
        Run run = push(folded());

        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("stored, 1 profile, sent 3 times");
        assertThat(sent).hasSize(3);
        assertThat(sent.get(2).query()).isEqualTo(sent.get(0).query());
    }

    @Test
    void push_serverThatNeverHasRoom_failsWithWhatItSays() throws IOException {
        answers.add(
                new Given(
                        429,
                        Map.of("Retry-After", "0"),
                        "{\"code\":\"resource_exhausted\",\"message\":\"too \\u001b[31mmuch\"}"));
        Run run = push("--retries=2", folded());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("FAILED: 429 too ?[31mmuch, sent 3 times")
                .contains("0 stored (0 profiles), 0 repeated, 0 empty, 1 failed");
        assertThat(sent).hasSize(3);
    }

    @Test
    void push_refusal_isNotSentAgain() throws IOException {
        answers.add(new Given(422, Map.of(), "no JSON"));
        Run run = push(folded());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("FAILED: 422 no JSON");
        assertThat(sent).hasSize(1);
    }

    @Test
    void push_nothingInIt_isNoFailure() throws IOException {
        answers.add(Given.ok(Map.of("flamekeeper-upload", "empty", "flamekeeper-profiles", "0")));
        Run run = push(folded());
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("empty: nothing in it to store");
    }

    @Test
    void push_noServer_isAFailureInWords() throws IOException {
        int port = servers.getFirst().getAddress().getPort();
        close();
        Run run = push(folded());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("FAILED: no server at http://127.0.0.1:" + port + "/base");
    }

    @Test
    void push_manyFilesAtOnce_areReportedInTheirOrder() throws IOException {
        answers.add(Given.ok(Map.of()));
        String[] files = new String[40];
        for (int i = 0; i < files.length; i++) {
            files[i] = file("file-" + i + ".txt", ("main " + i).getBytes(UTF_8));
        }
        Run run = push(files);
        List<String> lines = run.out().lines().toList();
        for (int i = 0; i < files.length; i++) {
            assertThat(lines.get(i)).startsWith(files[i]);
        }
    }

    @Test
    void push_otlp_goesToItsOwnDoorAndIsTakenAsAWhole() throws IOException {
        String export = "{\"resourceProfiles\":[],\"dictionary\":{}}";
        answers.add(Given.ok(Map.of()));
        answers.add(new Given(200, Map.of(), "{\"partialSuccess\":{}}"));
        answers.add(new Given(200, Map.of(), "{\"partialSuccess\":{\"rejectedProfiles\":\"1\"}}"));
        String json = file("a.json", export.getBytes(UTF_8));
        String proto = file("a.pb.gz", PprofBytes.gzip(new byte[] {10, 0, 18, 0}));

        assertThat(push(json).code()).isZero();
        assertThat(push(proto).code()).isZero();
        Run partial = push(json);

        assertThat(partial.code()).isEqualTo(1);
        assertThat(partial.out()).contains("otlp json", "FAILED: a part was refused");
        assertThat(sent).extracting(Sent::path).containsOnly("/base/v1development/profiles");
        assertThat(sent.get(0).headers()).containsEntry("content-type", "application/json");
        assertThat(sent.get(1).headers())
                .containsEntry("content-type", "application/x-protobuf")
                .containsEntry("content-encoding", "gzip");
        assertThat(push("--name=x", json).out()).contains("has its own service");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void push_pprofWithATimeThatIsSaid_hasThatTime(boolean isGzip) throws IOException {
        answers.add(Given.ok(Map.of()));
        byte[] profile = PprofBytes.cpu("7\nmain").time(1_700_000_000_000_000_000L).bytes();
        push(
                "--from=2026-01-31T12:00:00Z",
                "--until=2026-01-31T12:00:10Z",
                file("a.pb", isGzip ? PprofBytes.gzip(profile) : profile));

        Profile stored =
                new Intake(IntakeLimits.DEFAULTS, InstantSource.system())
                        .ingestPprof(
                                IngestParameters.parse(
                                        sent.getFirst().query(), InstantSource.system()),
                                sent.getFirst().body(),
                                Optional.empty())
                        .profiles()
                        .getFirst();
        assertThat(stored.timeNanos()).isEqualTo(1_769_860_800_000_000_000L);
        assertThat(stored.durationNanos()).isEqualTo(10_000_000_000L);
        assertThat(stored.value()).containsExactly(7);
    }

    @Test
    void push_recording_isOfTheTimeThatItsChunksSay() throws IOException {
        answers.add(Given.ok(Map.of()));
        byte[] first = new JfrBytes().setting("event", "cpu").bytes();
        byte[] both = new byte[2 * first.length];
        for (int chunk = 0; chunk < 2; chunk++) {
            System.arraycopy(first, 0, both, chunk * first.length, first.length);
            ByteBuffer.wrap(both)
                    .putLong(
                            chunk * first.length + 32,
                            1_769_860_800_000_000_000L + chunk * 60_000_000_000L)
                    .putLong(chunk * first.length + 40, 60_000_000_000L);
        }
        push(file("a.jfr", both));
        assertThat(sent.getFirst().query())
                .containsEntry("from", "1769860800000000000")
                .containsEntry("until", "1769860920000000000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--label=a b=c",
                "--label=__name__=x",
                "--label=a=b,c",
                "--label=a=b}",
                "--name=a{b=c}",
                "--from=yesterday",
                "--from=now-1",
                "--from=2026-01-31T12:00:00Z --until=2026-01-31T11:00:00Z",
                "--format=png",
                "--parallel=0",
                "--retries=-1",
                "--sample-rate=-1",
                "--url=ftp://a",
                "--url=nowhere",
                "--url=http://user:password@a",
                "--token=a\u0001b",
                "--tenant=\u00e4",
            })
    void push_optionsThatMakeNoSense_wrongUsageAndNothingSent(String options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(options.split(" (?=--)")));
        arguments.add(folded());
        Run run = push(arguments.toArray(String[]::new));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("expected").doesNotContain("password@");
        assertThat(sent).isEmpty();
    }
}
