package io.flamekeeper.dictionary;

/// Finds dense ids by a key of 64 bits, which is in the table itself: a hit touches one cache line and needs no
/// other proof. Open addressing with linear probing; ids are put and removed in any order.
///
/// | slot        | meaning                     |
/// |-------------|-----------------------------|
/// | `2 * i`     | the key; 0 in a free slot    |
/// | `2 * i + 1` | id + 1, 0 = the slot is free |
final class PairTable {
    static final int NONE = -1;

    /// What is in the first slot of the key is something else.
    private static final int UNSURE = -2;

    private static final int PAIRS_MIN = 16;

    private final long seed;

    /// A power of two of pairs, at most two thirds of them taken.
    private long[] slots = new long[2 * PAIRS_MIN];

    private int count;

    /// @param seed unknown to whoever chooses keys, or they could make all of them collide
    PairTable(long seed) {
        this.seed = seed;
    }

    static long key(int high, int low) {
        return (long) high << Integer.SIZE | (low & 0xFFFF_FFFFL);
    }

    /// **Hot path.** Returns the id of the key, or [#NONE]. Benchmark: `AppendBenchmark`.
    int find(long key) {
        long[] pairs = slots;
        int mask = pairs.length - 1;
        int at = home(key, mask);
        while (pairs[at + 1] != 0) {
            if (pairs[at] == key) {
                return (int) pairs[at + 1] - 1;
            }
            at = (at + 2) & mask;
        }
        return NONE;
    }

    /// **Hot path.** Finds the ids of the first `count` keys, [#NONE] for one that is not there. The first slots of
    /// all keys are read before any is searched further, so that the processor waits for many at once.
    /// Benchmark: `AppendBenchmark`.
    void findAll(long[] keys, int count, int[] ids) {
        long[] pairs = slots;
        int mask = pairs.length - 1;
        for (int i = 0; i < count; i++) {
            int at = home(keys[i], mask);
            ids[i] = pairs[at] == keys[i] ? (int) pairs[at + 1] - 1 : UNSURE;
        }
        for (int i = 0; i < count; i++) {
            if (ids[i] == UNSURE) {
                ids[i] = find(keys[i]);
            }
        }
    }

    int count() {
        return count;
    }

    /// Puts a key, or gives one that is in the table another id.
    void set(long key, int id) {
        int mask = slots.length - 1;
        for (int at = home(key, mask); slots[at + 1] != 0; at = (at + 2) & mask) {
            if (slots[at] == key) {
                slots[at + 1] = id + 1L;
                return;
            }
        }
        put(key, id);
    }

    /// Puts a key that is not in the table.
    void put(long key, int id) {
        if (3L * ++count > slots.length) {
            grow();
        }
        place(key, id + 1L);
    }

    /// Removes a key that is in the table, and moves what follows it forward as far as its search allows, so that
    /// no search ends too early.
    void remove(long key) {
        int mask = slots.length - 1;
        int hole = home(key, mask);
        while (slots[hole] != key) {
            hole = (hole + 2) & mask;
        }
        for (int at = (hole + 2) & mask; slots[at + 1] != 0; at = (at + 2) & mask) {
            int wanted = home(slots[at], mask);
            if (((at - wanted) & mask) >= ((at - hole) & mask)) {
                slots[hole] = slots[at];
                slots[hole + 1] = slots[at + 1];
                hole = at;
            }
        }
        slots[hole] = 0;
        slots[hole + 1] = 0;
        count--;
    }

    private void grow() {
        long[] pairs = slots;
        slots = new long[2 * pairs.length];
        for (int at = 0; at < pairs.length; at += 2) {
            if (pairs[at + 1] != 0) {
                place(pairs[at], pairs[at + 1]);
            }
        }
    }

    private void place(long key, long taken) {
        int mask = slots.length - 1;
        int at = home(key, mask);
        while (slots[at + 1] != 0) {
            at = (at + 2) & mask;
        }
        slots[at] = key;
        slots[at + 1] = taken;
    }

    /// Two multiplications, the first after the seed is in: without the seed nobody can aim at a slot.
    private int home(long key, int mask) {
        long mixed = (key ^ seed) * 0x9e3779b97f4a7c15L;
        mixed ^= mixed >>> 29;
        return (int) ((mixed * 0xbf58476d1ce4e5b9L) >>> Integer.SIZE) & mask & ~1;
    }
}
