package io.flamekeeper.column;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Numbers of a fixed width of 0 to 32 bits, without gaps.
///
/// | numbers    | where number i lies                                                                       |
/// |------------|-------------------------------------------------------------------------------------------|
/// | [#BLOCK]   | *transposed*: in lane i mod 32, bits (i div 32)·w … of it; word k of lane l is word 32·k + l |
/// | fewer      | *in a row*: bits i·w …                                                                     |
///
/// Words have 32 bits, little-endian; bit b of a lane or of the row is bit b mod 32 of its word b div 32. Both
/// take `count · width` bits, rounded up to bytes.
///
/// Transposed, 32 neighbours are shifted by the same amount, which the compiler turns into vector
/// instructions; in a row, a few numbers take a few bytes.
public final class BitPacking {
    /// Numbers in a whole block.
    public static final int BLOCK = 1024;

    private static final int LANES = 32;
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private BitPacking() {}

    public static int byteCount(int count, int width) {
        return Math.ceilDiv(count * width, Byte.SIZE);
    }

    /// Writes the lowest `width` bits of the first `count` numbers, at most [#BLOCK].
    public static void pack(int[] values, int count, int width, ByteSink sink) {
        int mask = mask(width);
        if (count == BLOCK) {
            int[] words = new int[LANES * width];
            for (int i = 0; i < BLOCK; i++) {
                int bit = i / LANES * width;
                int word = bit / Integer.SIZE * LANES + i % LANES;
                int shift = bit % Integer.SIZE;
                if (width > 0) {
                    words[word] |= (values[i] & mask) << shift;
                }
                if (shift + width > Integer.SIZE) {
                    words[word + LANES] |= (values[i] & mask) >>> (Integer.SIZE - shift);
                }
            }
            for (int word : words) {
                sink.putInt(word);
            }
            return;
        }
        long pending = 0;
        int bits = 0;
        for (int i = 0; i < count; i++) {
            pending |= (values[i] & mask & 0xFFFF_FFFFL) << bits;
            bits += width;
            for (; bits >= Byte.SIZE; bits -= Byte.SIZE) {
                sink.putByte((int) pending);
                pending >>>= Byte.SIZE;
            }
        }
        if (bits > 0) {
            sink.putByte((int) pending);
        }
    }

    /// Reads what [#pack] wrote, from byte `start` on.
    ///
    /// **Hot path.** Benchmark: `SegmentScanBenchmark`.
    ///
    /// @param words room for [#BLOCK] words, used and left in no defined state
    public static void unpack(
            byte[] bytes, int start, int count, int width, int[] words, int[] values) {
        if (width == 0) {
            Arrays.fill(values, 0, count, 0);
        } else if (count == BLOCK) {
            ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .position(start)
                    .asIntBuffer()
                    .get(words, 0, LANES * width);
            unpackTransposed(words, width, values);
        } else {
            unpackRow(bytes, start, count, width, values);
        }
    }

    private static void unpackTransposed(int[] words, int width, int[] values) {
        int mask = mask(width);
        for (int row = 0; row < BLOCK / LANES; row++) {
            int bit = row * width;
            int from = bit / Integer.SIZE * LANES;
            int shift = bit % Integer.SIZE;
            if (shift + width <= Integer.SIZE) {
                unpackOne(words, from, shift, mask, values, row * LANES);
            } else {
                unpackTwo(words, from, shift, mask, values, row * LANES);
            }
        }
    }

    /// A method of its own, so that the compiler sees a loop of constant length over three arrays.
    private static void unpackOne(
            int[] words, int from, int shift, int mask, int[] values, int to) {
        for (int lane = 0; lane < LANES; lane++) {
            values[to + lane] = words[from + lane] >>> shift & mask;
        }
    }

    private static void unpackTwo(
            int[] words, int from, int shift, int mask, int[] values, int to) {
        int rest = Integer.SIZE - shift;
        for (int lane = 0; lane < LANES; lane++) {
            values[to + lane] =
                    (words[from + lane] >>> shift | words[from + LANES + lane] << rest) & mask;
        }
    }

    private static void unpackRow(byte[] bytes, int start, int count, int width, int[] values) {
        int mask = mask(width);
        int wholeReads = bytes.length - Long.BYTES;
        int i = 0;
        for (; i < count && start + i * width / Byte.SIZE <= wholeReads; i++) {
            int bit = i * width;
            long word = (long) LONG.get(bytes, start + bit / Byte.SIZE);
            values[i] = (int) (word >>> bit % Byte.SIZE) & mask;
        }
        for (; i < count; i++) {
            values[i] = (int) bits(bytes, start, (long) i * width, width);
        }
    }

    /// Number `width` bits wide that begins at a bit of the row that starts at byte `start`; byte by byte, for
    /// the end of an array.
    static long bits(byte[] bytes, int start, long bit, int width) {
        int first = start + (int) (bit / Byte.SIZE);
        int last = start + (int) ((bit + width - 1) / Byte.SIZE);
        long word = 0;
        for (int at = last; at >= first; at--) {
            word = word << Byte.SIZE | (bytes[at] & 0xFF);
        }
        return word >>> bit % Byte.SIZE & (1L << width) - 1;
    }

    private static int mask(int width) {
        return width == Integer.SIZE ? -1 : (1 << width) - 1;
    }
}
