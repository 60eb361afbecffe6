package io.flamekeeper.format;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import java.util.Arrays;
import java.util.function.LongConsumer;

/// Grows a [StackTable] one frame at a time, sharing equal prefixes. Nodes get ids in the order in which
/// they are first asked for, so a caller always comes before what it calls.
///
/// Most nodes call only one other, which is found without hashing:
///
/// | column  | shape              | meaning                                                               |
/// |---------|--------------------|-----------------------------------------------------------------------|
/// | `child` | `long[n]`          | the child asked for last, `node << 32 or frame`; [#NONE] without one; negative once there are several |
/// | `key`   | `long[power of 2]` | of nodes with siblings: `caller << 32 or frame`, plus 1; 0 = free; probed linearly, at most half full |
/// | `node`  | `int[power of 2]`  | the node of that pair                                                 |
///
/// One builder serves one thread. After [#reset] it builds another table in the arrays it has.
public final class StackTableBuilder {
    private static final long NONE = -1;
    private static final long SEVERAL = Long.MIN_VALUE;
    private static final int SLOTS_MIN = 256;

    private final long seed;
    private int countMax;
    private int count;
    private int[] parent = {};
    private int[] frame = {};
    private long[] child = {};
    private int hashed;

    /// Of `key` and `node`, the part that is in use, minus 1.
    private int mask;

    private long[] key = {};
    private int[] node = {};
    private LongConsumer memory = _ -> {};

    /// @param seed     unknown to whoever sends the stacks, or they could make every pair collide; it
    ///     changes no result
    /// @param countMax nodes at most; guards against a few bytes that stand for many frames
    /// @param expected nodes there is room for at first
    public StackTableBuilder(long seed, int countMax, int expected) {
        this.seed = seed;
        reset(countMax, expected);
    }

    /// Begins a table with nothing but the empty stack. Parameters as of the constructor.
    public void reset(int countMax, int expected) {
        this.countMax = countMax;
        if (parent.length < Math.max(expected, 64)) {
            int capacity = Math.max(expected, 64);
            parent = new int[capacity];
            frame = new int[capacity];
            child = new long[capacity];
        }
        count = 1;
        parent[StackTable.ROOT] = StackTable.NONE;
        frame[StackTable.ROOT] = StackTable.NONE;
        child[StackTable.ROOT] = NONE;
        hashed = 0;
        mask = Math.max(SLOTS_MIN, Integer.highestOneBit(Math.max(expected, 1)) * 2) - 1;
        if (key.length <= mask) {
            key = new long[mask + 1];
            node = new int[mask + 1];
        } else {
            Arrays.fill(key, 0, mask + 1, 0);
        }
    }

    /// From now on grows within a budget.
    ///
    /// @param memory told how many more bytes are needed before they are taken; may refuse
    public void within(LongConsumer memory) {
        this.memory = memory;
    }

    /// Bytes of the arrays that it keeps.
    public long keptBytes() {
        return 16L * parent.length + 12L * key.length;
    }

    /// **Hot path.** Returns the node of `calledFrame` below `caller`. Benchmark: `PprofDecodeBenchmark`.
    ///
    /// @throws FlamekeeperException `LIMIT_EXCEEDED` when it would be one node too many
    public int child(int caller, int calledFrame) {
        long last = child[caller];
        return (int) last == calledFrame ? nodeOf(last) : otherChild(caller, calledFrame, last);
    }

    private int otherChild(int caller, int calledFrame, long last) {
        int found;
        if (last == NONE) {
            found = add(caller, calledFrame);
            child[caller] = (long) found << Integer.SIZE | calledFrame;
            return found;
        }
        if (last >= 0) {
            put(slotOf(caller, (int) last), caller, (int) last, nodeOf(last));
        }
        int slot = slotOf(caller, calledFrame);
        if (key[slot] != 0) {
            found = node[slot];
        } else {
            found = add(caller, calledFrame);
            put(slot, caller, calledFrame, found);
        }
        child[caller] = SEVERAL | (long) found << Integer.SIZE | calledFrame;
        return found;
    }

    private static int nodeOf(long child) {
        return (int) ((child & ~SEVERAL) >>> Integer.SIZE);
    }

    /// The slot that has the pair, or a free one for it.
    private int slotOf(int caller, int calledFrame) {
        long wanted = pair(caller, calledFrame);
        int slot = (int) (mix(wanted) >>> 32) & mask;
        while (key[slot] != wanted && key[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private static long pair(int caller, int calledFrame) {
        return (((long) caller << Integer.SIZE) | calledFrame) + 1;
    }

    private void put(int slot, int caller, int calledFrame, int ofPair) {
        key[slot] = pair(caller, calledFrame);
        node[slot] = ofPair;
        if (2 * ++hashed > mask + 1) {
            rehash();
        }
    }

    /// The table so far, in arrays of its own.
    public StackTable build() {
        return new StackTable(count, Arrays.copyOf(parent, count), Arrays.copyOf(frame, count));
    }

    private int add(int caller, int calledFrame) {
        if (count >= countMax) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "stacks: more than %d different frames in call trees (expected: no more than the"
                            + " profile has bytes)",
                    countMax);
        }
        int added = count++;
        if (added == parent.length) {
            // Twice as many, and the table that is built of them.
            memory.accept(40L * added);
            parent = Arrays.copyOf(parent, 2 * added);
            frame = Arrays.copyOf(frame, 2 * added);
            child = Arrays.copyOf(child, 2 * added);
        }
        parent[added] = caller;
        frame[added] = calledFrame;
        child[added] = NONE;
        return added;
    }

    private void rehash() {
        long[] oldKey = key;
        int[] oldNode = node;
        int oldCount = mask + 1;
        mask = 2 * oldCount - 1;
        key = new long[mask + 1];
        node = new int[mask + 1];
        for (int old = 0; old < oldCount; old++) {
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
