package io.flamekeeper.format;

import java.util.Arrays;

/// Numbers different longs from 0 in the order in which they are first added.
///
/// Most writers count their ids from 1, and those are found without hashing:
///
/// | column   | shape              | meaning                                                      |
/// |----------|--------------------|--------------------------------------------------------------|
/// | `key`    | `long[n]`          | the long of that number                                      |
/// | `direct` | `int[…]`           | number plus 1 of the longs that are indexes of it, 0 = free  |
/// | `slot`   | `int[power of 2]`  | number plus 1 of the others; probed linearly, at most half full |
public final class LongIndex {
    public static final int NONE = -1;

    private static final int SLOTS_MIN = 64;

    private static final int RECENT = 1 << 10;

    /// Longs that are found directly though hardly any has been added.
    private static final int DIRECT_MIN = 256;

    private final long seed;
    private int count;

    /// Longs there is room for; which of the tables needs it, the longs say.
    private int expected;

    private long[] key = new long[SLOTS_MIN / 2];
    private int[] direct = new int[DIRECT_MIN];
    private int hashed;
    private int[] slot = new int[SLOTS_MIN];

    /// Number plus 1 of those of `slot` that were asked for lately: stacks name the same methods again and again.
    private int[] recent = {};

    /// @param seed unknown to whoever sends the longs, or they could make all of them collide; it changes
    ///     no result
    public LongIndex(long seed) {
        this.seed = seed;
    }

    /// Makes room for so many more.
    public void reserve(int more) {
        if (key.length - count < more) {
            key = Arrays.copyOf(key, Math.addExact(count, more));
        }
        expected = Math.addExact(count, more);
    }

    public int count() {
        return count;
    }

    public long key(int number) {
        return key[number];
    }

    /// **Hot path.** Returns the number of the long, or [#NONE]. Benchmark: `JfrDecodeBenchmark`.
    public int find(long wanted) {
        if (wanted >= 0 && wanted < direct.length && direct[(int) wanted] != 0) {
            return direct[(int) wanted] - 1;
        }
        return hashed == 0 ? NONE : findHashed(wanted);
    }

    private int findHashed(long wanted) {
        if (recent.length == 0) {
            recent = new int[RECENT];
        }
        int lately = (int) (wanted ^ wanted >>> Short.SIZE) & (RECENT - 1);
        int number = recent[lately] - 1;
        if (number == NONE || key[number] != wanted) {
            number = slot[slotOf(wanted)] - 1;
            recent[lately] = number + 1;
        }
        return number;
    }

    /// **Hot path.** Returns the number of the long, which is [#count] before the call if it is new.
    /// Benchmark: `JfrDecodeBenchmark`.
    public int add(long added) {
        if (added >= 0 && added < direct.length && direct[(int) added] != 0) {
            return direct[(int) added] - 1;
        }
        if (hashed == 0 && isDense(added)) {
            return addNew(added, NONE);
        }
        int at = slotOf(added);
        return slot[at] != 0 ? slot[at] - 1 : addNew(added, at);
    }

    /// @param at free slot for it, if it is not dense
    private int addNew(long added, int at) {
        if (count == key.length) {
            key = Arrays.copyOf(key, 2 * count);
        }
        boolean isDense = isDense(added);
        key[count++] = added;
        if (isDense) {
            if (added >= direct.length) {
                int longs = Math.max(2 * direct.length, expected + 1);
                direct = Arrays.copyOf(direct, Math.max(longs, (int) added + 1));
            }
            direct[(int) added] = count;
            return count - 1;
        }
        slot[at] = count;
        if (2 * ++hashed > slot.length) {
            rehash(Math.max(2 * slot.length, Integer.highestOneBit(2 * expected) * 2));
        }
        return count - 1;
    }

    /// Whether the long is so small that an array up to it is mostly used.
    private boolean isDense(long added) {
        return added >= 0 && added < Math.max(direct.length, 4L * count);
    }

    private void rehash(int slots) {
        int[] old = slot;
        slot = new int[slots];
        for (int used : old) {
            if (used != 0) {
                slot[slotOf(key[used - 1])] = used;
            }
        }
    }

    /// The slot that has the long, or a free one for it.
    private int slotOf(long wanted) {
        long mixed = (wanted ^ seed) * 0x9e3779b97f4a7c15L;
        mixed ^= mixed >>> 29;
        mixed *= 0xbf58476d1ce4e5b9L;
        int mask = slot.length - 1;
        int at = (int) (mixed >>> 32) & mask;
        while (slot[at] != 0 && key[slot[at] - 1] != wanted) {
            at = (at + 1) & mask;
        }
        return at;
    }
}
