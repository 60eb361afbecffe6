package io.flamekeeper.http;

import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import java.time.Duration;
import java.util.Optional;

/// How one protocol wraps a message, an error and a deadline.
sealed interface Envelope permits ConnectEnvelope, GrpcEnvelope {
    /// What `Accept-Post` says.
    String CONTENT_TYPES =
            "application/json, application/proto, application/grpc, application/grpc+proto,"
                    + " application/grpc+json, application/grpc-web, application/grpc-web+proto,"
                    + " application/grpc-web+json";

    /// The protocol that the content type names, if there is one.
    static Optional<Envelope> of(RequestHeaders headers) {
        String type = mediaType(headers.get("content-type", ""));
        return switch (type) {
            case "application/json" -> Optional.of(new ConnectEnvelope(BodyCodec.JSON, headers));
            case "application/proto" -> Optional.of(new ConnectEnvelope(BodyCodec.PROTO, headers));
            case "application/grpc", "application/grpc+proto" ->
                    Optional.of(new GrpcEnvelope(false, BodyCodec.PROTO, type, headers));
            case "application/grpc+json" ->
                    Optional.of(new GrpcEnvelope(false, BodyCodec.JSON, type, headers));
            case "application/grpc-web", "application/grpc-web+proto" ->
                    Optional.of(new GrpcEnvelope(true, BodyCodec.PROTO, type, headers));
            case "application/grpc-web+json" ->
                    Optional.of(new GrpcEnvelope(true, BodyCodec.JSON, type, headers));
            default -> Optional.empty();
        };
    }

    /// Without parameters, in lower case.
    static String mediaType(String contentType) {
        int semicolon = contentType.indexOf(';');
        String type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
        return type.strip().toLowerCase(java.util.Locale.ROOT);
    }

    /// How long the caller waits, if it says so.
    ///
    /// @throws io.flamekeeper.model.FlamekeeperException `INVALID_REQUEST`
    Optional<Duration> timeout();

    /// @param body as received
    /// @throws io.flamekeeper.model.FlamekeeperException `INVALID_REQUEST`, `UNSUPPORTED`, `BODY_TOO_LARGE`
    Message decode(
            RpcMethod<?, ?> method, byte[] body, Compression compression, BodyBudget.Share share);

    HttpResponse answer(Message answer);

    HttpResponse problem(Problem problem);

    /// HTTP status of an answer with this problem.
    int status(Problem problem);
}
