package io.flamekeeper.format.jfr;

import java.util.Arrays;

/// Numbers different longs from 0 in the order in which they are first added.
///
/// | column | shape              | meaning                                                      |
/// |--------|--------------------|--------------------------------------------------------------|
/// | `key`  | `long[n]`          | the long of that number                                      |
/// | `slot` | `int[power of 2]`  | number plus 1, 0 = free; probed linearly, at most half full  |
final class LongIndex {
    static final int NONE = -1;

    private static final int SLOTS_MIN = 64;

    private final long seed;
    private int count;
    private long[] key = new long[SLOTS_MIN / 2];
    private int[] slot = new int[SLOTS_MIN];

    /// @param seed unknown to whoever sends the longs, or they could make all of them collide; it changes
    ///     no result
    LongIndex(long seed) {
        this.seed = seed;
    }

    int count() {
        return count;
    }

    long key(int number) {
        return key[number];
    }

    /// **Hot path.** Returns the number of the long, or [#NONE]. Benchmark: `JfrDecodeBenchmark`.
    int find(long wanted) {
        int mask = slot.length - 1;
        for (int at = start(wanted) & mask; slot[at] != 0; at = (at + 1) & mask) {
            if (key[slot[at] - 1] == wanted) {
                return slot[at] - 1;
            }
        }
        return NONE;
    }

    /// **Hot path.** Returns the number of the long, which is [#count] before the call if it is new.
    /// Benchmark: `JfrDecodeBenchmark`.
    int add(long added) {
        int mask = slot.length - 1;
        int at = start(added) & mask;
        for (; slot[at] != 0; at = (at + 1) & mask) {
            if (key[slot[at] - 1] == added) {
                return slot[at] - 1;
            }
        }
        if (count == key.length) {
            grow();
            mask = slot.length - 1;
            at = free(added, mask);
        }
        key[count] = added;
        slot[at] = ++count;
        return count - 1;
    }

    private void grow() {
        key = Arrays.copyOf(key, 2 * count);
        slot = new int[4 * count];
        for (int number = 0; number < count; number++) {
            slot[free(key[number], slot.length - 1)] = number + 1;
        }
    }

    private int free(long wanted, int mask) {
        int at = start(wanted) & mask;
        while (slot[at] != 0) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private int start(long wanted) {
        long mixed = (wanted ^ seed) * 0x9e3779b97f4a7c15L;
        mixed ^= mixed >>> 29;
        return (int) ((mixed * 0xbf58476d1ce4e5b9L) >>> 32);
    }
}
