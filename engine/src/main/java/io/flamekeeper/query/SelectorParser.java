package io.flamekeeper.query;

import static io.flamekeeper.model.ErrorCode.INVALID_REQUEST;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelMatcher;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.Selector;
import io.flamekeeper.regex.RegexPattern;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;

/// Reads the vector selectors of Prometheus 3, and nothing else of its language.
///
/// ```
/// selector = name [ braces ] | braces
/// braces   = "{" [ item { "," item } [ "," ] ] "}"
/// item     = label ( "=" | "!=" | "=~" | "!~" ) string | string        a string alone names the metric
/// label    = [a-zA-Z_][a-zA-Z0-9_]* | string
/// name     = [a-zA-Z_:][a-zA-Z0-9_:]*
/// string   = a Go string literal in ", ' or `
/// ```
///
/// Blanks, line ends and comments (`#` to the end of the line) may stand between any two of these. One
/// pass, no recursion.
public final class SelectorParser {
    private static final int CHARS_MAX = 65_536;
    private static final int END = -1;

    private final String text;
    private int at;

    /// The pattern of a matcher that was written with `=~` or `!~`.
    ///
    /// @throws FlamekeeperException `INVALID_REQUEST` for an expression that is too long, too costly, or not RE2
    public static LabelMatcher.ValuePattern pattern(String expression) {
        return RegexPattern.compile(expression);
    }

    private SelectorParser(String text) {
        this.text = text;
    }

    /// Parses a selector. `__name__="a:b:c:d:e"`, in whatever way it is written, is taken for the profile
    /// type that it names, because Grafana's variables say it so.
    ///
    /// @throws FlamekeeperException `INVALID_REQUEST`, naming the position, counted from 1, and what was
    ///     expected there; or the selector or regular expression that is too large
    public static Selector parse(String text) {
        List<LabelMatcher> matchers = new ArrayList<>();
        for (LabelMatcher matcher : new SelectorParser(text).matchers()) {
            matchers.add(
                    isProfileType(matcher) && matcher instanceof LabelMatcher.Equal(_, var id)
                            ? new LabelMatcher.Equal(
                                    LabelNames.PROFILE_TYPE, ProfileType.parse(id).id())
                            : matcher);
        }
        return new Selector(matchers);
    }

    /// Parses a selector whose metric name is the id of a profile type.
    ///
    /// @throws FlamekeeperException as [#parse], and `INVALID_REQUEST` unless exactly one matcher `__name__=`
    ///     is there and holds the id of a profile type
    public static TypedSelector parseTyped(String text) {
        List<LabelMatcher> rest = new ArrayList<>();
        List<ProfileType> types = new ArrayList<>();
        for (LabelMatcher matcher : new SelectorParser(text).matchers()) {
            if (matcher instanceof LabelMatcher.Equal(var name, var id)
                    && name.equals(LabelNames.NAME)) {
                types.add(ProfileType.parse(id));
            } else {
                rest.add(matcher);
            }
        }
        if (types.size() != 1) {
            throw new FlamekeeperException(
                    INVALID_REQUEST,
                    "query: '%s' names %d profile types (expected: one, as in name:type:unit:periodType:periodUnit{…})",
                    text,
                    types.size());
        }
        return new TypedSelector(types.getFirst(), new Selector(rest));
    }

    private static boolean isProfileType(LabelMatcher matcher) {
        if (matcher instanceof LabelMatcher.Equal(var name, var value)
                && name.equals(LabelNames.NAME)) {
            long colons = value.chars().filter(c -> c == ':').count();
            return colons == 4 || colons == 5;
        }
        return false;
    }

    private List<LabelMatcher> matchers() {
        if (text.length() > CHARS_MAX) {
            throw new FlamekeeperException(
                    INVALID_REQUEST,
                    "selector: %d characters (expected: at most %d)",
                    text.length(),
                    CHARS_MAX);
        }
        List<LabelMatcher> matchers = new ArrayList<>();
        skipBlanks();
        boolean named = isNameStart(peek()) || peek() == ':';
        if (named) {
            matchers.add(new LabelMatcher.Equal(LabelNames.NAME, name(true)));
            skipBlanks();
        }
        if (peek() == '{') {
            at++;
            braces(matchers);
            skipBlanks();
        } else if (!named) {
            throw expected("a metric name or '{'");
        }
        if (peek() != END) {
            throw expected("the end of the selector");
        }
        return matchers;
    }

    /// Reads up to and including the closing brace.
    private void braces(List<LabelMatcher> matchers) {
        skipBlanks();
        while (peek() != '}') {
            matchers.add(item());
            skipBlanks();
            if (peek() == ',') {
                at++;
                skipBlanks();
            } else if (peek() != '}') {
                throw expected("',' or '}'");
            }
        }
        at++;
    }

