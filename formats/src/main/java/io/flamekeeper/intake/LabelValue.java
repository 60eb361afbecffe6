package io.flamekeeper.intake;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/// Values of any length: one that is too long keeps its beginning, then has `…` and a checksum of all of it, so that
/// different values stay different.
final class LabelValue {
    private static final int MARK_BYTES = 11;

    private LabelValue() {}

    /// @param bytesMax in UTF-8, at least those of the mark
    static String fit(String value, int bytesMax) {
        if (value.length() <= bytesMax / 3) {
            return value;
        }
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (utf8.length <= bytesMax) {
            return value;
        }
        var checksum = new CRC32C();
        checksum.update(utf8);
        int end = Math.max(0, bytesMax - MARK_BYTES);
        while (end > 0 && (utf8[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(utf8, 0, end, StandardCharsets.UTF_8)
                + "…%08x".formatted(checksum.getValue());
    }
}
