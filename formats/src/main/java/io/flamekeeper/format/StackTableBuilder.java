package io.flamekeeper.format;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import java.util.Arrays;

/// Grows a [StackTable] one frame at a time, sharing equal prefixes. Nodes get ids in the order in which
/// they are first asked for, so a caller always comes before what it calls.
///
/// Inside: an open-addressing table of `(caller, frame)` pairs, probed linearly, never more than half full.
///
/// | column | shape              | meaning                                                     |
/// |--------|--------------------|-------------------------------------------------------------|
/// | `key`  | `long[power of 2]` | `caller << 32 or frame`, plus 1; 0 = free                   |
/// | `node` | `int[power of 2]`  | the node of that pair                                       |
///
/// One builder serves one thread.
public final class StackTableBuilder {
    private final long seed;
    private final int countMax;
    private int count = 1;
    private int[] parent;
    private int[] frame;
    private long[] key;
    private int[] node;

    /// @param seed     unknown to whoever sends the stacks, or they could make every pair collide; it
    ///     changes no result
    /// @param countMax nodes at most; guards against a few bytes that stand for many frames
    /// @param expected nodes there is room for at first
    public StackTableBuilder(long seed, int countMax, int expected) {
        this.seed = seed;
        this.countMax = countMax;
        int capacity = Integer.highestOneBit(Math.max(expected, 64)) * 2;
        this.parent = new int[capacity];
        this.frame = new int[capacity];
        this.key = new long[2 * capacity];
        this.node = new int[2 * capacity];
        parent[StackTable.ROOT] = StackTable.NONE;
        frame[StackTable.ROOT] = StackTable.NONE;
    }

    /// **Hot path.** Returns the node of `calledFrame` below `caller`. Benchmark: `PprofDecodeBenchmark`.
    ///
    /// @throws FlamekeeperException `LIMIT_EXCEEDED` when it would be one node too many
    public int child(int caller, int calledFrame) {
        long wanted = (((long) caller << 32) | calledFrame) + 1;
        int mask = key.length - 1;
        int slot = (int) (mix(wanted) >>> 32) & mask;
        while (key[slot] != wanted) {
            if (key[slot] == 0) {
                return add(slot, wanted, caller, calledFrame);
            }
            slot = (slot + 1) & mask;
        }
        return node[slot];
    }

    public StackTable build() {
        return new StackTable(count, parent, frame);
    }

    private int add(int slot, long wanted, int caller, int calledFrame) {
        if (count >= countMax) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "stacks: more than %d different frames in call trees (expected: no more than the"
                            + " profile has bytes)",
                    countMax);
        }
        int added = count++;
        if (added == parent.length) {
            parent = Arrays.copyOf(parent, 2 * added);
            frame = Arrays.copyOf(frame, 2 * added);
        }
        parent[added] = caller;
        frame[added] = calledFrame;
        key[slot] = wanted;
        node[slot] = added;
        if (2 * count > key.length) {
            rehash();
        }
        return added;
    }

    private void rehash() {
        long[] oldKey = key;
        int[] oldNode = node;
        key = new long[2 * oldKey.length];
        node = new int[2 * oldKey.length];
        int mask = key.length - 1;
        for (int old = 0; old < oldKey.length; old++) {
            if (oldKey[old] != 0) {
                int slot = (int) (mix(oldKey[old]) >>> 32) & mask;
                while (key[slot] != 0) {
                    slot = (slot + 1) & mask;
                }
                key[slot] = oldKey[old];
                node[slot] = oldNode[old];
            }
        }
    }

    /// Two multiplications, the first after the seed is in: without the seed nobody can aim at a slot.
    private long mix(long pair) {
        long mixed = (pair ^ seed) * 0x9e3779b97f4a7c15L;
        mixed ^= mixed >>> 29;
        return mixed * 0xbf58476d1ce4e5b9L;
    }
}
