package io.flamekeeper.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.function.LongConsumer;

/// Messages as JSON, by the rules of the protobuf JSON mapping and the habits of those who write to us.
///
/// | in                                              | out                                          |
/// |-------------------------------------------------|----------------------------------------------|
/// | lowerCamelCase and snake_case, mixed            | lowerCamelCase                               |
/// | unknown fields and unknown enum names dropped   | fields with their default left out; `{}`     |
/// | int64 as number or string, `null` = not set     | int64 as string, int32 and double as number  |
/// | bytes as either base64, padded or not           | bytes as padded base64                       |
///
/// Stack and time are bounded whatever the text: before a message is made of it, one pass without a tree
/// checks that it is one JSON value, not too deep, with numbers of a length that numbers have.
public final class WireJson {
    private static final int DEPTH_MAX = 64;
    private static final int NUMBER_CHARS_MAX = 64;
    private static final int NAME_CHARS_MAX = 1_000;

    /// An element of a tree and its place in an object or a list.
    private static final long TOKEN_BYTES = 100;

    /// A text in the tree, and what is decoded of it.
    private static final long TEXT_BYTES_PER_BYTE = 2;

    /// Beyond the exponents of a double; a bound, because some integers are read through `BigDecimal`.
    private static final int EXPONENT_DIGITS_MAX = 3;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEPTH_MAX)
                                    .maxNumberLength(NUMBER_CHARS_MAX)
                                    .maxNameLength(NAME_CHARS_MAX)
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();
    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().omittingInsignificantWhitespace();

    private WireJson() {}

    /// Puts what `json` says into `message`.
    ///
    /// @param json UTF-8, untrusted, at least one byte
    /// @throws FlamekeeperException `INVALID_REQUEST`
    public static void merge(byte[] json, Message.Builder message) {
        merge(json, message, _ -> {});
    }

    /// As above, within a budget.
    ///
    /// @param memory told how many bytes the message and what is made on the way to it take, before they are taken;
    ///     may refuse
    public static void merge(byte[] json, Message.Builder message, LongConsumer memory) {
        if (json.length == 0) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "body: zero-length payload is not a JSON object (expected: at least {})");
        }
        memory.accept(TOKEN_BYTES * check(json) + TEXT_BYTES_PER_BYTE * json.length);
        try {
            PARSER.merge(new InputStreamReader(new ByteArrayInputStream(json), UTF_8), message);
        } catch (InvalidProtocolBufferException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.INVALID_REQUEST,
                    "body: %s (expected: JSON of %s)",
                    firstLine(e),
                    message.getDescriptorForType().getFullName());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns the number of tokens.
    private static long check(byte[] json) {
        long tokens = 1;
        try (JsonParser parser = JSON.createParser(json)) {
            expectObject(parser);
            parser.nextToken();
            for (int depth = 1; depth > 0; ) {
                JsonToken token = parser.currentToken();
                tokens++;
                if (token == null) {
                    throw invalid("the text ends", parser.currentLocation().getByteOffset());
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (token.isNumeric()) {
                    checkExponent(parser);
                }
                if (depth > 0) {
                    parser.nextToken();
                }
            }
            if (parser.nextToken() != null) {
                throw invalid("more text", parser.currentTokenLocation().getByteOffset());
            }
        } catch (JsonProcessingException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.INVALID_REQUEST,
                    "body: %s (expected: a JSON object)",
                    e.getOriginalMessage());
        } catch (IOException e) {
            // Of an array it is only ever the encoding.
            throw new FlamekeeperException(
                    e,
                    ErrorCode.INVALID_REQUEST,
                    "body: %s (expected: a JSON object in UTF-8)",
                    String.valueOf(e.getMessage()));
        }
        return tokens;
    }

    private static void expectObject(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw invalid("no object", parser.currentTokenLocation().getByteOffset());
        }
    }

    private static void checkExponent(JsonParser parser) throws IOException {
        String number = parser.getText();
        int exponent = Math.max(number.indexOf('e'), number.indexOf('E'));
        if (exponent >= 0 && number.length() - exponent - 1 > EXPONENT_DIGITS_MAX + 1) {
            throw invalid("number " + number, parser.currentTokenLocation().getByteOffset());
        }
    }

    private static FlamekeeperException invalid(String what, long offset) {
        return new FlamekeeperException(
                ErrorCode.INVALID_REQUEST,
                "body: %s at byte %d (expected: one JSON object)",
                what,
                offset);
    }

    private static String firstLine(Exception e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    /// Renders the message as UTF-8.
    public static byte[] bytes(Message message) {
        try {
            return PRINTER.print(message).getBytes(UTF_8);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message without Any cannot fail to print", e);
        }
    }
}
