package io.flamekeeper.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.flamekeeper.ingest.TenantGate;
import io.flamekeeper.ingest.UploadCounters;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.testkit.PprofBytes;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// A server on a free port with a store in a folder of its own, and the clients' side of it.
final class RunningServer implements AutoCloseable {
    /// What the server takes for now; all drawn profiles are of about then.
    static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    static final String CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
    static final String SERVICE = "svc";

    private static final JsonMapper JSON = new JsonMapper();

    private final ProfilingServer server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private RunningServer(ProfilingServer server) {
        this.server = server;
    }

    /// @param settings beside `listen` and `data`
    static RunningServer in(Path folder, Map<String, String> settings) {
        return start(
                folder,
                settings,
                new ProfilingServer.World(
                        InstantSource.fixed(NOW),
                        new SplittableRandom(4711),
                        RunningServer::unexpectedFault));
    }

    private static void unexpectedFault(String why) {
        throw new AssertionError(why);
    }

    static RunningServer start(
            Path folder, Map<String, String> settings, ProfilingServer.World world) {
        return new RunningServer(ProfilingServer.start(config(folder, settings), world));
    }

    static ServerConfig config(Path folder, Map<String, String> settings) {
        Map<String, Settings.Value> chosen = new HashMap<>();
        settings.forEach((key, text) -> chosen.put(key, new Settings.Value(text, "test")));
        chosen.putIfAbsent("listen", new Settings.Value("127.0.0.1:0", "test"));
        chosen.putIfAbsent("reserve-bytes", new Settings.Value("0", "test"));
        chosen.put("data", new Settings.Value(folder.toString(), "test"));
        return ServerConfig.of(Settings.resolve(Optional.empty(), Map.of(), chosen));
    }

    URI uri() {
        return server.uri();
    }

    String authority() {
        return server.uri().getAuthority();
    }

    @Override
    public void close() {
        client.close();
        server.close();
        checkConserved();
    }

    /// Whatever a test did: what it sent is accounted for, and the store has as much as the doors say.
    private void checkConserved() {
        long storedProfiles = 0;
        long repeated = 0;
        boolean isSure = true;
        for (TenantGate gate : server.gates()) {
            UploadCounters uploads = gate.counters();
            assertThat(uploads.underWay()).as("uploads that met no end").isZero();
            assertThat(uploads.rejected(ErrorCode.INTERNAL)).as("lost by our fault").isZero();
            isSure &= uploads.rejected(ErrorCode.STORE_UNAVAILABLE) == 0;
            storedProfiles += uploads.storedProfiles();
            repeated += uploads.repeated();
        }
        long stored = server.statistics().appendedProfiles();
        assertThat(storedProfiles)
                .as("profiles stored, as the doors and as the store count")
                .isBetween(isSure ? stored : 0, stored);
        assertThat(repeated).isEqualTo(server.statistics().repeatedUploads());
    }

    List<ProfilingServer.Route> routes() {
        return server.routes();
    }

    /// Two stacks of one service, 4 in all.
    static PprofBytes p1() {
        return PprofBytes.cpu(
                        """
                        1    3
                        foo  foo
                        bar  bar
                        baz  boz
                        """)
                .time(nanos(NOW));
    }

    static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    static long millis() {
        return NOW.toEpochMilli();
    }

    /// An hour around now, as JSON members.
    static String around() {
        return "\"start\":%d,\"end\":%d".formatted(millis() - 3_600_000, millis() + 3_600_000);
    }

    /// Asks about an hour around now.
    Querier querier() {
        return querier(NOW.minusSeconds(3_600), NOW.plusSeconds(3_600));
    }

    Querier querier(Instant from, Instant until) {
        return new Querier(this, from, until);
    }

    /// Pushes as JSON. Labels are `name=value`.
    Reply push(byte[] pprof, String... labels) {
        return call("push.v1.PusherService/Push", pushJson(pprof, labels));
    }

    static String pushJson(byte[] pprof, String... labels) {
        StringBuilder pairs = new StringBuilder();
        for (String label : labels) {
            int equals = label.indexOf('=');
            pairs.append(pairs.isEmpty() ? "" : ",")
                    .append("{\"name\":\"")
                    .append(label, 0, equals)
                    .append("\",\"value\":\"")
                    .append(label, equals + 1, label.length())
                    .append("\"}");
        }
        return "{\"series\":[{\"labels\":[%s],\"samples\":[{\"rawProfile\":\"%s\",\"ID\":\"7\"}]}]}"
                .formatted(pairs, Base64.getEncoder().encodeToString(pprof));
    }

    /// Pushes the profile for [#SERVICE] and expects success.
    void store(PprofBytes pprof) {
        Reply reply = push(pprof.gzip(), "__name__=process_cpu", "service_name=" + SERVICE);
        if (reply.status() != 200) {
            throw new AssertionError(reply.text());
        }
    }

    /// Calls a method as Connect JSON.
    Reply call(String method, String json, String... headers) {
        return post("/" + method, "application/json", json.getBytes(UTF_8), headers);
    }

    Reply query(String method, String json, String... headers) {
        return call("querier.v1.QuerierService/" + method, json, headers);
    }

    /// @param headers names and values in turn
    Reply post(String path, String contentType, byte[] body, String... headers) {
        var request =
                HttpRequest.newBuilder(uri().resolve(path))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (!contentType.isEmpty()) {
            request.header("Content-Type", contentType);
        }
        return send(request, headers);
    }

    Reply get(String path, String... headers) {
        return send(HttpRequest.newBuilder(uri().resolve(path)), headers);
    }

    Reply method(String method, String path, String... headers) {
        return send(
                HttpRequest.newBuilder(uri().resolve(path))
                        .method(method, HttpRequest.BodyPublishers.noBody()),
                headers);
    }

    private Reply send(HttpRequest.Builder request, String... headers) {
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<byte[]> response =
                    client.send(
                            request.timeout(Duration.ofSeconds(30)).build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            Map<String, String> first = new HashMap<>();
            response.headers().map().forEach((name, values) -> first.put(name, values.getFirst()));
            return new Reply(response.statusCode(), first, response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Sends these bytes and reads one answer, which must say its length.
    String raw(String request) {
        try (var socket = new Socket(uri().getHost(), uri().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            return answer(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String answer(InputStream in) throws IOException {
        var all = new ByteArrayOutputStream();
        int missing = 1;
        while (missing > 0) {
            byte[] some = in.readNBytes(missing);
            if (some.length == 0) {
                throw new EOFException("after " + all.toString(UTF_8));
            }
            all.writeBytes(some);
            missing = missing(all.toString(ISO_8859_1));
        }
        return all.toString(UTF_8);
    }

    /// How many bytes are surely still to come.
    private static int missing(String answer) {
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0) {
            return 1;
        }
        int length = answer.toLowerCase(Locale.ROOT).indexOf("content-length: ") + 16;
        int lineEnd = answer.indexOf("\r\n", length);
        return Integer.parseInt(answer.substring(length, lineEnd)) - (answer.length() - end - 4);
    }

    /// @param headers first value by name in lower case
    record Reply(int status, Map<String, String> headers, byte[] body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        String text() {
            return new String(body, UTF_8);
        }

        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new AssertionError(text(), e);
            }
        }
    }
}
