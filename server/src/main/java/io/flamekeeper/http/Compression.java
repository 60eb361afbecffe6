package io.flamekeeper.http;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/// Gzip on the way in and out; there is no other encoding.
final class Compression {
    /// Smaller answers are not worth it.
    static final int ANSWER_BYTES_MIN = 1_400;

    private final Inflater inflater;
    private final int bytesMax;

    /// @param bytesMax most bytes of an inflated body
    Compression(Inflater inflater, int bytesMax) {
        this.inflater = inflater;
        this.bytesMax = bytesMax;
    }

    /// @param encoding as the request's header has it; `""` = none
    /// @throws FlamekeeperException `UNSUPPORTED` for another encoding than gzip, `BODY_TOO_LARGE`,
    ///     `INVALID_REQUEST` for what is no gzip
    byte[] decode(String encoding, byte[] body, BodyBudget.Share share) {
        if (encoding.isEmpty() || encoding.equalsIgnoreCase("identity")) {
            return body;
        }
        if (!encoding.equalsIgnoreCase("gzip")) {
            throw new FlamekeeperException(
                    ErrorCode.UNSUPPORTED,
                    "body: unknown compression '%.100s' (expected: gzip or identity)",
                    encoding);
        }
        // An encoder that had nothing to encode.
        return body.length == 0 ? body : inflate(body, share);
    }

    private byte[] inflate(byte[] body, BodyBudget.Share share) {
        try {
            return inflater.inflate(body, bytesMax, "body", share::take);
        } catch (FlamekeeperException e) {
            throw switch (e.code()) {
                case OVERLOADED -> e;
                case LIMIT_EXCEEDED -> renamed(e, ErrorCode.BODY_TOO_LARGE);
                default -> renamed(e, ErrorCode.INVALID_REQUEST);
            };
        }
    }

    private static FlamekeeperException renamed(FlamekeeperException cause, ErrorCode code) {
        return new FlamekeeperException(cause, code, "%s", String.valueOf(cause.getMessage()));
    }

    /// Whether an answer to this `Accept-Encoding` may be gzip and is worth it.
    static boolean pays(String acceptEncoding, int bytes) {
        return bytes >= ANSWER_BYTES_MIN && accepts(acceptEncoding, "gzip");
    }

    /// Whether the list of encodings names this one and does not refuse it with `q=0`.
    static boolean accepts(String acceptEncoding, String encoding) {
        for (String one : acceptEncoding.split(",")) {
            int semicolon = one.indexOf(';');
            String name = semicolon < 0 ? one : one.substring(0, semicolon);
            if (name.strip().equalsIgnoreCase(encoding)) {
                String weight = semicolon < 0 ? "" : one.substring(semicolon + 1).strip();
                return !(weight.equals("q=0")
                        || weight.equals("q=0.0")
                        || weight.equals("q=0.000"));
            }
        }
        return false;
    }

    static byte[] gzip(byte[] body) {
        var gzip = new ByteArrayOutputStream(body.length / 2);
        try (var compressing = new GZIPOutputStream(gzip)) {
            compressing.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to an array failed", e);
        }
        return gzip.toByteArray();
    }
}
