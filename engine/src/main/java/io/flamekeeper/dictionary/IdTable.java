package io.flamekeeper.dictionary;

import java.util.Arrays;

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
/// Ids are put in ascending and removed in descending order. The last one put is then the last of its run of
/// slots, also after growing, so clearing its slot leaves every other id findable.
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
        return (int) slots[slot] - 1;
    }

    /// Puts the next id, which is the number of ids so far.
    void put(int hash, int id) {
        assert id == count : id + " is not next after " + count;
        if (2 * ++count > slots.length) {
            grow();
        }
        place((long) hash << Integer.SIZE | (id + 1L));
    }

    /// Removes the id that was put last.
    void removeLast(int hash) {
        int slot = first(hash);
        while (id(slot) != count - 1) {
            slot = next(slot);
        }
        slots[slot] = 0;
        count--;
    }

    /// Places ids in the order they were put, which is what makes the last one removable.
    private void grow() {
        long[] byId = new long[count - 1];
        for (long taken : slots) {
            if (taken != 0) {
                byId[(int) taken - 1] = taken;
            }
        }
        slots = new long[2 * slots.length];
        Arrays.stream(byId).forEach(this::place);
    }

    private void place(long taken) {
        int slot = first((int) (taken >>> Integer.SIZE));
        while (isTaken(slot)) {
            slot = next(slot);
        }
        slots[slot] = taken;
    }
}
