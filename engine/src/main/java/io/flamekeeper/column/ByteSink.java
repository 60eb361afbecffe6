package io.flamekeeper.column;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Bytes being written, in an array that grows. Not for use by several threads.
public final class ByteSink {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /// Some virtual machines refuse arrays closer to 2³¹ than this.
    private static final int BYTES_MAX = Integer.MAX_VALUE - 16;

    private byte[] bytes;
    private int end;

    public ByteSink(int initialBytes) {
        bytes = new byte[initialBytes];
    }

    /// Number of bytes written.
    public int size() {
        return end;
    }

    /// The array behind; its first [#size] bytes count. Replaced when it grows.
    public byte[] array() {
        return bytes;
    }

    public ByteBuffer toByteBuffer() {
        return ByteBuffer.wrap(bytes, 0, end);
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, end);
    }

    /// Forgets everything from byte `size` on.
    public void truncate(int size) {
        assert size <= end : size + " > " + end;
        end = size;
    }

    public void putByte(int value) {
        reserve(1);
        bytes[end++] = (byte) value;
    }

    public void putInt(int value) {
        reserve(Integer.BYTES);
        INT.set(bytes, end, value);
        end += Integer.BYTES;
    }

    public void putLong(long value) {
        reserve(Long.BYTES);
        LONG.set(bytes, end, value);
        end += Long.BYTES;
    }

    /// Overwrites four bytes written before.
    public void setInt(int position, int value) {
        assert position + Integer.BYTES <= end : position + " is not written";
        INT.set(bytes, position, value);
    }

    /// **Hot path.** Benchmark: `AppendBenchmark`.
    public void putVarint(long value) {
        reserve(Varint.BYTES_MAX);
        long rest = value;
        int at = end;
        while ((rest & ~0x7FL) != 0) {
            bytes[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
        end = at;
    }

    public void putZigZag(long value) {
        putVarint(Varint.zigZag(value));
    }

    public void putBytes(byte[] source, int start, int length) {
        reserve(length);
        System.arraycopy(source, start, bytes, end, length);
        end += length;
    }

    /// Writes the number of bytes as a varint, then the bytes.
    public void putString(String text) {
        byte[] encoded = text.getBytes(UTF_8);
        putVarint(encoded.length);
        putBytes(encoded, 0, encoded.length);
    }

    /// Writes `count` bits, eight a byte, the first one least significant.
    public void putBits(boolean[] bits, int from, int count) {
        for (int first = 0; first < count; first += Byte.SIZE) {
            int packed = 0;
            for (int bit = 0; bit < Math.min(Byte.SIZE, count - first); bit++) {
                packed |= bits[from + first + bit] ? 1 << bit : 0;
            }
            putByte(packed);
        }
    }

    private void reserve(int more) {
        if (bytes.length - end < more) {
            grow(more);
        }
    }

    private void grow(int more) {
        long needed = (long) end + more;
        if (needed > BYTES_MAX) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "encoding: %d bytes (expected: at most %d)",
                    needed,
                    BYTES_MAX);
        }
        bytes = Arrays.copyOf(bytes, (int) Math.clamp(2L * bytes.length, needed, BYTES_MAX));
    }
}
