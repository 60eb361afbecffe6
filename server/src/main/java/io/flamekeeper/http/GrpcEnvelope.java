package io.flamekeeper.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import io.flamekeeper.api.rpc.RetryInfo;
import io.flamekeeper.api.rpc.Status;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Unary gRPC and gRPC-Web. A body is frames:
///
/// | offset | bytes  | field                                                        |
/// |--------|--------|--------------------------------------------------------------|
/// | 0      | 1      | flags: 1 = compressed, 128 = trailers (gRPC-Web only)        |
/// | 1      | 4      | length, big endian                                           |
/// | 5      | length | one message, or `name:value` lines                           |
///
/// The status is a trailer: of HTTP/2 in gRPC, of the body in gRPC-Web. HTTP itself always says 200.
///
/// Source: "gRPC over HTTP2" and "gRPC Web" of the gRPC project.
///
/// @param web         whether trailers go into the body
/// @param contentType as the caller has it, without parameters
record GrpcEnvelope(boolean web, BodyCodec codec, String contentType, RequestHeaders headers)
        implements Envelope {
    private static final int FRAME_HEADER_BYTES = 5;
    private static final int COMPRESSED = 1;
    private static final int TRAILERS = 0x80;
    private static final int TIMEOUT_DIGITS_MAX = 8;

    @Override
    public Optional<Duration> timeout() {
        String text = headers.get("grpc-timeout", "");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String digits = text.substring(0, text.length() - 1);
        if (digits.length() > TIMEOUT_DIGITS_MAX || !ConnectEnvelope.isDecimal(digits)) {
            throw invalidTimeout(text);
        }
        long count = Long.parseLong(digits);
        return Optional.of(
                switch (text.charAt(text.length() - 1)) {
                    case 'H' -> Duration.ofHours(count);
                    case 'M' -> Duration.ofMinutes(count);
                    case 'S' -> Duration.ofSeconds(count);
                    case 'm' -> Duration.ofMillis(count);
                    case 'u' -> Duration.ofNanos(count * 1_000);
                    case 'n' -> Duration.ofNanos(count);
                    default -> throw invalidTimeout(text);
                });
    }

    private static FlamekeeperException invalidTimeout(String text) {
        return new FlamekeeperException(
                ErrorCode.INVALID_REQUEST,
                "grpc-timeout: '%.50s' (expected: at most %d digits and one of H M S m u n)",
                text,
                TIMEOUT_DIGITS_MAX);
    }

    @Override
    public byte[] message(byte[] body, Compression compression, BodyBudget.Share share) {
        String encoding = headers.get("grpc-encoding", "identity");
        if (body.length < FRAME_HEADER_BYTES) {
            throw invalidFrame(body.length, "one frame");
        }
        int flags = body[0];
        int length = ByteBuffer.wrap(body).getInt(1);
        if (length != body.length - FRAME_HEADER_BYTES) {
            throw invalidFrame(body.length, "one frame of its length");
        }
        byte[] message = Arrays.copyOfRange(body, FRAME_HEADER_BYTES, body.length);
        share.take(message.length);
        if (flags == COMPRESSED) {
            message = compression.decode(encoding, message, share);
        } else if (flags != 0) {
            throw invalidFrame(body.length, "flags 0 or 1");
        }
        return message;
    }

    private static FlamekeeperException invalidFrame(int bytes, String expected) {
        return new FlamekeeperException(
                ErrorCode.INVALID_REQUEST, "body: %d bytes (expected: %s)", bytes, expected);
    }

    @Override
    public HttpResponse answer(Message answer) {
        byte[] message = codec.encode(answer);
        var response = ResponseHeaders.builder(200).set("content-type", contentType);
        boolean gzip = Compression.pays(headers.get("grpc-accept-encoding", ""), message.length);
        if (gzip) {
            response.set("grpc-encoding", "gzip");
            message = Compression.gzip(message);
        }
        byte[] frame = frame(gzip ? COMPRESSED : 0, message);
        if (web) {
            byte[] trailers = trailerFrame("grpc-status:0\r\n");
            byte[] both = Arrays.copyOf(frame, frame.length + trailers.length);
            System.arraycopy(trailers, 0, both, frame.length, trailers.length);
            return HttpResponse.of(response.build(), HttpData.wrap(both));
        }
        return HttpResponse.of(
                response.build(), HttpData.wrap(frame), HttpHeaders.of("grpc-status", "0"));
    }

    @Override
    public HttpResponse problem(Problem problem) {
        String status = Integer.toString(problem.connectCode().grpcStatus());
        String message = percentEncoded(problem.message());
        var response =
                ResponseHeaders.builder(200)
                        .set("content-type", contentType)
                        .set("grpc-accept-encoding", "gzip");
        if (problem.isTemporary()) {
            response.set("grpc-status-details-bin", comeBackLater(problem));
            response.set(
                    "grpc-retry-pushback-ms",
                    Long.toString(TimeUnit.SECONDS.toMillis(problem.retryAfterSeconds())));
        }
        if (web) {
            byte[] trailers =
                    trailerFrame("grpc-status:" + status + "\r\ngrpc-message:" + message + "\r\n");
            return HttpResponse.of(response.build(), HttpData.wrap(trailers));
        }
        return HttpResponse.of(
                response.set("grpc-status", status)
                        .set("grpc-message", message)
                        .endOfStream(true)
                        .build());
    }

    /// Whoever sends profiles by gRPC sends again only what it is told to: `RetryInfo`, in base64 without padding. gRPC's
    /// own retries look at the pushback.
    private static String comeBackLater(Problem problem) {
        RetryInfo retry =
                RetryInfo.newBuilder()
                        .setRetryDelay(
                                com.google.protobuf.Duration.newBuilder()
                                        .setSeconds(problem.retryAfterSeconds()))
                        .build();
        Status status =
                Status.newBuilder()
                        .setCode(problem.connectCode().grpcStatus())
                        .setMessage(problem.message())
                        .addDetails(Any.pack(retry))
                        .build();
        return Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray());
    }

    @Override
    public int status(Problem problem) {
        return 200;
    }

    private static byte[] trailerFrame(String lines) {
        return frame(TRAILERS, lines.getBytes(US_ASCII));
    }

    private static byte[] frame(int flags, byte[] content) {
        return ByteBuffer.allocate(FRAME_HEADER_BYTES + content.length)
                .put((byte) flags)
                .putInt(content.length)
                .put(content)
                .array();
    }

    /// UTF-8 with everything but printable ASCII, and `%` itself, as `%XX`.
    static String percentEncoded(String message) {
        StringBuilder encoded = new StringBuilder(message.length());
        for (byte b : message.getBytes(UTF_8)) {
            if (b >= ' ' && b < 0x7f && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
    }
}
