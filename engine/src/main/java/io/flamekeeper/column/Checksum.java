package io.flamekeeper.column;

import java.util.zip.CRC32C;

/// CRC-32C (Castagnoli), the one checksum of every byte on disk: the processor computes it at memory speed.
public final class Checksum {
    private Checksum() {}

    public static int of(byte[] bytes, int start, int length) {
        var crc = new CRC32C();
        crc.update(bytes, start, length);
        return (int) crc.getValue();
    }

    /// Of the first bytes of `prefix`, then of two stretches of `bytes`, one after the other.
    public static int ofParts(
            byte[] prefix,
            int prefixLength,
            byte[] bytes,
            int start,
            int length,
            int secondStart,
            int secondLength) {
        var crc = new CRC32C();
        crc.update(prefix, 0, prefixLength);
        crc.update(bytes, start, length);
        crc.update(bytes, secondStart, secondLength);
        return (int) crc.getValue();
    }
}
