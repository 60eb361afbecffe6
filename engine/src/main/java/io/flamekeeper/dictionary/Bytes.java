package io.flamekeeper.dictionary;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Comparing stretches of some dozen bytes, which is what symbols have; for those a call of
/// [java.util.Arrays#equals(byte[], int, int, byte[], int, int)] costs more than the comparing.
final class Bytes {
    private static final VarHandle EIGHT =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private Bytes() {}

    /// **Hot path.** Benchmark: `AppendBenchmark`.
    static boolean equal(byte[] left, int leftStart, byte[] right, int rightStart, int length) {
        if (length < Long.BYTES) {
            return equalFew(left, leftStart, right, rightStart, length);
        }
        int last = length - Long.BYTES;
        for (int at = 0; at < last; at += Long.BYTES) {
            if ((long) EIGHT.get(left, leftStart + at)
                    != (long) EIGHT.get(right, rightStart + at)) {
                return false;
            }
        }
        // The last eight may be among those before; that costs less than looking at each.
        return (long) EIGHT.get(left, leftStart + last)
                == (long) EIGHT.get(right, rightStart + last);
    }

    private static boolean equalFew(
            byte[] left, int leftStart, byte[] right, int rightStart, int length) {
        for (int at = 0; at < length; at++) {
            if (left[leftStart + at] != right[rightStart + at]) {
                return false;
            }
        }
        return true;
    }
}
