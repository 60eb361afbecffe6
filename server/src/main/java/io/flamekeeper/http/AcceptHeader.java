package io.flamekeeper.http;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.List;

/// What a client says about itself in `Accept`: `type/subtype;name=value;…, …`.
///
/// Newer clients add the parameter `allow-utf8-labelnames=true` to any of the media ranges when they can
/// read label names of any Unicode.
///
/// Source: RFC 9110, section 12.5.1.
final class AcceptHeader {
    private static final String UTF8_LABEL_NAMES = "allow-utf8-labelnames";

    private final String text;
    private int at;
    private boolean utf8LabelNames;

    private AcceptHeader(String text) {
        this.text = text;
    }

    /// @param values of all headers of that name
    /// @throws FlamekeeperException `INVALID_REQUEST` if one is not of the form above
    static boolean allowsUtf8LabelNames(List<String> values) {
        boolean allows = false;
        for (String value : values) {
            var header = new AcceptHeader(value);
            header.ranges();
            allows |= header.utf8LabelNames;
        }
        return allows;
    }

    private void ranges() {
        do {
            skipBlanks();
            if (at < text.length() && text.charAt(at) != ',') {
                range();
            }
        } while (skip(','));
        if (at < text.length()) {
            throw invalid("a comma or a semicolon");
        }
    }

    private void range() {
        token("a media type");
        if (!skip('/')) {
            throw invalid("a slash");
        }
        token("a media subtype");
        skipBlanks();
        while (skip(';')) {
            skipBlanks();
            if (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != ';') {
                parameter();
            }
            skipBlanks();
        }
    }

    private void parameter() {
        String name = token("a parameter name");
        skipBlanks();
        if (!skip('=')) {
            throw invalid("=");
        }
        skipBlanks();
        String value = skip('"') ? quoted() : token("a parameter value");
        utf8LabelNames |= name.equalsIgnoreCase(UTF8_LABEL_NAMES) && value.equals("true");
    }

    private String quoted() {
        StringBuilder value = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return value.toString();
            }
            if (c == '\\' && at < text.length()) {
                c = text.charAt(at++);
            }
            value.append(c);
        }
        throw invalid("a closing quote");
    }

    private String token(String expected) {
        int start = at;
        while (at < text.length() && isTokenCharacter(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw invalid(expected);
        }
        return text.substring(start, at);
    }

    private static boolean isTokenCharacter(char c) {
        return c > ' ' && c < 0x7f && "()<>@,;:\\\"/[]?=".indexOf(c) < 0;
    }

    private void skipBlanks() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private boolean skip(char wanted) {
        boolean found = at < text.length() && text.charAt(at) == wanted;
        at += found ? 1 : 0;
        return found;
    }

    private FlamekeeperException invalid(String expected) {
        return new FlamekeeperException(
                ErrorCode.INVALID_REQUEST,
                "accept: '%.200s' is no list of media types at character %d (expected: %s)",
                text,
                at,
                expected);
    }
}
