package io.flamekeeper.http;

import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import io.flamekeeper.api.rpc.Status;
import io.flamekeeper.model.ErrorCode;
import java.time.Duration;
import java.util.Optional;

/// OpenTelemetry over plain HTTP: the body is the message, an error is an HTTP status and a `google.rpc.Status`, both
/// written as the request is.
///
/// Source: the OpenTelemetry protocol specification, "OTLP/HTTP".
record OtlpEnvelope(BodyCodec codec, RequestHeaders headers) implements Envelope {
    @Override
    public Optional<Duration> timeout() {
        return Optional.empty();
    }

    @Override
    public byte[] message(byte[] body, Compression compression, BodyBudget.Share share) {
        return compression.decode(headers.get("content-encoding", ""), body, share);
    }

    @Override
    public HttpResponse answer(Message answer) {
        return response(ResponseHeaders.of(200), answer);
    }

    private HttpResponse response(ResponseHeaders response, Message message) {
        String contentType =
                switch (codec) {
                    case JSON -> "application/json";
                    case PROTO -> "application/x-protobuf";
                };
        return HttpResponse.of(
                response.toBuilder().set("content-type", contentType).build(),
                HttpData.wrap(codec.encode(message)));
    }

    @Override
    public HttpResponse problem(Problem problem) {
        var response = ResponseHeaders.builder(status(problem));
        if (problem.isTemporary()) {
            response.set("retry-after", problem.retryAfter());
        }
        return response(
                response.build(),
                Status.newBuilder()
                        .setCode(problem.connectCode().grpcStatus())
                        .setMessage(problem.message())
                        .build());
    }

    /// As of any plain HTTP answer, but senders know 400 and not 422.
    @Override
    public int status(Problem problem) {
        int status = problem.httpStatus();
        if (problem.code() == ErrorCode.UNSUPPORTED) {
            return 415;
        }
        return status == 422 ? 400 : status;
    }
}
