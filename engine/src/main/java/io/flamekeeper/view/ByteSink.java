package io.flamekeeper.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.Arrays;

/// A growing array of bytes. Not safe for use by several threads.
final class ByteSink {
    /// Below what an array can have, so that a result too large is refused and not an exhausted heap.
    private static final int BYTES_MAX = 1 << 30;

    private byte[] bytes;
    private int count;

    ByteSink() {
        this(4096);
    }

    /// @param capacity bytes expected, at least 1
    ByteSink(int capacity) {
        this.bytes = new byte[capacity];
    }

    void write(int value) {
        reserve(1);
        bytes[count++] = (byte) value;
    }

    void write(byte[] source) {
        reserve(source.length);
        System.arraycopy(source, 0, bytes, count, source.length);
        count += source.length;
    }

    void write(ByteSink source) {
        reserve(source.count);
        System.arraycopy(source.bytes, 0, bytes, count, source.count);
        count += source.count;
    }

    void ascii(String text) {
        reserve(text.length());
        for (int i = 0; i < text.length(); i++) {
            bytes[count++] = (byte) text.charAt(i);
        }
    }

    void utf8(String text) {
        write(text.getBytes(UTF_8));
    }

    /// Seven bits a byte, the lowest first; as an unsigned number.
    void varint(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[count++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[count++] = (byte) rest;
    }

    int count() {
        return count;
    }

    void clear() {
        count = 0;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, count);
    }

    private void reserve(int more) {
        if (more > BYTES_MAX - count) {
            throw new FlamekeeperException(
                    ErrorCode.BUDGET_EXCEEDED,
                    "result: more than %d bytes (expected: at most that; ask for fewer nodes)",
                    BYTES_MAX);
        }
        if (count + more > bytes.length) {
            bytes =
                    Arrays.copyOf(
                            bytes, Math.max(count + more, Math.min(2 * bytes.length, BYTES_MAX)));
        }
    }
}
