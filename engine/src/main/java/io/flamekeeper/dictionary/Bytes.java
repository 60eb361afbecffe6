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
        int at = 0;
        while (length - at >= Long.BYTES) {
            if ((long) EIGHT.get(left, leftStart + at)
                    != (long) EIGHT.get(right, rightStart + at)) {
                return false;
            }
            at += Long.BYTES;
        }
        while (at < length) {
            if (left[leftStart + at] != right[rightStart + at]) {
                return false;
            }
            at++;
        }
        return true;
    }
}