    private LabelMatcher item() {
        boolean quoted = isQuote(peek());
        if (!quoted && !isNameStart(peek())) {
            throw expected("a label name or '}'");
        }
        int start = at;
        String label = quoted ? string() : name(false);
        if (label.isEmpty()) {
            at = start;
            throw expected("a name that is not empty");
        }
        skipBlanks();
        if (quoted && (peek() == ',' || peek() == '}')) {
            return new LabelMatcher.Equal(LabelNames.NAME, label);
        }
        boolean negated = peek() == '!';
        if (!negated && peek() != '=') {
            throw expected("one of = != =~ !~");
        }
        at++;
        boolean regex = peek() == '~';
        if (negated && !regex && peek() != '=') {
            throw expected("'=' or '~' after '!'");
        }
        if (negated || regex) {
            at++;
        }
        skipBlanks();
        if (!isQuote(peek())) {
            throw expected("a value in quotes");
        }
        String value = string();
        if (regex) {
            RegexPattern pattern = RegexPattern.compile(value);
            return negated
                    ? new LabelMatcher.NotRegex(label, pattern)
                    : new LabelMatcher.Regex(label, pattern);
        }
        return negated
                ? new LabelMatcher.NotEqual(label, value)
                : new LabelMatcher.Equal(label, value);
    }

    private String name(boolean colons) {
        int start = at;
        while (isNameStart(peek())
                || (peek() >= '0' && peek() <= '9')
                || (colons && peek() == ':')) {
            at++;
        }
        return text.substring(start, at);
    }

    /// Reads a literal in any of the three quotes. Escapes stand for bytes, as in Go, so that the whole is
    /// decoded only when it is complete.
    private String string() {
        int start = at;
        char quote = text.charAt(at++);
        var bytes = new ByteArrayOutputStream();
        while (peek() != quote) {
            int c = peek();
            if (c == END || (quote != '`' && c == '\n')) {
                throw expected("the end of the text that begins at character " + (start + 1));
            }
            if (c == '\\' && quote != '`') {
                escape(quote, bytes);
            } else {
                int character = text.codePointAt(at);
                if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
                    throw expected("Unicode text");
                }
                at += Character.charCount(character);
                writeUtf8(character, bytes);
            }
        }
        at++;
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
        } catch (CharacterCodingException e) {
            throw new FlamekeeperException(
                    e,
                    INVALID_REQUEST,
                    "selector: the text at character %d is not UTF-8 (expected: escapes that form UTF-8)",
                    start + 1);
        }
    }

    private void escape(char quote, ByteArrayOutputStream bytes) {
        int start = at;
        at++;
        int c = peek();
        switch (c) {
            case 'a' -> literal(0x07, bytes);
            case 'b' -> literal('\b', bytes);
            case 'f' -> literal('\f', bytes);
            case 'n' -> literal('\n', bytes);
            case 'r' -> literal('\r', bytes);
            case 't' -> literal('\t', bytes);
            case 'v' -> literal(0x0b, bytes);
            case '\\' -> literal('\\', bytes);
            case 'x' -> {
                at++;
                bytes.write((int) digits(2, 16));
            }
            case 'u' -> {
                at++;
                codePoint(start, digits(4, 16), bytes);
            }
            case 'U' -> {
                at++;
                codePoint(start, digits(8, 16), bytes);
            }
            case '0', '1', '2', '3' -> bytes.write((int) digits(3, 8));
            default -> {
                if (c != quote) {
                    throw expected(
                            "one of a b f n r t v \\ x u U 0 1 2 3 " + quote + " after '\\'");
                }
                literal(c, bytes);
            }
        }
    }

    private void literal(int value, ByteArrayOutputStream bytes) {
        at++;
        bytes.write(value);
    }

    private long digits(int count, int radix) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            int digit = peek() < 128 ? Character.digit(peek(), radix) : -1;
            if (digit < 0) {
                throw expected(radix == 8 ? "an octal digit" : "a hexadecimal digit");
            }
            value = radix * value + digit;
            at++;
        }
        return value;
    }

    private void codePoint(int start, long value, ByteArrayOutputStream bytes) {
        if (value > Character.MAX_CODE_POINT
                || (value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE)) {
            at = start;
            throw expected("the number of a character after '\\'");
        }
        writeUtf8((int) value, bytes);
    }

    private static void writeUtf8(int character, ByteArrayOutputStream bytes) {
        if (character < 0x80) {
            bytes.write(character);
        } else {
            bytes.writeBytes(Character.toString(character).getBytes(UTF_8));
        }
    }

    private void skipBlanks() {
        while (true) {
            int c = peek();
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                at++;
            } else if (c == '#') {
                int lineEnd = text.indexOf('\n', at);
                at = lineEnd < 0 ? text.length() : lineEnd;
            } else {
                return;
            }
        }
    }

    /// The next character, or [#END].
    private int peek() {
        return at < text.length() ? text.charAt(at) : END;
    }

    private static boolean isNameStart(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static boolean isQuote(int c) {
        return c == '"' || c == '\'' || c == '`';
    }

    private FlamekeeperException expected(String what) {
        String found =
                at >= text.length()
                        ? "the end"
                        : "'" + Character.toString(text.codePointAt(at)) + "'";
        return new FlamekeeperException(
                INVALID_REQUEST,
                "selector: %s at character %d (expected: %s)",
                found,
                at + 1,
                what);
    }
}
