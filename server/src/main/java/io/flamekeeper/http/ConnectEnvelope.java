package io.flamekeeper.http;

import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.time.Duration;
import java.util.Optional;

/// The unary part of the Connect protocol: the body is the message, errors are an HTTP status and JSON.
///
/// Its version header is not required; most clients that write to us never heard of it.
///
/// Source: the Connect protocol reference, "Unary-Request" and "Unary-Response".
record ConnectEnvelope(BodyCodec codec, RequestHeaders headers) implements Envelope {
    private static final int TIMEOUT_DIGITS_MAX = 10;

    @Override
    public Optional<Duration> timeout() {
        String text = headers.get("connect-timeout-ms", "");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (text.length() > TIMEOUT_DIGITS_MAX || !isDecimal(text)) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "connect-timeout-ms: '%.50s' (expected: at most %d digits)",
                    text,
                    TIMEOUT_DIGITS_MAX);
        }
        return Optional.of(Duration.ofMillis(Long.parseLong(text)));
    }

    static boolean isDecimal(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    @Override
    public byte[] message(byte[] body, Compression compression, BodyBudget.Share share) {
        String version = headers.get("connect-protocol-version", "1");
        if (!version.equals("1")) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "connect-protocol-version: '%.50s' (expected: 1)",
                    version);
        }
        return compression.decode(headers.get("content-encoding", ""), body, share);
    }

    @Override
    public HttpResponse answer(Message answer) {
        byte[] body = codec.encode(answer);
        var response = ResponseHeaders.builder(200).set("content-type", contentType());
        if (Compression.pays(headers.get("accept-encoding", ""), body.length)) {
            response.set("content-encoding", "gzip");
            body = Compression.gzip(body);
        }
        return HttpResponse.of(response.build(), HttpData.wrap(body));
    }

    private String contentType() {
        return switch (codec) {
            case JSON -> "application/json";
            case PROTO -> "application/proto";
        };
    }

    @Override
    public HttpResponse problem(Problem problem) {
        var response =
                ResponseHeaders.builder(status(problem)).set("content-type", "application/json");
        if (problem.isTemporary()) {
            response.set("retry-after", problem.retryAfter());
        }
        return HttpResponse.of(response.build(), HttpData.wrap(problem.connectJson()));
    }

    @Override
    public int status(Problem problem) {
        return problem.connectCode().httpStatus();
    }
}
