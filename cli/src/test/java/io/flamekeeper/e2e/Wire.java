package io.flamekeeper.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import io.flamekeeper.api.querier.v1.SelectMergeStacktracesRequest;
import io.flamekeeper.api.querier.v1.SelectMergeStacktracesResponse;
import io.flamekeeper.testkit.Recording;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/// Talks to a server in every protocol it offers.
final class Wire implements AutoCloseable {
    private static final int GRPC_PREFIX_BYTES = 5;
    private static final String QUERIER = "/querier.v1.QuerierService/";

    private final URI server;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ObjectMapper json = new ObjectMapper();

    Wire(URI server) {
        this.server = server;
    }

    /// Sends a recorded request as it was; returns the status.
    int replay(Recording.Request request) throws IOException, InterruptedException {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(server + request.path().replace("{", "%7B").replace("}", "%7D")))
                .method(request.method(), HttpRequest.BodyPublishers.ofByteArray(request.body()));
        request.headers().forEach(header -> builder.header(header.getKey(), header.getValue()));
        return http.send(builder.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    JsonNode json(String method, Object body) throws IOException, InterruptedException {
        HttpResponse<String> answer = post(QUERIER + method, "application/json", json.writeValueAsBytes(body));
        assertThat(answer.statusCode()).as("%s: %s", method, answer.body()).isEqualTo(200);
        return json.readTree(answer.body());
    }

    HttpResponse<String> post(String path, String contentType, byte[] body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(server.resolve(path))
                        .header("content-type", contentType)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(server.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as("%s: %s", path, answer.body()).isEqualTo(200);
        return json.readTree(answer.body());
    }

    /// The total of the flame graph by Connect JSON.
    long totalByJson(String profileType, String selector, long startMillis, long endMillis)
            throws IOException, InterruptedException {
        return json("SelectMergeStacktraces", Map.of(
                        "profileTypeID", profileType, "labelSelector", selector, "start", startMillis, "end", endMillis))
                .at("/flamegraph/total")
                .asLong();
    }

    /// The same by Connect proto, gRPC over HTTP/2 and the legacy JSON.
    Map<String, Long> totalsByOtherWays(String profileType, String selector, long startMillis, long endMillis)
            throws IOException, InterruptedException {
        var request = SelectMergeStacktracesRequest.newBuilder()
                .setProfileTypeID(profileType)
                .setLabelSelector(selector)
                .setStart(startMillis)
                .setEnd(endMillis)
                .build();
        return Map.of(
                "Connect proto", flamegraphTotal(proto(request)),
                "gRPC", flamegraphTotal(grpc(request)),
                "render", renderTotal(profileType, selector, startMillis, endMillis));
    }

    private byte[] proto(Message request) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = http.send(
                HttpRequest.newBuilder(server.resolve(QUERIER + "SelectMergeStacktraces"))
                        .header("content-type", "application/proto")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(request.toByteArray()))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    /// gRPC by hand: a message is a flag, its length and its bytes.
    private byte[] grpc(Message request) {
        byte[] message = request.toByteArray();
        byte[] framed = ByteBuffer.allocate(GRPC_PREFIX_BYTES + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
        var headers = RequestHeaders.of(
                HttpMethod.POST,
                QUERIER + "SelectMergeStacktraces",
                "content-type",
                "application/grpc+proto",
                "te",
                "trailers");
        AggregatedHttpResponse answer = WebClient.of("h2c://" + server.getAuthority())
                .execute(com.linecorp.armeria.common.HttpRequest.of(headers, HttpData.wrap(framed)))
                .aggregate()
                .join();
        assertThat(answer.trailers().get("grpc-status")).isEqualTo("0");
        byte[] body = answer.content().array();
        return Arrays.copyOfRange(body, GRPC_PREFIX_BYTES, body.length);
    }

    private long renderTotal(String profileType, String selector, long startMillis, long endMillis)
            throws IOException, InterruptedException {
        return get("/pyroscope/render?query=" + URLEncoder.encode(profileType + selector, UTF_8) + "&from=" + startMillis
                        + "&until=" + endMillis)
                .at("/flamebearer/numTicks")
                .asLong();
    }

    private static long flamegraphTotal(byte[] answer) throws com.google.protobuf.InvalidProtocolBufferException {
        return SelectMergeStacktracesResponse.parseFrom(answer).getFlamegraph().getTotal();
    }

    @Override
    public void close() {
        http.close();
    }
}
