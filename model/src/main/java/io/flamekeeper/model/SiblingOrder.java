package io.flamekeeper.model;

import java.util.Arrays;

/// The one order of a tree that depends on its content alone: level by level from the root, siblings side
/// by side in the order of their ranks. Callers keep coming before callees.
public final class SiblingOrder {
    private SiblingOrder() {}

    /// Three counting passes, no comparison: O(n + ranks).
    ///
    /// **Hot path.** Benchmark: `FoldBenchmark`.
    ///
    /// @param count     nodes; node [StackTable#ROOT] is the root
    /// @param parent    `int[count]`, each node's caller
    /// @param rank      `int[count]`, of each node among its siblings, `0 <= rank < rankCount`; of the root
    ///     ignored
    /// @return `int[count]`, the nodes in their new order
    public static int[] of(int count, int[] parent, int[] rank, int rankCount) {
        int[] byRank = sortedByRank(count, rank, rankCount);
        int[] childEnd = new int[count + 1];
        for (int node = 1; node < count; node++) {
            childEnd[parent[node] + 1]++;
        }
        for (int node = 0; node < count; node++) {
            childEnd[node + 1] += childEnd[node];
        }
        int[] child = new int[count];
        int[] next = Arrays.copyOf(childEnd, count);
        for (int i = 0; i < count - 1; i++) {
            int node = byRank[i];
            child[next[parent[node]]++] = node;
        }
        int[] order = new int[count];
        int placed = 1;
        for (int i = 0; i < placed; i++) {
            int node = order[i];
            int children = childEnd[node + 1] - childEnd[node];
            System.arraycopy(child, childEnd[node], order, placed, children);
            placed += children;
        }
        assert placed == count : "not a tree: " + placed + " of " + count;
        return order;
    }

    private static int[] sortedByRank(int count, int[] rank, int rankCount) {
        int[] next = new int[rankCount + 1];
        for (int node = 1; node < count; node++) {
            next[rank[node] + 1]++;
        }
        for (int i = 0; i < rankCount; i++) {
            next[i + 1] += next[i];
        }
        int[] sorted = new int[count];
        for (int node = 1; node < count; node++) {
            sorted[next[rank[node]]++] = node;
        }
        return sorted;
    }
}
