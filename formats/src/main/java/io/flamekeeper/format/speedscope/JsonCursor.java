package io.flamekeeper.format.speedscope;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Arrays;

/// Reads JSON from front to back and says what is not as expected: every contradiction is `MALFORMED_PROFILE`
/// with the place. What is no JSON at all is for the caller to catch.
///
/// In an object, [#field] is the name of the member whose value the next call reads. In an array, the value is
/// the one that [#hasElement] has just found.
final class JsonCursor {
    /// Without a table of names: whoever sends them could fill it.
    private static final JsonFactory JSON =
            JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();

    private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final JsonParser parser;

    /// @param body UTF-8, with or without a byte order mark
    JsonCursor(byte[] body) throws IOException {
        boolean hasMark =
                body.length >= MARK.length
                        && Arrays.equals(MARK, 0, MARK.length, body, 0, MARK.length);
        int start = hasMark ? MARK.length : 0;
        // Given bytes, the parser would guess their encoding.
        parser =
                JSON.createParser(
                        new InputStreamReader(
                                new ByteArrayInputStream(body, start, body.length - start), UTF_8));
    }

    /// Reads one value, or does what comes after one.
    @FunctionalInterface
    interface Step {
        void run() throws IOException;
    }

    /// Reads the whole document, an object with nothing behind it.
    void document(Step member) throws IOException {
        object(member);
        if (parser.nextToken() != null) {
            throw unexpected("nothing more");
        }
    }

    /// Reads an object, `member` the value of each of its fields.
    void object(Step member) throws IOException {
        parser.nextToken();
        members(member);
    }

    /// Reads an array of objects, `member` the value of each field, `end` at the end of each object.
    void objects(Step member, Step end) throws IOException {
        array();
        while (hasElement()) {
            members(member);
            end.run();
        }
    }

    private void members(Step member) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw unexpected("an object");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            member.run();
        }
    }

    String field() throws IOException {
        return parser.currentName();
    }

    void skip() throws IOException {
        parser.nextToken();
        parser.skipChildren();
    }

    /// Enters an array that is the value of a field.
    void array() throws IOException {
        parser.nextToken();
        elementArray();
    }

    /// Enters an array that is an element.
    void elementArray() throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw unexpected("an array");
        }
    }

    boolean hasElement() throws IOException {
        return parser.nextToken() != JsonToken.END_ARRAY;
    }

    String text() throws IOException {
        parser.nextToken();
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw unexpected("text");
        }
        return parser.getText();
    }

    /// `""` if the value is no text.
    String textIfAny() throws IOException {
        if (parser.nextToken() == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        parser.skipChildren();
        return "";
    }

    /// 0 if the value is no number, or not one that fits.
    int intIfAny() throws IOException {
        parser.nextToken();
        if (isInt()) {
            return parser.getIntValue();
        }
        parser.skipChildren();
        return 0;
    }

    double number() throws IOException {
        boolean isNumber = parser.nextToken().isNumeric();
        if (!isNumber || !Double.isFinite(parser.getDoubleValue())) {
            throw unexpected("a number");
        }
        return parser.getDoubleValue();
    }

    /// An index of one of `count` things.
    int index(int count, String what) throws IOException {
        parser.nextToken();
        return elementIndex(count, what);
    }

    int elementIndex(int count, String what) throws IOException {
        int index = isInt() ? parser.getIntValue() : -1;
        if (index < 0 || index >= count) {
            throw unexpected("%s, one of %d", what, count);
        }
        return index;
    }

    private boolean isInt() throws IOException {
        return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() == JsonParser.NumberType.INT;
    }

    /// An amount, in [Unit#stored].
    long amount(Unit unit) throws IOException {
        parser.nextToken();
        return elementAmount(unit);
    }

    long elementAmount(Unit unit) throws IOException {
        long amount = Unit.NO_AMOUNT;
        if (parser.currentToken().isNumeric()) {
            amount =
                    switch (parser.getNumberType()) {
                        case INT, LONG -> unit.amount(parser.getLongValue());
                        case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL ->
                                unit.amount(parser.getDoubleValue());
                    };
        }
        if (amount == Unit.NO_AMOUNT) {
            throw unexpected("a number, of %s below 2^63", unit.stored());
        }
        return amount;
    }

    /// What is wrong with the value that was read last.
    @FormatMethod
    FlamekeeperException unexpected(String expected, Object... args) throws IOException {
        return malformed(
                "'%.100s' at character %d (expected: %s)",
                parser.currentToken() == null ? "" : parser.getText(),
                parser.currentTokenLocation().getCharOffset(),
                expected.formatted(args));
    }

    @FormatMethod
    static FlamekeeperException malformed(String message, Object... args) {
        return new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE, "speedscope: %s", message.formatted(args));
    }
}
