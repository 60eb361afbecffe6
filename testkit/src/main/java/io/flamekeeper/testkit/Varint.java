package io.flamekeeper.testkit;

import java.io.ByteArrayOutputStream;

/// Protobuf's variable-length numbers, as bytes.
final class Varint {
    private Varint() {}

    static byte[] of(long value) {
        return padded(value, 1);
    }

    /// In more bytes than it takes, as some senders write lengths.
    ///
    /// @param bytesMin 1 to 10
    static byte[] padded(long value, int bytesMin) {
        var bytes = new ByteArrayOutputStream();
        long rest = value;
        while (true) {
            long low = rest & 0x7f;
            rest >>>= 7;
            boolean last = rest == 0 && bytes.size() + 1 >= bytesMin;
            bytes.write((int) (last ? low : low | 0x80));
            if (last) {
                return bytes.toByteArray();
            }
        }
    }
}
