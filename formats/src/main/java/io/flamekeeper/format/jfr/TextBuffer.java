package io.flamekeeper.format.jfr;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.format.Utf8;
import java.util.Arrays;

/// Where a name is put together, as UTF-8.
final class TextBuffer {
    private byte[] bytes = new byte[256];
    private int length;

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    /// Forgets what was appended since the buffer had this length.
    void cut(int toLength) {
        length = toLength;
    }

    void append(byte[] from, int start, int end) {
        reserve(end - start);
        System.arraycopy(from, start, bytes, length, end - start);
        length += end - start;
    }

    void append(char ascii) {
        reserve(1);
        bytes[length++] = (byte) ascii;
    }

    void append(String text) {
        byte[] encoded = text.getBytes(UTF_8);
        append(encoded, 0, encoded.length);
    }

    String text(int from) {
        return new String(bytes, from, length - from, UTF_8);
    }

    /// First byte of what stays of the text when it must not have more than so many: its end.
    int startOfLast(int bytesMax) {
        int start = Math.max(0, length - bytesMax);
        while (start > 0 && start < length && Utf8.isContinuation(bytes[start])) {
            start++;
        }
        return start;
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
