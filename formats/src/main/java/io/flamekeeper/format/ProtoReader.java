package io.flamekeeper.format;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A cursor over protobuf's wire format in one array. Knows no message; makes no object while it reads.
///
/// The cursor moves inside a window that ends at [#limit]. [#enter] narrows the window to one
/// length-delimited field and [#leave] widens it again, so that no field reaches beyond its message:
///
/// ```java
/// int outer = reader.enter();
/// while (reader.hasMore()) { int tag = reader.tag(); … }
/// reader.leave(outer);
/// ```
///
/// Every contradiction is `MALFORMED_PROFILE` with the byte offset. Varints may be padded to 10 bytes, and
/// fields may come in any order, as protobuf allows.
public final class ProtoReader {
    /// Wire types, the low three bits of a tag.
    public static final int VARINT = 0;

    public static final int FIXED64 = 1;
    public static final int DELIMITED = 2;
    public static final int GROUP_START = 3;
    public static final int GROUP_END = 4;
    public static final int FIXED32 = 5;

    /// How long an array of varint fields by number is; fields of greater numbers do not fit.
    public static final int VARINT_FIELDS = 16;

    /// Bits that no tag of one byte has whose field is a varint.
    private static final int VARINT_MASK = 0x87;

    private static final int GROUP_DEPTH_MAX = 100;
    private static final VarHandle LITTLE_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final String format;
    private byte[] bytes;
    private int position;
    private int limit;

    /// @param format name of the format, for messages
    /// @param bytes  read in place, never written
    public ProtoReader(String format, byte[] bytes) {
        this.format = format;
        this.bytes = bytes;
        this.limit = bytes.length;
    }

    /// Forgets the array and begins another.
    public void reset(byte[] next) {
        bytes = next;
        position = 0;
        limit = next.length;
    }

    public int position() {
        return position;
    }

    /// First byte after the window.
    public int limit() {
        return limit;
    }

    public boolean hasMore() {
        return position < limit;
    }

    /// Moves the cursor and the window to `[start, end)`, which must be a range that this reader has
    /// entered before.
    public void window(int start, int end) {
        position = start;
        limit = end;
    }

    /// Reads the tag of a field: its number shifted left by 3, and its wire type.
    public int tag() {
        int at = position;
        if (at < limit && bytes[at] >= 1 << 3) {
            position = at + 1;
            return bytes[at];
        }
        return longTag();
    }

    private int longTag() {
        int at = position;
        long tag = varint();
        if (tag >>> 3 == 0 || tag >>> 32 != 0) {
            throw malformed(at, "tag", tag, "a field number of 1 to 536870911");
        }
        return (int) tag;
    }

    /// **Hot path.** Benchmark: `PprofDecodeBenchmark`.
    public long varint() {
        int at = position;
        if (at < limit) {
            byte first = bytes[at];
            if (first >= 0) {
                position = at + 1;
                return first;
            }
            if (at + 1 < limit && bytes[at + 1] >= 0) {
                position = at + 2;
                return (first & 0x7f) | (bytes[at + 1] << 7);
            }
        }
        return longVarint();
    }

