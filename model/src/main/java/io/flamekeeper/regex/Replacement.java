package io.flamekeeper.regex;

import com.google.re2j.Matcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What a match is replaced by. `$1`, `${1}`, `$name` and `${name}` stand for what a group matched, nothing if
/// there is no such group; `$$` is a dollar. A name without braces is as long as it can be: `$1x` is `${1x}`.
///
/// Source: `Regexp.Expand` of the Go library, which Prometheus' rules are written for.
public final class Replacement {
    private final String text;
    private final List<Part> parts;

    /// What the replacement is made of, in order.
    private sealed interface Part {
        record Literal(String text) implements Part {}

        record Numbered(int group) implements Part {}

        record Named(String group) implements Part {}
    }

    private Replacement(String text, List<Part> parts) {
        this.text = text;
        this.parts = parts;
    }

    /// Any text is one; a dollar that begins nothing stands for itself.
    public static Replacement parse(String text) {
        List<Part> parts = new ArrayList<>();
        int literal = 0;
        int at = text.indexOf('$');
        while (at >= 0) {
            int end = at + 1;
            if (text.startsWith("$", end)) {
                parts.add(new Part.Literal(text.substring(literal, end)));
                literal = ++end;
            } else {
                boolean braced = text.startsWith("{", end);
                int start = braced ? end + 1 : end;
                end = start;
                while (end < text.length() && isWord(text.charAt(end))) {
                    end++;
                }
                if (end > start && (!braced || text.startsWith("}", end))) {
                    parts.add(new Part.Literal(text.substring(literal, at)));
                    parts.add(group(text.substring(start, end)));
                    literal = braced ? ++end : end;
                }
            }
            at = text.indexOf('$', end);
        }
        parts.add(new Part.Literal(text.substring(literal)));
        return new Replacement(text, List.copyOf(parts));
    }

    private static boolean isWord(char c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }

    private static Part group(String name) {
        boolean numbered = name.length() < 9 && name.chars().allMatch(c -> c >= '0' && c <= '9');
        return numbered ? new Part.Numbered(Integer.parseInt(name)) : new Part.Named(name);
    }

    String expand(Matcher match, Map<String, Integer> groupByName) {
        var expanded = new StringBuilder();
        for (Part part : parts) {
            switch (part) {
                case Part.Literal(var literal) -> expanded.append(literal);
                case Part.Numbered(var group) -> expanded.append(group(match, group));
                case Part.Named(var name) ->
                        expanded.append(group(match, groupByName.getOrDefault(name, -1)));
            }
        }
        return expanded.toString();
    }

    private static String group(Matcher match, int group) {
        return group < 0 || group > match.groupCount()
                ? ""
                : Objects.requireNonNullElse(match.group(group), "");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Replacement that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
