package io.flamekeeper.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;

/// A plain HTTP answer.
///
/// @param headers beside those that every answer has; names in lower case
/// @param body    must not be changed any more
public record Answer(int status, String contentType, Map<String, String> headers, byte[] body) {
    public static final String JSON = "application/json";
    public static final String TEXT = "text/plain; charset=utf-8";

    public Answer {
        headers = Map.copyOf(headers);
    }

    public static Answer of(int status, String contentType, byte[] body) {
        return new Answer(status, contentType, Map.of(), body);
    }

    public static Answer json(byte[] body) {
        return of(200, JSON, body);
    }

    public static Answer text(int status, String text) {
        return of(status, TEXT, text.getBytes(UTF_8));
    }

    /// Status 200 and nothing else.
    public static Answer empty() {
        return of(200, "", new byte[0]);
    }

    public Answer with(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(name, value);
        return new Answer(status, contentType, all, body);
    }

    static Answer of(Problem problem) {
        Answer answer = of(problem.httpStatus(), JSON, problem.plainJson());
        return problem.isTemporary() ? answer.with("retry-after", problem.retryAfter()) : answer;
    }
}
