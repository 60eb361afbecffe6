package io.flamekeeper.dictionary;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.flamekeeper.model.StackTable;
import java.util.Arrays;

/// Stack nodes by id; the columns of [StackTable]. Node [StackTable#ROOT] is always there.
final class NodeIds {
    private final Hasher64 hasher;
    private final IdTable table = new IdTable();
    private int[] parent = new int[256];
    private int[] frame = new int[256];
    private int count;

    NodeIds(Hasher64 hasher) {
        this.hasher = hasher;
        intern(StackTable.NONE, StackTable.NONE);
    }

    int count() {
        return count;
    }

    /// **Hot path.** A node is younger than its parent, because the parent's id must be known to ask for it.
    /// Benchmark: `AppendBenchmark`.
    int intern(int parent, int frame) {
        assert parent < count : parent + " is not a node";
        int hash = (int) hasher.hashIntIntToLong(parent, frame);
        for (int slot = table.first(hash); table.isTaken(slot); slot = table.next(slot)) {
            int id = table.id(slot);
            if (table.mayBe(slot, hash) && this.parent[id] == parent && this.frame[id] == frame) {
                return id;
            }
        }
        table.put(hash, count);
        if (count == this.parent.length) {
            this.parent = Arrays.copyOf(this.parent, 2 * count);
            this.frame = Arrays.copyOf(this.frame, 2 * count);
        }
        this.parent[count] = parent;
        this.frame[count] = frame;
        return count++;
    }

    void rollbackTo(int mark) {
        while (count > mark) {
            count--;
            table.removeLast((int) hasher.hashIntIntToLong(parent[count], frame[count]));
        }
    }

    StackTable view() {
        return new StackTable(count, parent, frame);
    }
}