    private long longVarint() {
        int at = position;
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at >= limit) {
                throw truncated(position, "a varint");
            }
            byte next = bytes[at++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                position = at;
                return value;
            }
        }
        throw new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE,
                "%s: varint at byte %d does not end (expected: at most 10 bytes)",
                format,
                position);
    }

    public long fixed64() {
        if (limit - position < Long.BYTES) {
            throw truncated(position, "a fixed field");
        }
        position += Long.BYTES;
        return (long) LITTLE_ENDIAN_LONG.get(bytes, position - Long.BYTES);
    }

    /// Reads what is left of the window and keeps the varints by field number; skips all other fields.
    ///
    /// @param into of length [#VARINT_FIELDS]
    public void varints(long[] into) {
        while (varintsUntilOther(into)) {
            varintOrSkip(tag(), into);
        }
    }

    /// Reads a field where [#varintsUntilOther] stopped: its tag may be padded.
    public void varintOrSkip(int tag, long[] into) {
        if ((tag & 7) == VARINT && tag >>> 3 < VARINT_FIELDS) {
            into[tag >>> 3] = varint();
        } else {
            skip(tag);
        }
    }

    /// **Hot path.** Reads varints up to the end of the window or to a field that is none or has a number above 15,
    /// where the cursor then stands. Benchmark: `PprofDecodeBenchmark`.
    ///
    /// @param into as of [#varints]
    /// @return whether there is such a field
    public boolean varintsUntilOther(long[] into) {
        byte[] from = bytes;
        int at = position;
        int end = limit;
        while (at < end) {
            int tag = from[at];
            if ((tag & VARINT_MASK) != 0 || tag == 0) {
                position = at;
                return true;
            }
            int first = end - at > 1 ? from[at + 1] : -1;
            if (first >= 0) {
                into[tag >>> 3] = first;
                at += 2;
            } else if (end - at > 2 && from[at + 2] >= 0) {
                into[tag >>> 3] = (first & 0x7f) | (from[at + 2] << 7);
                at += 3;
            } else {
                position = at + 1;
                into[tag >>> 3] = varint();
                at = position;
            }
        }
        position = at;
        return false;
    }

    /// Reads the length of a delimited field and narrows the window to it.
    ///
    /// @return what [#leave] takes to widen the window again
    public int enter() {
        int length = length();
        int outer = limit;
        limit = position + length;
        return outer;
    }

    /// Leaves the field, wherever in it the cursor is.
    public void leave(int outer) {
        position = limit;
        limit = outer;
    }

    /// Reads the length of a delimited field; its bytes are all inside the window.
    public int length() {
        int at = position;
        long length = varint();
        if (length < 0 || length > limit - position) {
            throw new FlamekeeperException(
                    ErrorCode.MALFORMED_PROFILE,
                    "%s: field of %s bytes at byte %d is truncated (expected: at most the %d bytes left)",
                    format,
                    Long.toUnsignedString(length),
                    at,
                    limit - position);
        }
        return (int) length;
    }

    /// Moves over bytes that [#length] has promised.
    public void advance(int count) {
        assert count <= limit - position : count;
        position += count;
    }

    /// Skips the field whose tag was just read; groups by counting, not by recursion.
    public void skip(int tag) {
        if ((tag & 7) == GROUP_START) {
            skipGroup(tag >>> 3);
        } else {
            skipPlain(tag);
        }
    }

    private void skipPlain(int tag) {
        switch (tag & 7) {
            case VARINT -> varint();
            case FIXED64 -> skipFixed(8);
            case DELIMITED -> advance(length());
            case FIXED32 -> skipFixed(4);
            default ->
                    throw malformed(position, "wire type", tag & 7, "0, 1, 2, 5 or a closed group");
        }
    }

    private void skipFixed(int count) {
        if (limit - position < count) {
            throw truncated(position, "a fixed field");
        }
        position += count;
    }

    private void skipGroup(int field) {
        int[] open = new int[GROUP_DEPTH_MAX];
        int depth = 0;
        open[depth++] = field;
        while (depth > 0) {
            if (!hasMore()) {
                throw truncated(position, "group " + open[depth - 1]);
            }
            int at = position;
            int tag = tag();
            if ((tag & 7) == GROUP_START) {
                if (depth == GROUP_DEPTH_MAX) {
                    throw malformed(at, "group depth", depth + 1, "at most " + GROUP_DEPTH_MAX);
                }
                open[depth++] = tag >>> 3;
            } else if ((tag & 7) == GROUP_END) {
                if (tag >>> 3 != open[--depth]) {
                    throw malformed(at, "end of group", tag >>> 3, "group " + open[depth]);
                }
            } else {
                skipPlain(tag);
            }
        }
    }

    private FlamekeeperException truncated(int at, String what) {
        return new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE,
                "%s: %s at byte %d is truncated (expected: more bytes before byte %d)",
                format,
                what,
                at,
                limit);
    }

    private FlamekeeperException malformed(int at, String what, long value, String expected) {
        return new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE,
                "%s: %s is %s at byte %d (expected: %s)",
                format,
                what,
                Long.toUnsignedString(value),
                at,
                expected);
    }
}
