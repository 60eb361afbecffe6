package io.flamekeeper.column;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/// Reads what [ByteSink] wrote. Not for use by several threads.
///
/// Whoever makes one has checked the bytes' checksum, so a number that makes no sense is a writer's mistake
/// or an attack on the checksum; it still ends in `CORRUPT_DATA`, never in another's data.
public final class ByteSource {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final String what;
    private final byte[] bytes;
    private final int end;
    private int position;

    /// @param what file and place the bytes are from, for messages
    public ByteSource(String what, byte[] bytes, int start, int end) {
        Objects.checkFromToIndex(start, end, bytes.length);
        this.what = what;
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    /// Place in the array of the next byte.
    public int position() {
        return position;
    }

    /// The array behind.
    public byte[] array() {
        return bytes;
    }

    public int remaining() {
        return end - position;
    }

    public int nextByte() {
        return bytes[skip(1)] & 0xFF;
    }

    public int nextInt() {
        return (int) INT.get(bytes, skip(Integer.BYTES));
    }

    public long nextLong() {
        return (long) LONG.get(bytes, skip(Long.BYTES));
    }

    /// **Hot path.** One-byte numbers return at once. Benchmark: `SegmentScanBenchmark`.
    public long nextVarint() {
        if (position < end && bytes[position] >= 0) {
            return bytes[position++];
        }
        return nextLongVarint();
    }

    private long nextLongVarint() {
        long value = 0;
        for (int shift = 0; shift < Varint.BYTES_MAX * 7; shift += 7) {
            byte next = bytes[skip(1)];
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw corrupt("a number of more than " + Varint.BYTES_MAX + " bytes");
    }

    public long nextZigZag() {
        return Varint.unZigZag(nextVarint());
    }

    /// A varint that must be at most `max`.
    public int nextInt(int max) {
        long value = nextVarint();
        if (value < 0 || value > max) {
            throw corrupt(
                    "number " + Long.toUnsignedString(value) + " (expected: at most " + max + ")");
        }
        return (int) value;
    }

    /// A varint that counts things of at least one byte each, all of which must still follow.
    public int nextCount() {
        return nextInt(remaining());
    }

    /// Passes over `length` bytes; returns the place in the array of the first of them.
    public int skip(int length) {
        if (length < 0 || length > end - position) {
            throw corrupt("ends " + (length - remaining()) + " bytes too early");
        }
        int start = position;
        position += length;
        return start;
    }

    public String nextString() {
        int length = nextCount();
        return new String(bytes, skip(length), length, UTF_8);
    }

    /// The next `length` bytes, copied.
    public byte[] nextBytes(int length) {
        int start = skip(length);
        return Arrays.copyOfRange(bytes, start, start + length);
    }

    /// The next `length` bytes, copied to `into[at]` and on.
    public void nextBytes(int length, byte[] into, int at) {
        System.arraycopy(bytes, skip(length), into, at, length);
    }

    /// The next `count` bits, as [ByteSink#putBits] writes them.
    public boolean[] nextBits(int count) {
        boolean[] bits = new boolean[count];
        int start = skip(Math.ceilDiv(count, Byte.SIZE));
        for (int bit = 0; bit < count; bit++) {
            bits[bit] = (bytes[start + bit / Byte.SIZE] >> bit % Byte.SIZE & 1) != 0;
        }
        return bits;
    }

    /// Refuses bytes that nobody asked for.
    public void expectEnd() {
        if (remaining() != 0) {
            throw corrupt(remaining() + " bytes too many");
        }
    }

    public FlamekeeperException corrupt(String why) {
        return new FlamekeeperException(ErrorCode.CORRUPT_DATA, "%s: %s", what, why);
    }
}
