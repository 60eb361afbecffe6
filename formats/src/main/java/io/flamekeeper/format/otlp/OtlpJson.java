package io.flamekeeper.format.otlp;

import static io.flamekeeper.format.ProtoReader.DELIMITED;
import static io.flamekeeper.format.ProtoReader.FIXED64;
import static io.flamekeeper.format.ProtoReader.VARINT;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/// OpenTelemetry's JSON, rewritten as the protobuf message that it stands for.
///
/// | in the text                                    | meaning                                              |
/// |------------------------------------------------|------------------------------------------------------|
/// | names                                          | lowerCamelCase or snake_case                         |
/// | fields that are not known                      | skipped                                              |
/// | integers                                       | numbers, or strings of a decimal number              |
/// | `traceId`, `spanId`                            | hex; base64, if it is no hex                         |
/// | `null`                                         | not there                                            |
///
/// Lengths are written before their content is known, as varints padded to [#LENGTH_BYTES].
public final class OtlpJson {
    private static final int LENGTH_BYTES = 5;
    private static final int DEPTH_MAX = 64;
    private static final int NUMBER_CHARS_MAX = 64;
    private static final int EXPONENT_MAX = 30;

    /// As many decimal digits as surely fit into 63 bits.
    private static final int LONG_DIGITS = 18;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEPTH_MAX)
                                    .maxNumberLength(NUMBER_CHARS_MAX)
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    private enum Kind {
        MESSAGE,
        STRING,
        /// Bytes as hex.
        ID,
        /// Bytes that nobody reads.
        BYTES,
        BOOL,
        INTEGER,
        FIXED_INTEGER,
        DOUBLE
    }

    /// A field that counts.
    ///
    /// @param message of a message, its fields
    private record Field(int number, Kind kind, Shape message) {}

    /// Fields by name, in both spellings.
    private static final class Shape {
        private final Map<String, Field> fieldByName = new HashMap<>();

        Shape with(String camelCase, int number, Kind kind) {
            return with(camelCase, number, kind, new Shape());
        }

        Shape with(String camelCase, int number, Shape message) {
            return with(camelCase, number, Kind.MESSAGE, message);
        }

        private Shape with(String camelCase, int number, Kind kind, Shape message) {
            var field = new Field(number, kind, message);
            var snakeCase = new StringBuilder();
            camelCase
                    .chars()
                    .forEach(c -> {
                        if (Character.isUpperCase(c)) {
                            snakeCase.append('_');
                        }
                        snakeCase.append((char) Character.toLowerCase(c));
                    });
            fieldByName.put(camelCase, field);
            fieldByName.put(snakeCase.toString(), field);
            return this;
        }
    }

    private static final Shape REQUEST = request();

    private static Shape request() {
        Shape array = new Shape();
        Shape value =
                new Shape()
                        .with("stringValue", 1, Kind.STRING)
                        .with("boolValue", 2, Kind.BOOL)
                        .with("intValue", 3, Kind.INTEGER)
                        .with("doubleValue", 4, Kind.DOUBLE)
                        .with("arrayValue", 5, array)
                        .with("kvlistValue", 6, new Shape())
                        .with("bytesValue", 7, Kind.BYTES)
                        .with("stringValueStrindex", 8, Kind.INTEGER);
        array.with("values", 1, value);
        Shape keyValue =
                new Shape()
                        .with("key", 1, Kind.STRING)
                        .with("value", 2, value)
                        .with("keyStrindex", 3, Kind.INTEGER);
        Shape valueType =
                new Shape()
                        .with("typeStrindex", 1, Kind.INTEGER)
                        .with("unitStrindex", 2, Kind.INTEGER);
        Shape sample =
                new Shape()
                        .with("stackIndex", 1, Kind.INTEGER)
                        .with("attributeIndices", 2, Kind.INTEGER)
                        .with("linkIndex", 3, Kind.INTEGER)
                        .with("values", 4, Kind.INTEGER)
                        .with("timestampsUnixNano", 5, Kind.FIXED_INTEGER);
        Shape profile =
                new Shape()
                        .with("sampleType", 1, valueType)
                        .with("samples", 2, sample)
                        .with("timeUnixNano", 3, Kind.FIXED_INTEGER)
                        .with("durationNano", 4, Kind.INTEGER)
                        .with("periodType", 5, valueType)
                        .with("period", 6, Kind.INTEGER)
                        .with("attributeIndices", 11, Kind.INTEGER);
        Shape scopeProfiles =
                new Shape()
                        .with("scope", 1, new Shape().with("attributes", 3, keyValue))
                        .with("profiles", 2, profile);
        Shape resourceProfiles =
                new Shape()
                        .with("resource", 1, new Shape().with("attributes", 1, keyValue))
                        .with("scopeProfiles", 2, scopeProfiles);
        return new Shape()
                .with("resourceProfiles", 1, resourceProfiles)
                .with("dictionary", 2, dictionary(value));
    }

    private static Shape dictionary(Shape value) {
        Shape line =
                new Shape().with("functionIndex", 1, Kind.INTEGER).with("line", 2, Kind.INTEGER);
        return new Shape()
                .with(
                        "mappingTable",
                        1,
                        new Shape()
                                .with("memoryStart", 1, Kind.INTEGER)
                                .with("memoryLimit", 2, Kind.INTEGER)
                                .with("fileOffset", 3, Kind.INTEGER)
                                .with("filenameStrindex", 4, Kind.INTEGER)
                                .with("attributeIndices", 5, Kind.INTEGER))
                .with(
                        "locationTable",
                        2,
                        new Shape()
                                .with("mappingIndex", 1, Kind.INTEGER)
                                .with("address", 2, Kind.INTEGER)
                                .with("lines", 3, line))
                .with(
                        "functionTable",
                        3,
                        new Shape()
                                .with("nameStrindex", 1, Kind.INTEGER)
                                .with("systemNameStrindex", 2, Kind.INTEGER)
                                .with("filenameStrindex", 3, Kind.INTEGER)
                                .with("startLine", 4, Kind.INTEGER))
                .with(
                        "linkTable",
                        4,
                        new Shape().with("traceId", 1, Kind.ID).with("spanId", 2, Kind.ID))
                .with("stringTable", 5, Kind.STRING)
                .with(
                        "attributeTable",
                        6,
                        new Shape().with("keyStrindex", 1, Kind.INTEGER).with("value", 2, value))
                .with("stackTable", 7, new Shape().with("locationIndices", 1, Kind.INTEGER));
    }

    private final JsonParser parser;
    private final int bytesMax;
    private byte[] bytes = new byte[1 << 12];
    private int count;

    private OtlpJson(JsonParser parser, int bytesMax) {
        this.parser = parser;
        this.bytesMax = bytesMax;
    }

    /// @param json     UTF-8, untrusted
    /// @param bytesMax most bytes that the result may have
    /// @throws FlamekeeperException `MALFORMED_PROFILE` with the offset; `LIMIT_EXCEEDED`
    public static byte[] toProto(byte[] json, int bytesMax) {
        try (JsonParser parser = JSON.createParser(json)) {
            var rewriting = new OtlpJson(parser, bytesMax);
            rewriting.rewrite();
            return Arrays.copyOf(rewriting.bytes, rewriting.count);
        } catch (JsonProcessingException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.MALFORMED_PROFILE,
                    "otlp: not JSON at byte %d: %s (expected: an object)",
                    e.getLocation() == null ? 0 : e.getLocation().getByteOffset(),
                    e.getOriginalMessage());
        } catch (IOException e) {
            throw new FlamekeeperException(
                    e,
                    ErrorCode.MALFORMED_PROFILE,
                    "otlp: %s (expected: UTF-8)",
                    String.valueOf(e.getMessage()));
        }
    }

    /// A message that is being written.
    private static final class Open {
        private final Shape shape;

        /// Where its content begins, behind its length.
        private final int content;

        /// The field in whose list the text is, if it is in one.
        private Optional<Field> list = Optional.empty();

        Open(Shape shape, int content) {
            this.shape = shape;
            this.content = content;
        }
    }

    private void rewrite() throws IOException {
        expect(parser.nextToken() == JsonToken.START_OBJECT, "an object");
        Deque<Open> around = new ArrayDeque<>();
        Open open = new Open(REQUEST, 0);
        while (true) {
            JsonToken token = parser.nextToken();
            if (token == JsonToken.END_ARRAY) {
                open.list = Optional.empty();
            } else if (token == JsonToken.END_OBJECT) {
                if (around.isEmpty()) {
                    break;
                }
                putLength(open.content);
                open = around.pop();
            } else {
                Optional<Field> field = open.list;
                if (field.isEmpty()) {
                    field = Optional.ofNullable(open.shape.fieldByName.get(parser.currentName()));
                    token = parser.nextToken();
                    if (field.isEmpty() || token == JsonToken.VALUE_NULL) {
                        parser.skipChildren();
                        continue;
                    }
                    if (token == JsonToken.START_ARRAY) {
                        open.list = field;
                        continue;
                    }
                }
                Field one = field.orElseThrow();
                if (one.kind == Kind.MESSAGE) {
                    expect(token == JsonToken.START_OBJECT, "an object");
                    putTag(one, DELIMITED);
                    reserve(LENGTH_BYTES);
                    count += LENGTH_BYTES;
                    around.push(open);
                    open = new Open(one.message, count);
                } else {
                    putScalar(one, token);
                }
            }
        }
        expect(parser.nextToken() == null, "nothing behind the object");
    }

    private void putScalar(Field field, JsonToken token) throws IOException {
        switch (field.kind) {
            case STRING -> {
                expect(token == JsonToken.VALUE_STRING, "a string");
                putBytes(field, parser.getText().getBytes(UTF_8));
            }
            case ID -> {
                expect(token == JsonToken.VALUE_STRING, "a string");
                putBytes(field, id(parser.getText()));
            }
            case BYTES -> {
                expect(token == JsonToken.VALUE_STRING, "a string");
                putBytes(field, new byte[0]);
            }
            case BOOL -> {
                expect(token.isBoolean(), "true or false");
                putTag(field, VARINT);
                putVarint(token == JsonToken.VALUE_TRUE ? 1 : 0);
            }
            case INTEGER -> {
                long value = integer(token);
                putTag(field, VARINT);
                putVarint(value);
            }
            case FIXED_INTEGER -> {
                long value = integer(token);
                putTag(field, FIXED64);
                putFixed(value);
            }
            case DOUBLE -> {
                double value = number(token);
                putTag(field, FIXED64);
                putFixed(Double.doubleToLongBits(value));
            }
            case MESSAGE -> throw new IllegalStateException("a message is no scalar");
        }
    }

    private long integer(JsonToken token) throws IOException {
        expect(token.isNumeric() || token == JsonToken.VALUE_STRING, "an integer");
        String text = parser.getText();
        try {
            if (text.length() <= LONG_DIGITS) {
                return Long.parseLong(text);
            }
        } catch (NumberFormatException notPlain) {
            // Perhaps 1e3.
        }
        expect(text.length() <= NUMBER_CHARS_MAX, "an integer of 64 bits");
        try {
            var exact = new BigDecimal(text);
            expect(Math.abs((long) exact.scale()) <= EXPONENT_MAX, "an integer of 64 bits");
            BigInteger value = exact.toBigIntegerExact();
            expect(
                    value.bitLength() <= (value.signum() < 0 ? Long.SIZE - 1 : Long.SIZE),
                    "an integer of 64 bits");
            return value.longValue();
        } catch (NumberFormatException | ArithmeticException e) {
            throw unexpected("an integer");
        }
    }

    private double number(JsonToken token) throws IOException {
        expect(token.isNumeric() || token == JsonToken.VALUE_STRING, "a number");
        String text = parser.getText();
        expect(text.length() <= NUMBER_CHARS_MAX, "a number");
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw unexpected("a number");
        }
    }

    /// Text of hex digits only is hex, though it could be base64 by a chance of one in ten thousand millions.
    private byte[] id(String text) throws IOException {
        try {
            return text.length() % 2 == 0 && text.chars().allMatch(HexFormat::isHexDigit)
                    ? HexFormat.of().parseHex(text)
                    : Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
        } catch (IllegalArgumentException e) {
            throw unexpected("hex digits");
        }
    }

    private void putTag(Field field, int wireType) {
        putVarint((long) field.number << 3 | wireType);
    }

    private void putVarint(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[count++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[count++] = (byte) rest;
    }

    private void putFixed(long value) {
        reserve(Long.BYTES);
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            bytes[count++] = (byte) (value >>> shift);
        }
    }

    private void putBytes(Field field, byte[] content) {
        putTag(field, DELIMITED);
        putVarint(content.length);
        reserve(content.length);
        System.arraycopy(content, 0, bytes, count, content.length);
        count += content.length;
    }

    private void putLength(int content) {
        int length = count - content;
        for (int i = 0; i < LENGTH_BYTES; i++) {
            boolean last = i == LENGTH_BYTES - 1;
            bytes[content - LENGTH_BYTES + i] =
                    (byte) (((length >>> (7 * i)) & 0x7f) | (last ? 0 : 0x80));
        }
    }

    private void reserve(int more) {
        if (count > bytesMax - more) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "otlp: more than %d bytes as protobuf (expected: at most %1$d)",
                    bytesMax);
        }
        if (bytes.length - count < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, count + more));
        }
    }

    private void expect(boolean isSo, String expected) throws IOException {
        if (!isSo) {
            throw unexpected(expected);
        }
    }

    private FlamekeeperException unexpected(String expected) throws IOException {
        String text = parser.currentToken() == null ? "the end" : parser.getText();
        return new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE,
                "otlp: '%.50s' at byte %d (expected: %s)",
                text,
                parser.currentTokenLocation().getByteOffset(),
                expected);
    }
}
