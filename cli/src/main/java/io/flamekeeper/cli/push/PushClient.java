package io.flamekeeper.cli.push;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.flamekeeper.ingest.IngestService;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Sends uploads to one server, again when it has no room for them. Safe for use by many threads.
final class PushClient implements AutoCloseable {
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;
    private static final long WAIT_SECONDS_MAX = 60;
    private static final int ANSWER_CHARS_SHOWN = 500;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_TIMEOUT)
                    .build();
    private final String base;
    private final Map<String, String> headers;
    private final int retriesMax;

    /// @param headers    of every request
    /// @param retriesMax how often one upload is sent again
    PushClient(URI server, Map<String, String> headers, int retriesMax) {
        this.base = server.toString().replaceAll("/+$", "");
        this.headers = Map.copyOf(headers);
        this.retriesMax = retriesMax;
    }

    Outcome send(FileContent content, Upload upload) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + upload.target()))
                        .timeout(TIMEOUT)
                        .header("Content-Type", upload.contentType())
                        .POST(HttpRequest.BodyPublishers.ofByteArray(upload.body()));
        if (!upload.contentEncoding().isEmpty()) {
            request.header("Content-Encoding", upload.contentEncoding());
        }
        headers.forEach(request::header);
        for (int retries = 0; ; retries++) {
            HttpResponse<String> answer;
            try {
                answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            } catch (ConnectException e) {
                return failed(
                        content, retries, "no server at " + base + " (expected: one that runs)");
            } catch (IOException e) {
                return failed(content, retries, "connection: " + e + " (expected: an answer)");
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts a sender", e);
            }
            boolean isTemporary =
                    answer.statusCode() == TOO_MANY_REQUESTS || answer.statusCode() == UNAVAILABLE;
            if (!isTemporary || retries == retriesMax) {
                return outcome(content, retries, answer);
            }
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(waitSeconds(answer, retries)));
        }
    }

    /// What the server asks for, or twice as long each time.
    private static long waitSeconds(HttpResponse<String> answer, int retries) {
        long doubled = Math.min(1L << Math.min(retries, 6), WAIT_SECONDS_MAX);
        try {
            return answer.headers()
                    .firstValue("retry-after")
                    .map(text -> Math.clamp(Long.parseLong(text), 0, WAIT_SECONDS_MAX))
                    .orElse(doubled);
        } catch (NumberFormatException date) {
            return doubled;
        }
    }

    private static Outcome outcome(FileContent content, int retries, HttpResponse<String> answer) {
        if (content.format().isOtlp() && answer.statusCode() == NOT_FOUND) {
            return failed(content, retries, "404 no OTLP here (expected: a server that takes it)");
        }
        if (answer.statusCode() != OK) {
            return failed(content, retries, answer.statusCode() + " " + message(answer.body()));
        }
        if (content.format().isOtlp() && !isBlank(answer.body())) {
            return failed(content, retries, "a part was refused: " + shown(answer.body()));
        }
        Outcome.State state =
                switch (answer.headers().firstValue(IngestService.UPLOAD_HEADER).orElse("")) {
                    case "repeated" -> Outcome.State.REPEATED;
                    case "empty" -> Outcome.State.EMPTY;
                    default -> Outcome.State.STORED;
                };
        String profiles = answer.headers().firstValue(IngestService.PROFILES_HEADER).orElse("0");
        return new Outcome(
                content.file(),
                content.format().label(),
                content.bytes().length,
                state,
                Integer.parseInt(profiles),
                retries,
                "");
    }

    /// Whether an answer to OTLP, of which the whole content is what was refused, has none.
    private static boolean isBlank(String body) {
        return body.replace("partialSuccess", "").replaceAll("[\\s{}\":]", "").isEmpty();
    }

    private static Outcome failed(FileContent content, int retries, String why) {
        return Outcome.failed(
                content.file(), content.format().label(), content.bytes().length, retries, why);
    }

    private static String message(String body) {
        try {
            String message = JSON.readTree(body).path("message").asText();
            return message.isEmpty() ? shown(body) : message;
        } catch (JsonProcessingException e) {
            return shown(body);
        }
    }

    private static String shown(String body) {
        return body.substring(0, Math.min(body.length(), ANSWER_CHARS_SHOWN)).strip();
    }

    @Override
    public void close() {
        client.close();
    }
}
