package io.flamekeeper.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The parts of a `multipart/form-data` body by name. A name that comes twice means its first part.
///
/// ```
/// --boundary CRLF
/// Content-Disposition: form-data; name="profile"; filename="…" CRLF
/// CRLF
/// content CRLF
/// --boundary--
/// ```
///
/// Source: RFC 7578 and RFC 2046, section 5.1.
record MultipartForm(Map<String, byte[]> contentByName) {
    private static final int PARTS_MAX = 16;
    private static final int PART_HEADER_BYTES_MAX = 4 << 10;
    private static final int BOUNDARY_CHARS_MAX = 70;

    /// @param contentType with its `boundary` parameter
    /// @throws FlamekeeperException `MALFORMED_PROFILE` with the offset; `LIMIT_EXCEEDED`
    static MultipartForm parse(String contentType, byte[] body) {
        String boundary = parameter(contentType, "boundary");
        if (boundary.isEmpty() || boundary.length() > BOUNDARY_CHARS_MAX) {
            throw malformed(
                    "boundary is '%.100s' (expected: 1 to %d characters)",
                    boundary, BOUNDARY_CHARS_MAX);
        }
        byte[] delimiter = ("--" + boundary).getBytes(ISO_8859_1);
        Map<String, byte[]> contentByName = new HashMap<>();
        int at = indexOf(body, delimiter, 0);
        for (int parts = 0; true; parts++) {
            if (at < 0) {
                throw malformed("the last boundary is missing (expected: --%s--)", boundary);
            }
            at += delimiter.length;
            if (startsWith(body, at, "--")) {
                return new MultipartForm(contentByName);
            }
            if (parts == PARTS_MAX) {
                throw new FlamekeeperException(
                        ErrorCode.LIMIT_EXCEEDED,
                        "multipart: more than %d parts (expected: at most %1$d)",
                        PARTS_MAX);
            }
            int headers = endOfLine(body, at);
            int content = endOfHeaders(body, headers);
            int next = indexOf(body, ("\r\n--" + boundary).getBytes(ISO_8859_1), content - 2);
            if (next < 0) {
                throw malformed("a part from byte %d has no end (expected: --%s)", at, boundary);
            }
            String head = new String(body, headers, content - headers, ISO_8859_1);
            byte[] bytes = next < content ? new byte[0] : Arrays.copyOfRange(body, content, next);
            contentByName.putIfAbsent(name(head), bytes);
            at = next + 2;
        }
    }

    private static int endOfLine(byte[] body, int at) {
        int end = indexOf(body, "\r\n".getBytes(ISO_8859_1), at);
        if (end < 0 || end - at > PART_HEADER_BYTES_MAX) {
            throw malformed("boundary at byte %d has no end of line (expected: CRLF)", at);
        }
        return end + 2;
    }

    private static int endOfHeaders(byte[] body, int headers) {
        if (startsWith(body, headers, "\r\n")) {
            return headers + 2;
        }
        int end = indexOf(body, "\r\n\r\n".getBytes(ISO_8859_1), headers);
        if (end < 0 || end - headers > PART_HEADER_BYTES_MAX) {
            throw malformed(
                    "headers of a part at byte %d have no end (expected: at most %d bytes)",
                    headers, PART_HEADER_BYTES_MAX);
        }
        return end + 4;
    }

    private static String name(String head) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-disposition:")) {
                return parameter(line, "name");
            }
        }
        return "";
    }

    /// Value of `;name=value` or `;name="value"`, `""` if there is none.
    private static String parameter(String header, String name) {
        int at = header.indexOf(';');
        while (at >= 0) {
            int start = at + 1;
            int equals = header.indexOf('=', start);
            if (equals < 0) {
                return "";
            }
            boolean quoted = equals + 1 < header.length() && header.charAt(equals + 1) == '"';
            int from = equals + (quoted ? 2 : 1);
            int to = header.indexOf(quoted ? '"' : ';', from);
            to = to < 0 ? header.length() : to;
            if (header.substring(start, equals).strip().equalsIgnoreCase(name)) {
                return header.substring(from, to).strip();
            }
            at = header.indexOf(';', to);
        }
        return "";
    }

    private static boolean startsWith(byte[] body, int at, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (at + i >= body.length || body[at + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Horspool's search: the byte under the end of the pattern says how far it may move on.
    private static int indexOf(byte[] body, byte[] pattern, int from) {
        int[] shift = new int[256];
        Arrays.fill(shift, pattern.length);
        for (int i = 0; i < pattern.length - 1; i++) {
            shift[pattern[i] & 0xff] = pattern.length - 1 - i;
        }
        int at = Math.max(from, 0);
        while (at <= body.length - pattern.length) {
            int end = at + pattern.length;
            if (Arrays.equals(body, at, end, pattern, 0, pattern.length)) {
                return at;
            }
            at += shift[body[end - 1] & 0xff];
        }
        return -1;
    }

    Optional<byte[]> content(String name) {
        return Optional.ofNullable(contentByName.get(name));
    }

    @FormatMethod
    private static FlamekeeperException malformed(String message, Object... args) {
        return new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE, "multipart: %s", message.formatted(args));
    }
}
