package io.flamekeeper.server;

import static io.flamekeeper.server.RunningServer.CPU;
import static io.flamekeeper.server.RunningServer.around;
import static io.flamekeeper.server.RunningServer.millis;
import static io.flamekeeper.server.RunningServer.p1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import io.flamekeeper.api.health.v1.HealthCheckRequest;
import io.flamekeeper.api.health.v1.HealthCheckResponse;
import io.flamekeeper.api.push.v1.PushResponse;
import io.flamekeeper.api.querier.v1.ProfileTypesRequest;
import io.flamekeeper.api.querier.v1.ProfileTypesResponse;
import io.flamekeeper.api.querier.v1.SelectMergeStacktracesRequest;
import io.flamekeeper.api.querier.v1.SelectMergeStacktracesResponse;
import io.flamekeeper.server.RunningServer.Reply;
import io.flamekeeper.testkit.PprofBytes;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One method, one answer, whatever the protocol.
class ProtocolTest {
    private static final String TYPES = "/querier.v1.QuerierService/ProfileTypes";

    @TempDir private static Path folder = Path.of("");
    private static final List<AutoCloseable> OPEN = new java.util.ArrayList<>();

    @BeforeAll
    static void start() {
        RunningServer server = RunningServer.in(folder, Map.of());
        OPEN.add(server);
        server.store(p1());
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(server.authority()).usePlaintext().build();
        OPEN.add(channel::shutdownNow);
        OPEN.add(() -> {});
        CHANNEL.add(channel);
    }

    private static final List<ManagedChannel> CHANNEL = new java.util.ArrayList<>();

