package io.flamekeeper.http;

import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import java.time.Duration;
import java.util.Optional;

/// How one protocol wraps a message, an error and a deadline.
sealed interface Envelope permits ConnectEnvelope, GrpcEnvelope, OtlpEnvelope {
    /// What `Accept-Post` says.
    static String contentTypes(RpcMethod.Dialect dialect) {
        String grpc =
                "application/grpc, application/grpc+proto, application/grpc+json, application/grpc-web,"
                        + " application/grpc-web+proto, application/grpc-web+json";
        return switch (dialect) {
            case CONNECT -> "application/json, application/proto, " + grpc;
            case OTLP -> "application/x-protobuf, application/protobuf, application/json, " + grpc;
        };
    }

    /// The protocol that the content type names, if there is one.
    static Optional<Envelope> of(RequestHeaders headers) {
        return of(headers, RpcMethod.Dialect.CONNECT);
    }

    /// @param dialect what is spoken beside gRPC
    static Optional<Envelope> of(RequestHeaders headers, RpcMethod.Dialect dialect) {
        String type = mediaType(headers.get("content-type", ""));
        return switch (dialect) {
            case CONNECT -> connect(type, headers);
            case OTLP -> otlp(type, headers);
        };
    }

    private static Optional<Envelope> otlp(String type, RequestHeaders headers) {
        return switch (type) {
            case "application/json" -> Optional.of(new OtlpEnvelope(BodyCodec.JSON, headers));
            case "application/x-protobuf", "application/protobuf" ->
                    Optional.of(new OtlpEnvelope(BodyCodec.PROTO, headers));
            default -> grpc(type, headers);
        };
    }

    private static Optional<Envelope> connect(String type, RequestHeaders headers) {
        return switch (type) {
            case "application/json" -> Optional.of(new ConnectEnvelope(BodyCodec.JSON, headers));
            case "application/proto" -> Optional.of(new ConnectEnvelope(BodyCodec.PROTO, headers));
            default -> grpc(type, headers);
        };
    }

    private static Optional<Envelope> grpc(String type, RequestHeaders headers) {
        return switch (type) {
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

    BodyCodec codec();

    /// Takes the message out of the body.
    ///
    /// @param body as received
    /// @throws io.flamekeeper.model.FlamekeeperException `INVALID_REQUEST`, `UNSUPPORTED`, `BODY_TOO_LARGE`
    byte[] message(byte[] body, Compression compression, BodyBudget.Share share);

    HttpResponse answer(Message answer);

    HttpResponse problem(Problem problem);

    /// HTTP status of an answer with this problem.
    int status(Problem problem);
}
