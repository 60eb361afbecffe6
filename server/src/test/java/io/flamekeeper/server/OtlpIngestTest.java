package io.flamekeeper.server;

import static io.flamekeeper.server.RunningServer.CPU;
import static io.flamekeeper.server.RunningServer.NOW;
import static io.flamekeeper.server.RunningServer.around;
import static io.flamekeeper.server.RunningServer.nanos;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Any;
import io.flamekeeper.api.rpc.RetryInfo;
import io.flamekeeper.server.RunningServer.Reply;
import io.flamekeeper.testkit.OtlpJsonText;
import io.flamekeeper.testkit.OtlpMessage;
import io.flamekeeper.testkit.PprofBytes;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.opentelemetry.proto.collector.profiles.v1development.ExportProfilesServiceRequest;
import io.opentelemetry.proto.collector.profiles.v1development.ExportProfilesServiceResponse;
import io.opentelemetry.proto.collector.profiles.v1development.ProfilesServiceGrpc;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// OpenTelemetry's profiles by all its doors, seen from outside; requests and the gRPC client are OpenTelemetry's own
/// classes.
class OtlpIngestTest {
    private static final String PATH = "/v1development/profiles";
    private static final String RPC_PATH =
            "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export";
    private static final String PROTO = "application/x-protobuf";
    private static final String JSON = "application/json";

    @TempDir private Path folder = Path.of("");

    private static OtlpMessage drawn() {
        return new OtlpMessage()
                .resource(Map.of("service.name", "checkout"))
                .cpu(50_000_000)
                .time(nanos(NOW))
                .draw(
                        """
                        3{thread.name=a}  1
                        main              main
                        work              0x77@/usr/lib/libc.so
                        """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"proto", "gzip", "json", "protobuf", "rpc path", "grpc", "grpc gzip"})
    void export_byAnyDoor_isTheSameFlameGraph(String door) throws Exception {
        ExportProfilesServiceRequest request = drawn().request();
        byte[] body = request.toByteArray();
        try (var server = RunningServer.in(folder, Map.of())) {
            switch (door) {
                case "proto" -> accepted(server.post(PATH, PROTO, body), PROTO, "");
                case "protobuf" ->
                        accepted(server.post(PATH, "application/protobuf", body), PROTO, "");
                case "gzip" ->
                        accepted(
                                server.post(
                                        PATH,
                                        PROTO,
                                        PprofBytes.gzip(body),
                                        "Content-Encoding",
                                        "gzip"),
                                PROTO,
                                "");
                case "json" ->
                        accepted(
                                server.post(
                                        PATH,
                                        JSON + "; charset=utf-8",
                                        OtlpJsonText.of(request).getBytes(UTF_8)),
                                JSON,
                                "{}");
                case "rpc path" -> accepted(server.post(RPC_PATH, PROTO, body), PROTO, "");
                default ->
                        assertThat(grpc(server, request, door.endsWith("gzip")))
                                .isEqualTo(ExportProfilesServiceResponse.getDefaultInstance());
            }
            JsonNode graph = flameGraph(server, "service_name=\\\"checkout\\\"");
            assertThat(graph.get("total").asLong()).isEqualTo(200_000_000);
            assertThat(graph.get("names"))
                    .extracting(JsonNode::asText)
                    .containsExactlyInAnyOrder("total", "main", "work", "libc.so!0x77");
            assertThat(flameGraph(server, "\\\"thread.name\\\"=\\\"a\\\"").get("total").asLong())
                    .isEqualTo(150_000_000);
        }
    }