    private static RunningServer server() {
        return (RunningServer) OPEN.getFirst();
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable open : OPEN.reversed()) {
            open.close();
        }
    }

    @Test
    @DisplayName("check 30: gRPC over h2c with prior knowledge gives the same types")
    void grpc_profileTypes_sameAsConnect() {
        ProfileTypesResponse answer =
                grpc(
                        TYPES,
                        ProfileTypesRequest.newBuilder()
                                .setStart(millis() - 1_000)
                                .setEnd(millis() + 1_000)
                                .build(),
                        ProfileTypesResponse.getDefaultInstance(),
                        CallOptions.DEFAULT);
        assertThat(answer.getProfileTypesList()).hasSize(1);
        assertThat(answer.getProfileTypes(0).getID()).isEqualTo(CPU);
    }

    @Test
    @DisplayName("check 30: a bad selector is gRPC status 3")
    void grpc_badSelector_invalidArgument() {
        assertThatThrownBy(
                        () ->
                                grpc(
                                        "/querier.v1.QuerierService/SelectMergeStacktraces",
                                        SelectMergeStacktracesRequest.newBuilder()
                                                .setProfileTypeID(CPU)
                                                .setLabelSelector("{ä=}")
                                                .setStart(1)
                                                .setEnd(2)
                                                .build(),
                                        SelectMergeStacktracesResponse.getDefaultInstance(),
                                        CallOptions.DEFAULT))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> {
                            assertThat(e.getStatus().getCode())
                                    .as(e.getMessage())
                                    .isEqualTo(Status.Code.INVALID_ARGUMENT);
                            assertThat(e.getStatus().getDescription()).contains("selector");
                        });
    }

    @Test
    void grpc_gzipMessage_taken() {
        PushResponse answer =
                grpc(
                        "/push.v1.PusherService/Push",
                        ConformanceTest.pushMessage(p1().bytes()),
                        PushResponse.getDefaultInstance(),
                        CallOptions.DEFAULT.withCompression("gzip"));
        assertThat(answer).isEqualTo(PushResponse.getDefaultInstance());
    }

    @Test
    void grpc_unknownMethod_unimplemented() {
        assertThatThrownBy(
                        () ->
                                grpc(
                                        "/querier.v1.QuerierService/Nothing",
                                        ProfileTypesRequest.getDefaultInstance(),
                                        ProfileTypesResponse.getDefaultInstance(),
                                        CallOptions.DEFAULT))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.UNIMPLEMENTED));
    }

    @Test
    void grpc_health_serving() {
        HealthCheckResponse answer =
                grpc(
                        "/grpc.health.v1.Health/Check",
                        HealthCheckRequest.getDefaultInstance(),
                        HealthCheckResponse.getDefaultInstance(),
                        CallOptions.DEFAULT);
        assertThat(answer.getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    }

    private static <A extends Message> A grpc(
            String path, Message request, A answer, CallOptions options) {
        MethodDescriptor<Message, A> method =
                MethodDescriptor.<Message, A>newBuilder()
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName(path.substring(1))
                        .setRequestMarshaller(ProtoUtils.marshaller(request))
                        .setResponseMarshaller(ProtoUtils.marshaller(answer))
                        .build();
        return ClientCalls.blockingUnaryCall(
                CHANNEL.getFirst(),
                method,
                options.withDeadlineAfter(20, TimeUnit.SECONDS),
                request);
    }

    @Test
    void grpcWeb_http1_trailersInBody() throws Exception {
        byte[] request =
                ProfileTypesRequest.newBuilder()
                        .setStart(millis() - 1_000)
                        .setEnd(millis() + 1_000)
                        .build()
                        .toByteArray();
        Reply reply = server().post(TYPES, "application/grpc-web+proto", frame(request));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("content-type")).isEqualTo("application/grpc-web+proto");
        ByteBuffer body = ByteBuffer.wrap(reply.body());
        assertThat(body.get()).isZero();
        byte[] message = new byte[body.getInt()];
        body.get(message);
        assertThat(ProfileTypesResponse.parseFrom(message).getProfileTypes(0).getID())
                .isEqualTo(CPU);
        assertThat(body.get() & 0xff).isEqualTo(0x80);
        byte[] trailers = new byte[body.getInt()];
        body.get(trailers);
        assertThat(new String(trailers, US_ASCII)).isEqualTo("grpc-status:0\r\n");
        assertThat(body.hasRemaining()).isFalse();
    }

    @Test
    void grpcWeb_error_onlyTrailers() {
        Reply reply =
                server().post(
                                "/querier.v1.QuerierService/LabelNames",
                                "application/grpc-web",
                                frame(new byte[0]));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()[0] & 0xff).isEqualTo(0x80);
        assertThat(reply.text()).contains("grpc-status:3\r\n", "missing time range");
    }

    @Test
    void grpc_overHttp1_needsHttp2() {
        assertThat(server().post(TYPES, "application/grpc", frame(new byte[0])).status())
                .isEqualTo(505);
    }

    private static byte[] frame(byte[] message) {
        return ByteBuffer.allocate(5 + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
    }

    @Test
    void connect_h2cPriorKnowledgeAndUpgrade_answered() {
        for (boolean preface : new boolean[] {true, false}) {
            var factory =
                    com.linecorp.armeria.client.ClientFactory.builder()
                            .useHttp2Preface(preface)
                            .build();
            try (factory) {
                AggregatedHttpResponse response =
                        WebClient.builder("h2c://" + server().authority())
                                .factory(factory)
                                .build()
                                .execute(
                                        RequestHeaders.of(
                                                HttpMethod.POST,
                                                TYPES,
                                                "content-type",
                                                "application/json"),
                                        "{" + around() + "}")
                                .aggregate()
                                .join();
                assertThat(response.status().code()).isEqualTo(200);
                assertThat(response.contentUtf8()).contains(CPU);
            }
        }
    }

    @Test
    void connect_versionHeader_optionalButRight() {
        String body = "{" + around() + "}";
        assertThat(server().query("ProfileTypes", body, "Connect-Protocol-Version", "1").status())
                .isEqualTo(200);
        Reply other = server().query("ProfileTypes", body, "Connect-Protocol-Version", "2");
        assertThat(other.status()).isEqualTo(400);
        assertThat(other.json().get("code").asText()).isEqualTo("invalid_argument");
    }

    @Test
    void connect_unknownEncoding_unimplemented() {
        Reply reply =
                server().query("ProfileTypes", "{" + around() + "}", "Content-Encoding", "br");
        assertThat(reply.status()).isEqualTo(501);
        assertThat(reply.json().get("code").asText()).isEqualTo("unimplemented");
        assertThat(reply.json().get("message").asText()).contains("br", "gzip");
    }

    @Test
    void connect_brokenTimeouts_invalidArgument() {
        for (String timeout : new String[] {"soon", "-1", "12345678901"}) {
            Reply reply = server().query("ProfileTypes", "{}", "Connect-Timeout-Ms", timeout);
            assertThat(reply.status()).as(timeout).isEqualTo(400);
        }
        assertThat(server().query("ProfileTypes", "{}", "Connect-Timeout-Ms", "9999999999").status())
                .isEqualTo(200);
    }

    @Test
    void connect_timeoutOfZero_deadlineExceeded() {
        Reply reply = server().query("ProfileTypes", "{}", "Connect-Timeout-Ms", "0");
        assertThat(reply.status()).isEqualTo(504);
        assertThat(reply.json().get("code").asText()).isEqualTo("deadline_exceeded");
    }

    @Test
    void connect_largeAnswerForGzipReader_compressed() throws Exception {
        PprofBytes pprof =
                PprofBytes.empty()
                        .sampleType("cpu", "nanoseconds")
                        .period("cpu", "nanoseconds", 1)
                        .time(RunningServer.nanos(RunningServer.NOW));
        for (int i = 0; i < 500; i++) {
            pprof.sample(List.of("root", "some.long.package.Name.function" + i), List.of(), 1);
        }
        server().push(pprof.gzip(), "__name__=process_cpu", "service_name=large");
        String request =
                "{\"profileTypeID\":\"%s\",\"labelSelector\":\"{service_name=\\\"large\\\"}\",%s}"
                        .formatted(CPU, around());
        Reply plain = server().query("SelectMergeStacktraces", request);
        Reply gzip =
                server().query("SelectMergeStacktraces", request, "Accept-Encoding", "br, gzip");
        assertThat(plain.header("content-encoding")).isEmpty();
        assertThat(gzip.header("content-encoding")).isEqualTo("gzip");
        byte[] inflated =
                new GZIPInputStream(new ByteArrayInputStream(gzip.body())).readAllBytes();
        assertThat(new String(inflated, UTF_8)).isEqualTo(plain.text());
        assertThat(gzip.body().length).isLessThan(plain.body().length);
    }

    @Test
    @DisplayName("tenant headers and credentials are never an error in an open server")
    void anyMethod_credentials_ignored() {
        Reply reply =
                server().query(
                                "ProfileTypes",
                                "{" + around() + "}",
                                "X-Scope-OrgID",
                                "a/b|c",
                                "Authorization",
                                "Basic !!!");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).contains(CPU);
    }

    @Test
    void absoluteTarget_clientThatUsesUsAsProxy_answered() {
        String body = "{" + around() + "}";
        String answer =
                server().raw(
                                "POST http://pyroscope-server:4040" + TYPES + " HTTP/1.1\r\n"
                                        + "Host: pyroscope-server:4040\r\n"
                                        + "Content-Type: application/json\r\n"
                                        + "Content-Length: " + body.length() + "\r\n"
                                        + "Connection: close\r\n\r\n"
                                        + body);
        assertThat(answer).startsWith("HTTP/1.1 200").contains(CPU);
    }

    @Test
    void grpcFrames_thatAreNone_invalidArgument() {
        for (byte[] body :
                new byte[][] {
                    {}, {0, 0, 0}, {0, 0, 0, 0, 9}, {0, -1, -1, -1, -1}, {2, 0, 0, 0, 0},
                    {0, 0, 0, 0, 1, (byte) 0xff}
                }) {
            Reply reply = server().post(TYPES, "application/grpc-web+proto", body);
            assertThat(reply.text()).as(Arrays.toString(body)).contains("grpc-status:3");
        }
    }
}
