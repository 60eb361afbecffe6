package io.flamekeeper.regex;

import static io.flamekeeper.model.ErrorCode.INVALID_REQUEST;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelMatcher;
import java.util.Optional;

/// An RE2 expression over a whole value; a dot matches line ends too.
///
/// Compiled size is bounded twice: RE2/J writes counted repetitions out, so `((a{100}){100}){100}` is a
/// million instructions, and three more levels are an exhausted heap before [Pattern#programSize] can be
/// asked. [#sizeBound] therefore multiplies the counts before anything is compiled.
public final class RegexPattern implements LabelMatcher.ValuePattern {
    static final int EXPRESSION_CHARS_MAX = 1024;
    static final int PROGRAM_SIZE_MAX = 2000;

    /// More instructions per character than any class or anchor compiles to.
    private static final int BOUND_MAX = 4 * PROGRAM_SIZE_MAX;

    private final String expression;
    private final Pattern pattern;

    private RegexPattern(String expression, Pattern pattern) {
        this.expression = expression;
        this.pattern = pattern;
    }

    /// @throws FlamekeeperException `INVALID_REQUEST` for an expression that is too long, too costly, or not
    ///     RE2
    public static RegexPattern compile(String expression) {
        if (expression.length() > EXPRESSION_CHARS_MAX) {
            throw new FlamekeeperException(
                    INVALID_REQUEST,
                    "regular expression: %d characters (expected: at most %d)",
                    expression.length(),
                    EXPRESSION_CHARS_MAX);
        }
        if (sizeBound(expression) > BOUND_MAX) {
            throw tooCostly(expression);
        }
        Pattern pattern;
        try {
            pattern = Pattern.compile(expression, Pattern.DOTALL);
        } catch (PatternSyntaxException e) {
            throw new FlamekeeperException(
                    e,
                    INVALID_REQUEST,
                    "regular expression: '%s', %s (expected: RE2 syntax)",
                    expression,
                    e.getDescription());
        }
        if (pattern.programSize() > PROGRAM_SIZE_MAX) {
            throw tooCostly(expression);
        }
        return new RegexPattern(expression, pattern);
    }

    @Override
    public boolean matches(String value) {
        return pattern.matches(value);
    }

    /// What `replacement` becomes if the whole of `value` matches.
    public Optional<String> replace(String value, Replacement replacement) {
        Matcher matcher = pattern.matcher(value);
        return matcher.matches()
                ? Optional.of(replacement.expand(matcher, pattern.namedGroups()))
                : Optional.empty();
    }

    /// What matching this value may cost: instructions times characters.
    public long steps(String value) {
        return (long) pattern.programSize() * (value.length() + 1);
    }

    @Override
    public String expression() {
        return expression;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RegexPattern that && expression.equals(that.expression);
    }

    @Override
    public int hashCode() {
        return expression.hashCode();
    }

    @Override
    public String toString() {
        return expression;
    }

    private static FlamekeeperException tooCostly(String expression) {
        return new FlamekeeperException(
                INVALID_REQUEST,
                "regular expression: '%s' is too costly to run (expected: at most %d instructions)",
                expression,
                PROGRAM_SIZE_MAX);
    }

    /// How many atoms the expression has once its counted repetitions are written out, or any number above
    /// [#BOUND_MAX]. Reads classes, escapes and `\Q…\E` as RE2/J does, so that nothing hides a repetition.
    private static long sizeBound(String expression) {
        long[] openSize = new long[expression.length() + 1];
        int depth = 0;
        long size = 0;
        long atom = 0;
        int at = 0;
        while (at < expression.length() && size <= BOUND_MAX) {
            char c = expression.charAt(at);
            if (c == '{') {
                long count = repetitions(expression, at);
                if (count > 0) {
                    size += atom * (count - 1);
                    atom *= count;
                }
                at++;
            } else if (c == '(') {
                openSize[depth++] = size;
                size = 0;
                atom = 0;
                at++;
            } else if (c == ')') {
                atom = size;
                size += depth == 0 ? 0 : openSize[--depth];
                at++;
            } else if (expression.startsWith("\\Q", at)) {
                int end = expression.indexOf("\\E", at + 2);
                int next = end < 0 ? expression.length() : end + 2;
                size += next - at;
                atom = 1;
                at = next;
            } else if ("*+?|^$".indexOf(c) >= 0) {
                size++;
                at++;
            } else {
                at = c == '[' ? classEnd(expression, at) : c == '\\' ? at + 2 : at + 1;
                size++;
                atom = 1;
            }
        }
        return size;
    }

    /// The larger number of `{n}`, `{n,}` or `{n,m}`; 0 if the brace is an ordinary character.
    private static long repetitions(String expression, int open) {
        long largest = 0;
        long number = 0;
        for (int at = open + 1; at < expression.length(); at++) {
            char c = expression.charAt(at);
            if (c >= '0' && c <= '9') {
                number = Math.min(10 * number + (c - '0'), BOUND_MAX);
                largest = Math.max(largest, number);
            } else if (c == ',') {
                largest = Math.max(largest, 2);
                number = 0;
            } else {
                return c == '}' ? largest : 0;
            }
        }
        return 0;
    }

    /// First character after the class that opens at `open`.
    private static int classEnd(String expression, int open) {
        int at = open + 1;
        if (at < expression.length() && expression.charAt(at) == '^') {
            at++;
        }
        boolean first = true;
        while (at < expression.length()) {
            char c = expression.charAt(at);
            if (c == ']' && !first) {
                return at + 1;
            }
            first = false;
            int named = expression.startsWith("[:", at) ? expression.indexOf(":]", at + 2) : -1;
            at = named >= 0 ? named + 2 : c == '\\' ? at + 2 : at + 1;
        }
        return at;
    }
}
