package io.flamekeeper.dictionary;

import io.flamekeeper.model.StackTable;
import java.util.Arrays;

/// Stack nodes by id; the columns of [StackTable]. Node [StackTable#ROOT] is always there.
///
/// | column   | shape     | meaning                                                                   |
/// |----------|-----------|---------------------------------------------------------------------------|
/// | `parent` | `int[n]`  | see [StackTable]                                                          |
/// | `frame`  | `int[n]`  | see [StackTable]                                                          |
/// | `child`  | `long[n]` | the child that was asked for last: its id shifted left by 32, and its frame |
///
/// Most nodes have one child, and a chain of them got neighbouring ids when it was new: following `child` walks
/// memory forwards, one column of it. The table holds the children of nodes with several, which are marked
/// [#SEVERAL] in `child`; an only child is found without it.
final class NodeIds {
    /// In `child`: the table has all children of this node.
    private static final long SEVERAL = Long.MIN_VALUE;

    /// In `child`: none, with a frame that nobody asks for.
    private static final long NONE = 0xFFFF_FFFFL;

    private final PairTable table;
    private int[] parent = new int[256];
    private int[] frame = new int[256];
    private long[] child = new long[256];
    private int count;

    NodeIds(long seed) {
        table = new PairTable(seed);
        add(StackTable.NONE, StackTable.NONE);
    }

    int count() {
        return count;
    }

    /// **Hot path.** A node is younger than its parent, because the parent's id must be known to ask for it.
    /// Benchmark: `AppendBenchmark`.
    int intern(int parent, int frame) {
        assert parent >= 0 && parent < count : parent + " is not a node";
        long last = child[parent];
        return (int) last == frame ? id(last) : internOther(parent, frame, last);
    }

    private int internOther(int parent, int frame, long last) {
        if (last == NONE) {
            int node = add(parent, frame);
            child[parent] = child(node, frame);
            return node;
        }
        long key = PairTable.key(parent, frame);
        int node = PairTable.NONE;
        if (last >= 0) {
            table.put(PairTable.key(parent, (int) last), id(last));
        } else {
            node = table.find(key);
        }
        if (node == PairTable.NONE) {
            node = add(parent, frame);
            table.put(key, node);
        }
        child[parent] = SEVERAL | child(node, frame);
        return node;
    }

    private int add(int parent, int frame) {
        if (count == this.parent.length) {
            this.parent = Arrays.copyOf(this.parent, 2 * count);
            this.frame = Arrays.copyOf(this.frame, 2 * count);
            child = Arrays.copyOf(child, 2 * count);
        }
        child[count] = NONE;
        this.parent[count] = parent;
        this.frame[count] = frame;
        return count++;
    }

    private static long child(int node, int frame) {
        return (long) node << Integer.SIZE | (frame & NONE);
    }

    private static int id(long child) {
        return (int) ((child & ~SEVERAL) >>> Integer.SIZE);
    }

    /// A node that had several children stays one whose children are all in the table.
    void rollbackTo(int mark) {
        while (count > mark) {
            count--;
            int above = parent[count];
            if (child[above] >= 0) {
                child[above] = NONE;
            } else {
                table.remove(PairTable.key(above, frame[count]));
                if (id(child[above]) == count) {
                    child[above] = SEVERAL | NONE;
                }
            }
        }
    }

    StackTable view() {
        return new StackTable(count, parent, frame);
    }
}
