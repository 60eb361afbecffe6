package io.flamekeeper.dictionary;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.flamekeeper.model.StackTable;
import java.util.Arrays;

/// Stack nodes by id; the columns of [StackTable]. Node [StackTable#ROOT] is always there.
///
/// | column    | shape    | meaning                                                                 |
/// |-----------|----------|-------------------------------------------------------------------------|
/// | `parent`  | `int[n]` | see [StackTable]                                                        |
/// | `frame`   | `int[n]` | see [StackTable]                                                        |
/// | `visited` | `int[n]` | the child that was asked for last, 0 = none; a guess that saves a search |
///
/// Most nodes have one child, and a chain of them got neighbouring ids when it was new: following `visited`
/// walks memory forwards, where the table would jump.
final class NodeIds {
    private final Hasher64 hasher;
    private final IdTable table = new IdTable();
    private int[] parent = new int[256];
    private int[] frame = new int[256];
    private int[] visited = new int[256];
    private int count;

    NodeIds(Hasher64 hasher) {
        this.hasher = hasher;
        add(
                (int) hasher.hashIntIntToLong(StackTable.NONE, StackTable.NONE),
                StackTable.NONE,
                StackTable.NONE);
    }

    int count() {
        return count;
    }

    /// **Hot path.** A node is younger than its parent, because the parent's id must be known to ask for it.
    /// Benchmark: `AppendBenchmark`.
    int intern(int parent, int frame) {
        assert parent >= 0 && parent < count : parent + " is not a node";
        int guess = visited[parent];
        if (guess != 0 && this.frame[guess] == frame) {
            return guess;
        }
        int node = find(parent, frame);
        visited[parent] = node;
        return node;
    }

    private int find(int parent, int frame) {
        int hash = (int) hasher.hashIntIntToLong(parent, frame);
        for (int slot = table.first(hash); table.isTaken(slot); slot = table.next(slot)) {
            int id = table.id(slot);
            if (table.mayBe(slot, hash) && this.parent[id] == parent && this.frame[id] == frame) {
                return id;
            }
        }
        return add(hash, parent, frame);
    }

    private int add(int hash, int parent, int frame) {
        table.put(hash, count);
        if (count == this.parent.length) {
            this.parent = Arrays.copyOf(this.parent, 2 * count);
            this.frame = Arrays.copyOf(this.frame, 2 * count);
            visited = Arrays.copyOf(visited, 2 * count);
        }
        visited[count] = 0;
        this.parent[count] = parent;
        this.frame[count] = frame;
        return count++;
    }

    void rollbackTo(int mark) {
        while (count > mark) {
            count--;
            if (visited[parent[count]] == count) {
                visited[parent[count]] = 0;
            }
            table.removeLast((int) hasher.hashIntIntToLong(parent[count], frame[count]));
        }
    }

    StackTable view() {
        return new StackTable(count, parent, frame);
    }
}
