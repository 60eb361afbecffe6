package io.flamekeeper.query;

import io.flamekeeper.model.SiblingOrder;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StackTree;
import io.flamekeeper.model.SymbolTable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Adds the stacks of many parts up into one [StackTree], by function name.
final class StackMerger {
    private static final int UNKNOWN = -1;

    private final NameIds names;
    private final TreeSum tree;

    StackMerger(long seed, int nodesMax) {
        this.names = new NameIds(seed);
        this.tree = new TreeSum(seed, nodesMax);
    }

    /// @param self amount of each node itself; zero afterwards
    void add(SymbolTable symbols, StackTable stacks, long[] self) {
        int[] nameOfFrame = new int[symbols.frames().count()];
        Arrays.fill(nameOfFrame, UNKNOWN);
        tree.add(
                stacks.count(),
                stacks.parent(),
                stacks.frame(),
                self,
                frame -> {
                    int name = nameOfFrame[frame];
                    return name == UNKNOWN
                            ? nameOfFrame[frame] = FrameNames.intern(symbols, frame, names)
                            : name;
                });
    }

    /// Adds what another has, which is empty afterwards.
    void add(StackMerger other) {
        int[] merged = new int[other.names.count()];
        Arrays.setAll(merged, name -> names.intern(other.names, name));
        tree.add(other.tree, name -> merged[name]);
    }

    /// In [SiblingOrder] by name, so that equal sums are equal trees in whatever order they were added.
    StackTree toTree() {
        int count = tree.count();
        int[] parent = tree.parents();
        int[] sortedNames = names.sorted();
        int[] rank = Sorting.ranks(sortedNames);
        int[] name = tree.labels();
        for (int node = 1; node < count; node++) {
            name[node] = rank[name[node]];
        }
        int[] order = SiblingOrder.of(count, parent, name, rank.length);
        int[] place = Sorting.ranks(order);
        int[] orderedParent = new int[count];
        int[] orderedName = new int[count];
        long[] orderedSelf = new long[count];
        orderedParent[StackTable.ROOT] = StackTable.NONE;
        for (int i = 0; i < count; i++) {
            int node = order[i];
            orderedName[i] = name[node];
            orderedSelf[i] = tree.self(node);
            if (i > 0) {
                orderedParent[i] = place[parent[node]];
            }
        }
        List<String> texts = IntStream.of(sortedNames).mapToObj(names::text).toList();
        return StackTree.of(texts, count, orderedParent, orderedName, orderedSelf);
    }
}
