package io.flamekeeper.dictionary;

import com.dynatrace.hash4j.hashing.Hasher64;
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

    private final Hasher64 hasher;
    private final IdTable table = new IdTable();
    private int[] parent = new int[256];
    private int[] frame = new int[256];
    private long[] child = new long[256];
    private int count;

    NodeIds(Hasher64 hasher) {
        this.hasher = hasher;
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
        int hash = hash(parent, frame);
        int node;
        if (last >= 0) {
            table.put(hash(parent, (int) last), id(last));
            node = addHashed(hash, parent, frame);
        } else {
            node = find(hash, parent, frame);
        }
        child[parent] = SEVERAL | child(node, frame);
        return node;
    }

    private int find(int hash, int parent, int frame) {
        for (int slot = table.first(hash); table.isTaken(slot); slot = table.next(slot)) {
            int id = table.id(slot);
            if (table.mayBe(slot, hash) && this.parent[id] == parent && this.frame[id] == frame) {
                return id;
            }
        }
        return addHashed(hash, parent, frame);
    }

    private int addHashed(int hash, int parent, int frame) {
        table.put(hash, count);
        return add(parent, frame);
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

    private int hash(int parent, int frame) {
        return (int) hasher.hashIntIntToLong(parent, frame);
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
                table.remove(hash(above, frame[count]), count);
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
