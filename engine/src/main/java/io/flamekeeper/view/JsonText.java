package io.flamekeeper.view;

/// Writes JSON strings and numbers as UTF-8.
final class JsonText {
    private static final String HEX = "0123456789abcdef";

    private JsonText() {}

    /// Writes the text in quotes. Everything that JSON, a script block or a terminal could take for more than
    /// text is escaped; half a surrogate pair becomes U+FFFD, because UTF-8 has no bytes for it.
    static void string(ByteSink sink, String text) {
        sink.write('"');
        int at = 0;
        while (at < text.length()) {
            int plain = at;
            while (plain < text.length() && isPlain(text.charAt(plain))) {
                sink.write(text.charAt(plain++));
            }
            at = plain;
            if (at < text.length()) {
                int character = text.codePointAt(at);
                at += Character.charCount(character);
                escape(sink, character);
            }
        }
        sink.write('"');
    }

    static void number(ByteSink sink, long value) {
        sink.ascii(Long.toString(value));
    }

    /// Whether the character stands for itself as one byte.
    private static boolean isPlain(char c) {
        return c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
    }

    private static void escape(ByteSink sink, int character) {
        if (character == '"' || character == '\\') {
            sink.write('\\');
            sink.write(character);
        } else if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
            sink.ascii("\\ufffd");
        } else if (character < 0xa0 || character == 0x2028 || character == 0x2029) {
            sink.ascii("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
                sink.write(HEX.charAt((character >>> shift) & 0xf));
            }
        } else {
            sink.utf8(Character.toString(character));
        }
    }
}
