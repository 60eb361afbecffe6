package io.flamekeeper.format;

import io.flamekeeper.model.StringTable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Grows a [StringTable] in which every string is there once.
///
/// | column   | shape             | meaning                                                      |
/// |----------|-------------------|--------------------------------------------------------------|
/// | `slot`   | `int[power of 2]` | id of the string, 0 = free; probed linearly, half full       |
public final class Strings {
    /// The empty string, which is always there.
    public static final int EMPTY = 0;

    private static final int NAME_BYTES = 48;
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final long seed;
    private byte[] bytes = new byte[4096];
    private int end;
    private int[] start = new int[64];
    private int[] length = new int[64];
    private int count = 1;
    private int[] slot = new int[128];

    /// @param seed unknown to whoever sends the strings, or they could make all of them collide
    public Strings(long seed) {
        this.seed = seed;
    }

    public int count() {
        return count;
    }

    /// Makes room for so many more names.
    public void reserve(int more) {
        long wanted = end + (long) NAME_BYTES * more;
        if (bytes.length < wanted && wanted <= Integer.MAX_VALUE) {
            bytes = Arrays.copyOf(bytes, (int) wanted);
        }
        if (start.length - count < more) {
            resize(Math.addExact(count, more));
        }
    }

    /// Returns the id of the UTF-8 string, which is [#count] before the call if it is new.
    public int add(byte[] from, int fromStart, int fromLength) {
        if (fromLength == 0) {
            return 0;
        }
        int at = slotOf(from, fromStart, fromLength);
        if (slot[at] != 0) {
            return slot[at];
        }
        if (count == start.length) {
            resize(2 * count);
            at = slotOf(from, fromStart, fromLength);
        }
        if (bytes.length - end < fromLength) {
            bytes =
                    Arrays.copyOf(
                            bytes,
                            Math.addExact(Math.addExact(bytes.length, bytes.length), fromLength));
        }
        System.arraycopy(from, fromStart, bytes, end, fromLength);
        start[count] = end;
        length[count] = fromLength;
        end += fromLength;
        slot[at] = count;
        return count++;
    }

    private void resize(int capacity) {
        start = Arrays.copyOf(start, capacity);
        length = Arrays.copyOf(length, capacity);
        slot = new int[Integer.highestOneBit(capacity) * 4];
        for (int id = 1; id < count; id++) {
            slot[slotOf(bytes, start[id], length[id])] = id;
        }
    }

    private int slotOf(byte[] from, int fromStart, int fromLength) {
        long hash = hash(from, fromStart, fromStart + fromLength);
        int mask = slot.length - 1;
        int at = (int) (hash >>> 32) & mask;
        while (slot[at] != 0
                && !Arrays.equals(
                        bytes,
                        start[slot[at]],
                        start[slot[at]] + length[slot[at]],
                        from,
                        fromStart,
                        fromStart + fromLength)) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private long hash(byte[] from, int first, int afterLast) {
        long hash = seed ^ (afterLast - first);
        int at = first;
        while (afterLast - at >= Long.BYTES) {
            hash = mixed(hash ^ (long) EIGHT_BYTES.get(from, at));
            at += Long.BYTES;
        }
        while (at < afterLast) {
            hash = mixed(hash ^ from[at++]);
        }
        return hash;
    }

    private static long mixed(long hash) {
        long product = hash * 0x9e3779b97f4a7c15L;
        return product ^ (product >>> 32);
    }

    public StringTable table() {
        return StringTable.ofSlices(bytes, start, length, count);
    }
}
