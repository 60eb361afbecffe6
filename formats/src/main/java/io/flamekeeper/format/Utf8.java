package io.flamekeeper.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Well-formedness of UTF-8 where it lies, by table 3-7 of the Unicode standard: no overlong form, no
/// surrogate, nothing above U+10FFFF.
public final class Utf8 {
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    /// **Hot path.** Benchmark: `PprofDecodeBenchmark`.
    public static boolean isValid(byte[] bytes, int start, int length) {
        int at = start;
        int end = start + length;
        if (length >= Long.BYTES) {
            int last = end - Long.BYTES;
            while (at < last && ((long) EIGHT_BYTES.get(bytes, at) & HIGH_BITS) == 0) {
                at += Long.BYTES;
            }
            // The last eight bytes may be among those before; that costs less than looking at each.
            if (at >= last && ((long) EIGHT_BYTES.get(bytes, last) & HIGH_BITS) == 0) {
                return true;
            }
        }
        while (at < end && bytes[at] >= 0) {
            at++;
        }
        return at == end || isValidSlow(bytes, at, end);
    }

    private static boolean isValidSlow(byte[] bytes, int start, int end) {
        int at = start;
        while (at < end) {
            int first = bytes[at] & 0xff;
            int following;
            int secondMin = 0x80;
            int secondMax = 0xbf;
            if (first < 0x80) {
                at++;
                continue;
            } else if (first >= 0xc2 && first <= 0xdf) {
                following = 1;
            } else if (first >= 0xe0 && first <= 0xef) {
                following = 2;
                secondMin = first == 0xe0 ? 0xa0 : 0x80;
                secondMax = first == 0xed ? 0x9f : 0xbf;
            } else if (first >= 0xf0 && first <= 0xf4) {
                following = 3;
                secondMin = first == 0xf0 ? 0x90 : 0x80;
                secondMax = first == 0xf4 ? 0x8f : 0xbf;
            } else {
                return false;
            }
            if (end - at <= following) {
                return false;
            }
            int second = bytes[at + 1] & 0xff;
            if (second < secondMin || second > secondMax) {
                return false;
            }
            for (int i = 2; i <= following; i++) {
                if (!isContinuation(bytes[at + i])) {
                    return false;
                }
            }
            at += 1 + following;
        }
        return true;
    }

    /// Whether a byte continues a character that an earlier byte began.
    public static boolean isContinuation(byte value) {
        return (value & 0xc0) == 0x80;
    }
}
