package io.flamekeeper.query;

import static io.flamekeeper.model.ErrorCode.BUDGET_EXCEEDED;

import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.StackTable;
import java.util.Arrays;

/// A growing tree that others are added into: siblings differ in label, amounts add up.
///
/// Node [StackTable#ROOT] is the empty stack; callers come before callees. Not safe for use by several
/// threads: each sums its own, and one adds them up.
final class TreeSum {
    /// Says which label a frame of the tree being added has in the sum.
    interface Labeller {
        int label(int frame);
    }

    private final PairIds edges;
    private final int nodesMax;
    private long[] self = new long[64];
    private int[] place = new int[0];

    TreeSum(long seed, int nodesMax) {
        this.edges = new PairIds(seed);
        this.nodesMax = nodesMax;
    }

    /// Adds the nodes that have an amount in themselves or below them, and leaves `added` zero.
    ///
    /// **Hot path.** One pass to see which nodes matter, one to place them. Benchmark: `FoldBenchmark`.
    ///
    /// @param parent `int[count]`, `parent[i] < i`
    /// @param added  `long[n]`, n at least `count`; the amount of each node itself
    /// @throws FlamekeeperException `BUDGET_EXCEEDED` when the sum has too many nodes
    void add(int count, int[] parent, int[] frame, long[] added, Labeller labeller) {
        if (place.length < count) {
            place = new int[Math.max(count, 2 * place.length)];
        }
        int[] placed = place;
        Arrays.fill(placed, 0, count, 0);
        int needed = 0;
        for (int node = count - 1; node > StackTable.ROOT; node--) {
            if ((added[node] | placed[node]) != 0) {
                placed[node] = 1;
                placed[parent[node]] = 1;
                needed++;
            }
        }
        if (edges.count() == 0) {
            edges.reserve(Math.min(needed, nodesMax));
        }
        placed[StackTable.ROOT] = StackTable.ROOT;
        self[StackTable.ROOT] = SaturatedMath.add(self[StackTable.ROOT], added[StackTable.ROOT]);
        added[StackTable.ROOT] = 0;
        for (int node = 1; node < count; node++) {
            if (placed[node] != 0) {
                int into = place(placed[parent[node]], labeller.label(frame[node]));
                placed[node] = into;
                self[into] = SaturatedMath.add(self[into], added[node]);
                added[node] = 0;
            }
        }
    }

    /// Adds another sum, which is empty afterwards.
    void add(TreeSum other, Labeller labeller) {
        add(other.count(), other.parents(), other.labels(), other.self, labeller);
    }

    int count() {
        return edges.count() + 1;
    }

    long self(int node) {
        return self[node];
    }

    /// Each node's caller, [StackTable#NONE] of the empty stack.
    int[] parents() {
        int[] parents = new int[count()];
        parents[StackTable.ROOT] = StackTable.NONE;
        for (int node = 1; node < parents.length; node++) {
            parents[node] = edges.first(node - 1);
        }
        return parents;
    }

    /// Each node's label, [StackTable#NONE] of the empty stack.
    int[] labels() {
        int[] labels = new int[count()];
        labels[StackTable.ROOT] = StackTable.NONE;
        for (int node = 1; node < labels.length; node++) {
            labels[node] = edges.second(node - 1);
        }
        return labels;
    }

    private int place(int caller, int label) {
        int node = edges.intern(caller, label) + 1;
        if (node >= self.length) {
            if (node > nodesMax) {
                throw tooLarge();
            }
            self = Arrays.copyOf(self, 2 * self.length);
        }
        return node;
    }

    private FlamekeeperException tooLarge() {
        return new FlamekeeperException(
                BUDGET_EXCEEDED,
                "query: more than %d distinct stacks (expected: at most %d; narrow the selector or the range)",
                nodesMax,
                nodesMax);
    }
}
