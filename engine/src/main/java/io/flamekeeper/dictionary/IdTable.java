package io.flamekeeper.dictionary;

/// Finds dense ids by hash: open addressing with linear probing over one array. Knows nothing of what the
/// ids stand for; who asks compares the thing itself, so equal hashes never make two things one.
///
/// ```
/// for (int slot = table.first(hash); table.isTaken(slot); slot = table.next(slot)) {
///     if (table.mayBe(slot, hash) && same(table.id(slot))) {
///         return table.id(slot);
///     }
/// }
/// ```
///
/// Ids are put and removed in any order.
final class IdTable {
    private static final int SLOTS_MIN = 16;

    /// `hash << 32 | id + 1`, 0 when free. A power of two in length, at most half full.
    private long[] slots = new long[SLOTS_MIN];

    private int count;

    int first(int hash) {
        return hash & (slots.length - 1);
    }

    int next(int slot) {
        return (slot + 1) & (slots.length - 1);
    }

    boolean isTaken(int slot) {
        return slots[slot] != 0;
    }

    boolean mayBe(int slot, int hash) {
        return (int) (slots[slot] >>> Integer.SIZE) == hash;
    }

    int id(int slot) {
        return id(slots[slot]);
    }

    /// What is in the slot, for [#mayBe(long, int)] and [#id(long)].
    long entry(int slot) {
        return slots[slot];
    }

    /// False if the slot is free.
    static boolean mayBe(long entry, int hash) {
        return entry != 0 && (int) (entry >>> Integer.SIZE) == hash;
    }

    static int id(long entry) {
        return (int) entry - 1;
    }

    /// Puts an id that is not in the table.
    void put(int hash, int id) {
        if (2 * ++count > slots.length) {
            grow();
        }
        place((long) hash << Integer.SIZE | (id + 1L));
    }

    /// Removes an id that is in the table, and moves what follows it forward as far as its search allows, so that
    /// no search ends too early.
    void remove(int hash, int id) {
        int hole = first(hash);
        while (id(hole) != id) {
            hole = next(hole);
        }
        for (int slot = next(hole); isTaken(slot); slot = next(slot)) {
            int wanted = first((int) (slots[slot] >>> Integer.SIZE));
            if (distance(wanted, slot) >= distance(hole, slot)) {
                slots[hole] = slots[slot];
                hole = slot;
            }
        }
        slots[hole] = 0;
        count--;
    }

    /// Slots from one to another, going forward.
    private int distance(int from, int to) {
        return (to - from) & (slots.length - 1);
    }

    private void grow() {
        long[] taken = slots;
        slots = new long[2 * taken.length];
        for (long one : taken) {
            if (one != 0) {
                place(one);
            }
        }
    }

    private void place(long taken) {
        int slot = first((int) (taken >>> Integer.SIZE));
        while (isTaken(slot)) {
            slot = next(slot);
        }
        slots[slot] = taken;
    }
}