    private static void accepted(Reply reply, String contentType, String body) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("content-type")).isEqualTo(contentType);
        assertThat(reply.text()).isEqualTo(body);
    }

    @Test
    void export_oneBadProfileOfTwo_isPartialSuccess() throws Exception {
        ExportProfilesServiceRequest request =
                drawn().cpu(1).time(nanos(NOW.plusSeconds(86_400))).draw("1\nmain").request();
        try (var server = RunningServer.in(folder, Map.of())) {
            Reply reply = server.post(PATH, PROTO, request.toByteArray());
            assertThat(reply.status()).isEqualTo(200);
            var partial = ExportProfilesServiceResponse.parseFrom(reply.body()).getPartialSuccess();
            assertThat(partial.getRejectedProfiles()).isEqualTo(1);
            assertThat(partial.getErrorMessage()).contains("profile time");
            Reply json = server.post(PATH, JSON, OtlpJsonText.of(request).getBytes(UTF_8));
            assertThat(json.json().at("/partialSuccess/rejectedProfiles").asText()).isEqualTo("1");
            assertThat(grpc(server, request, false).getPartialSuccess()).isEqualTo(partial);
            // The same bytes by another door are the same upload; other bytes are another.
            assertThat(flameGraph(server, "").get("total").asLong()).isEqualTo(400_000_000);
            assertThat(server.get("/metrics").text())
                    .contains(
                            "flamekeeper_uploads_received_total{tenant=\"anonymous\"} 6.0",
                            "flamekeeper_uploads_stored_total{tenant=\"anonymous\"} 2.0",
                            "flamekeeper_uploads_repeated_total{tenant=\"anonymous\"} 1.0",
                            "flamekeeper_uploads_rejected_total{reason=\"clock_skew\",tenant=\"anonymous\"} 3.0");
        }
    }

    @Test
    void export_nothingThatCanBeTaken_isRefusedInItsOwnEncoding() throws Exception {
        ExportProfilesServiceRequest request =
                new OtlpMessage().resource(Map.of()).profile("", "").draw("1\nmain").request();
        try (var server = RunningServer.in(folder, Map.of())) {
            for (byte[] body :
                    List.of(request.toByteArray(), new byte[] {0x0a, 0x7f}, new byte[0])) {
                Reply reply = server.post(PATH, PROTO, body);
                assertThat(reply.status()).isEqualTo(400);
                assertThat(reply.header("content-type")).isEqualTo(PROTO);
                var status = io.flamekeeper.api.rpc.Status.parseFrom(reply.body());
                assertThat(status.getCode()).isEqualTo(3);
                assertThat(status.getMessage()).contains("(expected: ");
            }
            Reply json = server.post(PATH, JSON, "{\"dictionary\":7}".getBytes(UTF_8));
            assertThat(json.status()).isEqualTo(400);
            assertThat(json.json().get("message").asText()).contains("at byte 14");
            assertThatThrownBy(() -> grpc(server, request, false))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e ->
                                    assertThat(e.getStatus().getCode())
                                            .isEqualTo(Status.Code.INVALID_ARGUMENT));
            assertThat(server.get("/api/v1/status").text()).contains("sample type has no name");
        }
    }

    @Test
    void export_emptyResource_isTakenAndNothingIsStored() {
        try (var server = RunningServer.in(folder, Map.of())) {
            accepted(
                    server.post(PATH, PROTO, new OtlpMessage().resource(Map.of()).bytes()),
                    PROTO,
                    "");
            assertThat(server.get("/metrics").text())
                    .contains("flamekeeper_uploads_received_total{tenant=\"anonymous\"} 0.0");
        }
    }

    @Test
    void export_wrongInForm_hasItsStatus() {
        byte[] body = drawn().bytes();
        try (var server = RunningServer.in(folder, Map.of("body-bytes-max", "2000"))) {
            assertThat(server.post(PATH, "text/plain", body).status()).isEqualTo(415);
            assertThat(server.post(PATH, "application/proto", body).status()).isEqualTo(415);
            assertThat(server.post(PATH, PROTO, body, "Content-Encoding", "br").status())
                    .isEqualTo(415);
            assertThat(server.post(PATH, PROTO, body, "Content-Encoding", "gzip").status())
                    .isEqualTo(400);
            byte[] large = new byte[3_000];
            assertThat(server.post(PATH, PROTO, large).status()).isEqualTo(413);
            assertThat(
                            server.post(
                                            PATH,
                                            PROTO,
                                            PprofBytes.gzip(large),
                                            "Content-Encoding",
                                            "gzip")
                                    .status())
                    .isEqualTo(413);
            assertThat(server.get(PATH).status()).isEqualTo(405);
        }
    }

    @Test
    void export_beyondWhatTheServerHolds_saysWhenToComeBack() {
        byte[] noise = new byte[100_000];
        new Random(1).nextBytes(noise);
        OtlpMessage message = drawn();
        message.dictionary().addStringTable(java.util.HexFormat.of().formatHex(noise));
        try (var server = RunningServer.in(folder, Map.of("bodies-bytes-max", "50000"))) {
            Reply reply = server.post(PATH, PROTO, message.bytes());
            assertThat(reply.status()).isEqualTo(429);
            assertThat(reply.header("retry-after")).isEqualTo("1");
            assertThatThrownBy(() -> grpc(server, message.request(), false))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> {
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                                assertThat(retryInfo(e).getRetryDelay().getSeconds()).isEqualTo(1);
                            });
        }
    }

    @Test
    void export_beyondTheRate_saysByEveryProtocolWhenToComeBack() {
        try (var server =
                RunningServer.in(folder, Map.of("upload-rate", "1", "upload-burst", "1"))) {
            byte[] body = drawn().bytes();
            accepted(server.post(PATH, PROTO, body), PROTO, "");
            assertThat(server.post(PATH, PROTO, body).header("retry-after")).isEqualTo("60");
            assertThatThrownBy(() -> grpc(server, drawn().request(), false))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> {
                                assertThat(retryInfo(e).getRetryDelay().getSeconds()).isEqualTo(60);
                                var pushback =
                                        Metadata.Key.of(
                                                "grpc-retry-pushback-ms",
                                                Metadata.ASCII_STRING_MARSHALLER);
                                assertThat(requireNonNull(e.getTrailers()).get(pushback))
                                        .isEqualTo("60000");
                            });
        }
    }

    /// A partial success would lose the rest: nobody sends it again.
    @Test
    void export_partRefusedForNow_isToBeSentAgainAndCountsOnce() {
        OtlpMessage two = drawn();
        two.resource(Map.of("service.name", "search"))
                .cpu(50_000_000)
                .time(nanos(NOW))
                .draw("5\nmain");
        try (var server = RunningServer.in(folder, Map.of("series-max", "2"))) {
            for (int times = 1; times <= 2; times++) {
                Reply reply = server.post(PATH, PROTO, two.bytes());
                assertThat(reply.status()).as(reply.text()).isEqualTo(429);
                assertThat(reply.header("retry-after")).isEqualTo("60");
                assertThat(server.get("/metrics").text())
                        .contains(
                                "flamekeeper_uploads_received_total{tenant=\"anonymous\"} %d.0"
                                        .formatted(2 * times),
                                "flamekeeper_uploads_stored_total{tenant=\"anonymous\"} 1.0",
                                "flamekeeper_uploads_repeated_total{tenant=\"anonymous\"} %d.0"
                                        .formatted(times - 1));
            }
            assertThat(flameGraph(server, "").get("total").asLong()).isEqualTo(200_000_000);
        }
    }

    private static RetryInfo retryInfo(StatusRuntimeException e) {
        var key = Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
        try {
            Any detail =
                    io.flamekeeper.api.rpc.Status.parseFrom(
                                    requireNonNull(requireNonNull(e.getTrailers()).get(key)))
                            .getDetails(0);
            return detail.unpack(RetryInfo.class);
        } catch (com.google.protobuf.InvalidProtocolBufferException broken) {
            throw new AssertionError(broken);
        }
    }

    @Test
    void export_hostileBytes_areAnsweredAndTheNextIsTaken() {
        var random = new Random(20261126);
        byte[] body = drawn().bytes();
        try (var server = RunningServer.in(folder, Map.of())) {
            for (int round = 0; round < 300; round++) {
                byte[] broken = body.clone();
                for (int flip = 0; flip < 3; flip++) {
                    broken[random.nextInt(broken.length)] ^= (byte) (1 + random.nextInt(255));
                }
                assertThat(server.post(PATH, PROTO, broken).status()).isIn(200, 400);
            }
            accepted(server.post(PATH, PROTO, body), PROTO, "");
        }
    }

    private static ExportProfilesServiceResponse grpc(
            RunningServer server, ExportProfilesServiceRequest request, boolean gzip) {
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(server.authority()).usePlaintext().build();
        try {
            var stub =
                    ProfilesServiceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(20, TimeUnit.SECONDS);
            return (gzip ? stub.withCompression("gzip") : stub).export(request);
        } finally {
            channel.shutdownNow();
        }
    }

    private static JsonNode flameGraph(RunningServer server, String selector) {
        Reply reply =
                server.query(
                        "SelectMergeStacktraces",
                        "{\"profileTypeID\":\""
                                + CPU
                                + "\",\"labelSelector\":\"{"
                                + selector
                                + "}\","
                                + around()
                                + "}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().get("flamegraph");
    }
}
