package io.flamekeeper.column;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Non-negative numbers of one width in memory, read one at a time in constant time. Immutable; safe for use
/// by many threads.
public final class PackedInts {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final int count;
    private final int width;
    private final long mask;

    private PackedInts(byte[] bytes, int count, int width) {
        this.bytes = bytes;
        this.count = count;
        this.width = width;
        this.mask = (1L << width) - 1;
    }

    /// Makes one of a column whose values lie in `[0, max]`.
    ///
    /// @throws io.flamekeeper.model.FlamekeeperException `CORRUPT_DATA` if one does not
    public static PackedInts of(
            PackedLongs column, int max, PackedBlock.Decoder decoder, ByteSource source) {
        int width = Integer.SIZE - Integer.numberOfLeadingZeros(max);
        byte[] bytes =
                new byte[Math.toIntExact((long) column.count() * width / Byte.SIZE + Long.BYTES)];
        long[] values = new long[Math.min(BitPacking.BLOCK, column.count())];
        long bit = 0;
        for (int block = 0; block < column.blockCount(); block++) {
            column.read(block, decoder, values);
            for (int i = 0; i < column.countOf(block); i++, bit += width) {
                if (values[i] < 0 || values[i] > max) {
                    throw source.corrupt("number " + values[i] + " (expected: 0 to " + max + ")");
                }
                int at = (int) (bit / Byte.SIZE);
                long word = (long) LONG.get(bytes, at);
                LONG.set(bytes, at, word | values[i] << bit % Byte.SIZE);
            }
        }
        return new PackedInts(bytes, column.count(), width);
    }

    public int count() {
        return count;
    }

    public int get(int index) {
        long bit = (long) index * width;
        return (int) ((long) LONG.get(bytes, (int) (bit / Byte.SIZE)) >>> bit % Byte.SIZE & mask);
    }

    /// Place of `value` in ascending numbers, or `-1 - place` where it would be.
    public int search(int value) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int found = get(middle);
            if (found == value) {
                return middle;
            }
            if (found < value) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1 - low;
    }

    int[] toArray() {
        int[] values = new int[count];
        Arrays.setAll(values, this::get);
        return values;
    }
}
