package io.flamekeeper.format.jfr;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A cursor over one chunk. Makes no object and never throws while it reads: a read beyond the end gives 0,
/// moves the cursor to the end and is remembered, see [#isOverrun].
///
/// | value             | bytes                                                                                |
/// |-------------------|--------------------------------------------------------------------------------------|
/// | integer           | 7 bits each, low first, the high bit says that more follow; the 9th has 8 bits       |
/// | `boolean`, `byte` | one                                                                                  |
/// | `float`, `double` | 4, 8, big endian                                                                     |
/// | string            | a tag: 0 null, 1 empty, 2 constant of an id, 3 UTF-8, 4 characters, 5 ISO 8859-1; the last three with a length in front |
final class ChunkReader {
    static final int TEXT_NULL = 0;
    static final int TEXT_EMPTY = 1;
    static final int TEXT_CONSTANT = 2;
    static final int TEXT_UTF8 = 3;
    static final int TEXT_CHARACTERS = 4;
    static final int TEXT_LATIN1 = 5;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;

    private final byte[] bytes;
    private final int end;
    private int position;
    private boolean isOverrun;

    // The string read last.
    private int textTag;
    private int textStart;
    private int textEnd;
    private long textConstant;

    /// @param start first byte of the chunk
    /// @param end   first byte after it
    ChunkReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    int position() {
        return position;
    }

    /// Moves the cursor to a place in the chunk, and forgets that it was beyond the end.
    void seek(int to) {
        position = to;
        isOverrun = false;
    }

    boolean isOverrun() {
        return isOverrun;
    }

    int remaining() {
        return end - position;
    }

    private long overrun() {
        position = end;
        isOverrun = true;
        return 0;
    }

    /// **Hot path.** Reads an integer of any width. Benchmark: `JfrDecodeBenchmark`.
    long varint() {
        int at = position;
        if (end - at >= Long.BYTES) {
            int first = bytes[at];
            if (first >= 0) {
                position = at + 1;
                return first;
            }
            long word = (long) EIGHT_BYTES.get(bytes, at);
            long ends = ~word & HIGH_BITS;
            if (ends != 0) {
                position = at + length(ends);
                return value(word & (ends ^ (ends - 1)));
            }
        }
        return slowVarint();
    }

    /// **Hot path.** Reads as many integers as there are numbers, each into `values` under its number.
    /// Benchmark: `JfrDecodeBenchmark`.
    ///
    /// What nobody asks for, such as when an event began, is not put together.
    void varints(int[] number, long[] values) {
        int unnamed = Word.OTHER.number();
        byte[] from = bytes;
        int at = position;
        int safe = end - Long.BYTES;
        for (int one : number) {
            if (at <= safe) {
                int first = from[at];
                if (first >= 0) {
                    values[one] = first;
                    at++;
                    continue;
                }
                long word = (long) EIGHT_BYTES.get(from, at);
                long ends = ~word & HIGH_BITS;
                if (ends != 0) {
                    if (one != unnamed) {
                        values[one] = value(word & (ends ^ (ends - 1)));
                    }
                    at += length(ends);
                    continue;
                }
            }
            position = at;
            values[one] = slowVarint();
            at = position;
        }
        position = at;
    }

    /// Bytes of the integer that a word begins with, from the high bits of those bytes that have none.
    private static int length(long ends) {
        return (Long.numberOfTrailingZeros(ends) >>> 3) + 1;
    }

    /// Puts the 7 bits of each of 8 bytes together: pairs of bytes, of pairs, of fours.
    static long value(long word) {
        long pairs = (word & 0x007f_007f_007f_007fL) | ((word & 0x7f00_7f00_7f00_7f00L) >>> 1);
        long fours = (pairs & 0x0000_3fff_0000_3fffL) | ((pairs & 0x3fff_0000_3fff_0000L) >>> 2);
        return (fours & 0x0fff_ffffL) | ((fours & 0x0fff_ffff_0000_0000L) >>> 4);
    }

    private long slowVarint() {
        long value = 0;
        int at = position;
        for (int shift = 0; shift < 56; shift += 7) {
            if (at >= end) {
                return overrun();
            }
            byte next = bytes[at++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                position = at;
                return value;
            }
        }
        if (at >= end) {
            return overrun();
        }
        position = at + 1;
        return value | (long) bytes[at] << 56;
    }

    /// Reads how many things follow that take a byte each or more: never more than there are bytes left.
    int count() {
        long said = varint();
        return said >= 0 && said <= end - position ? (int) said : (int) overrun();
    }

    int oneByte() {
        return position < end ? bytes[position++] : (int) overrun();
    }

    void skip(int count) {
        if (count <= end - position) {
            position += count;
        } else {
            overrun();
        }
    }

    /// Reads a string; what it is, the methods below say until the next one is read.
    void text() {
        textTag = oneByte();
        textConstant = 0;
        textStart = position;
        textEnd = position;
        switch (textTag) {
            case TEXT_NULL, TEXT_EMPTY -> {}
            case TEXT_CONSTANT -> textConstant = varint();
            case TEXT_UTF8, TEXT_LATIN1 -> {
                int length = count();
                textStart = position;
                skip(length);
                textEnd = position;
            }
            case TEXT_CHARACTERS -> {
                int length = count();
                textStart = position;
                skipVarints(length);
                textEnd = position;
            }
            default -> overrun();
        }
    }

    /// **Hot path.** Skips so many integers: so many bytes without a high bit, wherever the words begin that they
    /// are counted in. Only of the longest integers, which 8 bytes with a high bit begin, the last byte may
    /// be either. Benchmark: `JfrDecodeBenchmark`.
    void skipVarints(long count) {
        long left = count;
        int at = position;
        int unfinished = 0;
        while (left > Long.BYTES && end - at >= Long.BYTES) {
            long ends = ~(long) EIGHT_BYTES.get(bytes, at) & HIGH_BITS;
            if ((Long.numberOfTrailingZeros(ends) >>> 3) + unfinished >= Long.BYTES) {
                break;
            }
            unfinished = Long.numberOfLeadingZeros(ends) >>> 3;
            left -= Long.bitCount(ends);
            at += Long.BYTES;
        }
        position = at - unfinished;
        while (left > 0 && !isOverrun) {
            varint();
            left--;
        }
    }

    int textTag() {
        return textTag;
    }

    /// First byte of the text itself.
    int textStart() {
        return textStart;
    }

    /// First byte after it. Where all characters are ASCII, the bytes are the text in each encoding.
    int textEnd() {
        return textEnd;
    }

    long textConstant() {
        return textConstant;
    }
}
