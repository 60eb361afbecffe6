package io.flamekeeper.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.access.Authenticator;
import io.flamekeeper.access.Permission;
import io.flamekeeper.api.version.v1.VersionRequest;
import io.flamekeeper.api.version.v1.VersionResponse;
import io.flamekeeper.intake.Gzip;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What happens to a call whose handler is slow, gone wrong or no longer waited for.
@Timeout(30)
class HttpServerTest {
    private static final String PATH = "/test.Service/Wait";

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch abandoned = new CountDownLatch(1);
    private final BlockingQueue<CallObserver.Answered> answers = new LinkedBlockingQueue<>();
    private final BodyBudget budget = new BodyBudget(1 << 20);

    @Test
    void call_deadlinePassesInHandler_deadlineExceededAndAbandoned() throws Exception {
        try (HttpServer server = server(this::untilAbandoned);
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(
                            request(server).header("connect-timeout-ms", "200").build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(504);
            assertThat(answer.body()).contains("deadline_exceeded", "200 ms");
            assertThat(abandoned.await(10, TimeUnit.SECONDS)).isTrue();
            CallObserver.Answered seen = answers.take();
            assertThat(seen.route()).isEqualTo(PATH);
            assertThat(seen.status()).isEqualTo(504);
            assertThat(seen.nanos()).isGreaterThanOrEqualTo(200_000_000);
        }
    }

    @Test
    void call_clientHangsUp_abandoned() throws Exception {
        try (HttpServer server = server(this::untilAbandoned)) {
            try (var socket =
                    new Socket(server.address().getAddress(), server.address().getPort())) {
                String request =
                        String.join(
                                "\r\n",
                                "POST " + PATH + " HTTP/1.1",
                                "Host: a",
                                "Content-Type: application/json",
                                "Content-Length: 2",
                                "",
                                "{}");
                socket.getOutputStream().write(request.getBytes(UTF_8));
                socket.getOutputStream().flush();
                assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(abandoned.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void call_handlerBreaks_internalWithoutDetail() throws Exception {
        RpcMethod.Handler<VersionRequest, VersionResponse> broken =
                (_, _) -> {
                    throw new IllegalStateException("secret of the house");
                };
        try (HttpServer server = server(broken);
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(request(server).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body()).contains("\"internal\"").doesNotContain("secret", "Illegal");
        }
    }

    @Test
    void call_stackOverflowInHandler_internalAndServerGoesOn() throws Exception {
        RpcMethod.Handler<VersionRequest, VersionResponse> endless =
                (_, _) -> {
                    throw new StackOverflowError();
                };
        try (HttpServer server = server(endless);
                HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < 3; i++) {
                HttpResponse<String> answer =
                        client.send(request(server).build(), HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(500);
            }
        }
    }

    @Test
    void close_callUnderWay_answeredFirst() throws Exception {
        var goOn = new CountDownLatch(1);
        RpcMethod.Handler<VersionRequest, VersionResponse> patient =
                (_, _) -> {
                    begun.countDown();
                    await(goOn);
                    return VersionResponse.newBuilder().setQuerierAPI(7).build();
                };
        HttpServer server = server(patient);
        try (HttpClient client = HttpClient.newHttpClient()) {
            CompletableFuture<HttpResponse<String>> answer =
                    client.sendAsync(request(server).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            Thread closing = Thread.ofVirtual().start(server::close);
            goOn.countDown();
            assertThat(answer.get(10, TimeUnit.SECONDS).body()).isEqualTo("{\"QuerierAPI\":\"7\"}");
            closing.join();
        }
        assertThat(budget.bytes()).isZero();
    }

    private VersionResponse untilAbandoned(Call call, VersionRequest request) {
        var stop = new CountDownLatch(1);
        call.onAbandon(stop::countDown);
        begun.countDown();
        await(stop);
        abandoned.countDown();
        call.checkWanted();
        throw new AssertionError("still wanted");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private HttpServer server(RpcMethod.Handler<VersionRequest, VersionResponse> handler) {
        return HttpServer.start(
                new HttpServer.Parts(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        List.of(
                                RpcMethod.of(
                                        "test.Service",
                                        "Wait",
                                        Permission.NONE,
                                        VersionRequest.getDefaultInstance(),
                                        VersionResponse.getDefaultInstance(),
                                        handler)),
                        List.of(),
                        _ -> Answer.text(404, "nothing here\n"),
                        Authenticator.open(),
                        Gzip::inflate,
                        budget,
                        answers::add),
                new HttpLimits(
                        1 << 16,
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(60),
                        100,
                        Duration.ofSeconds(5)));
    }

    private static HttpRequest.Builder request(HttpServer server) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.address().getPort() + PATH))
                .version(HttpClient.Version.HTTP_1_1)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"));
    }
}
