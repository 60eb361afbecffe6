package io.flamekeeper.http;

import static java.nio.charset.StandardCharsets.UTF_8;

/// JSON of the few small bodies that are no messages.
public final class JsonText {
    private JsonText() {}

    /// `text` in quotes. Characters that could end a string, a line or an HTML script are escaped.
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    boolean escape = c < 0x20 || c == 0x7f || c == '<' || Character.isSurrogate(c);
                    if (escape) {
                        quoted.append("\\u%04x".formatted((int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }

    static byte[] error(ConnectCode code, String message) {
        return ("{\"code\":" + quote(code.wireName()) + ",\"message\":" + quote(message) + "}")
                .getBytes(UTF_8);
    }
}
