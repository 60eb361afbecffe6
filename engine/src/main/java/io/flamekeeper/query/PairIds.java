package io.flamekeeper.query;

import java.util.Arrays;

/// Dense ids, from 0 in order of arrival, for pairs of ints: edges of a tree, (caller, label).
///
/// Open addressing with linear probing; the hash is seeded, so that no upload can choose collisions.
final class PairIds {
    private final long seed;
    private long[] pair = new long[64];
    private int[] slot = new int[128];
    private int count;

    PairIds(long seed) {
        this.seed = seed;
    }

    /// **Hot path.** Benchmark: `FoldBenchmark`.
    ///
    /// @return the id of the pair; a new one if it equals [#count] as it was before
    int intern(int first, int second) {
        long wanted = (long) first << 32 | (second & 0xffff_ffffL);
        int mask = slot.length - 1;
        int at = (int) mix(wanted) & mask;
        while (slot[at] != 0) {
            int id = slot[at] - 1;
            if (pair[id] == wanted) {
                return id;
            }
            at = (at + 1) & mask;
        }
        if (count == pair.length) {
            pair = Arrays.copyOf(pair, 2 * count);
        }
        pair[count] = wanted;
        slot[at] = ++count;
        if (2 * count > slot.length) {
            rehash(2 * slot.length);
        }
        return count - 1;
    }

    /// Makes room for pairs that are expected, so that the table grows once.
    void reserve(int more) {
        int wanted = count + more;
        if (wanted > pair.length) {
            pair = Arrays.copyOf(pair, wanted);
        }
        if (2L * wanted > slot.length) {
            rehash(Integer.highestOneBit(Math.min(2 * wanted - 1, 1 << 29)) << 1);
        }
    }

    int count() {
        return count;
    }

    int first(int id) {
        return (int) (pair[id] >>> 32);
    }

    int second(int id) {
        return (int) pair[id];
    }

    private void rehash(int slots) {
        slot = new int[slots];
        int mask = slot.length - 1;
        for (int id = 0; id < count; id++) {
            int at = (int) mix(pair[id]) & mask;
            while (slot[at] != 0) {
                at = (at + 1) & mask;
            }
            slot[at] = id + 1;
        }
    }

    /// The high half of a 128-bit product folded onto the low one; source: wyhash.
    private long mix(long value) {
        long a = value ^ seed;
        long b = 0x9e37_79b9_7f4a_7c15L;
        long low = a * b;
        return low ^ Math.unsignedMultiplyHigh(a, b) ^ (low >>> 32);
    }
}
