package io.flamekeeper.query;

import java.util.Arrays;

/// Dense ids, from 0 in order of arrival, for rows of a fixed number of `long`s.
final class RowIds {
    private final int width;
    private final long seed;
    private long[] rows;
    private int[] slot = new int[64];
    private int count;

    RowIds(int width, long seed) {
        this.width = width;
        this.seed = seed;
        this.rows = new long[32 * width];
    }

    int intern(long... row) {
        assert row.length == width : row.length + " != " + width;
        int mask = slot.length - 1;
        int at = hash(row, 0) & mask;
        while (slot[at] != 0) {
            int id = slot[at] - 1;
            int start = id * width;
            if (Arrays.equals(rows, start, start + width, row, 0, width)) {
                return id;
            }
            at = (at + 1) & mask;
        }
        if ((count + 1) * width > rows.length) {
            rows = Arrays.copyOf(rows, 2 * rows.length);
        }
        System.arraycopy(row, 0, rows, count * width, width);
        slot[at] = ++count;
        if (2 * count > slot.length) {
            grow();
        }
        return count - 1;
    }

    int count() {
        return count;
    }

    long value(int id, int column) {
        return rows[id * width + column];
    }

    private void grow() {
        slot = new int[2 * slot.length];
        int mask = slot.length - 1;
        for (int id = 0; id < count; id++) {
            int at = hash(rows, id * width) & mask;
            while (slot[at] != 0) {
                at = (at + 1) & mask;
            }
            slot[at] = id + 1;
        }
    }

    private int hash(long[] values, int start) {
        long hash = seed;
        for (int i = start; i < start + width; i++) {
            long a = hash ^ values[i];
            hash =
                    (a * 0x9e37_79b9_7f4a_7c15L)
                            ^ Math.unsignedMultiplyHigh(a, 0x9e37_79b9_7f4a_7c15L);
        }
        return (int) (hash ^ (hash >>> 32));
    }
}
