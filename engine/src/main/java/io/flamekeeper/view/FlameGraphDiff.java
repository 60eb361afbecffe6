package io.flamekeeper.view;

import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StackTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Two stack trees laid out as one, so that each box can be compared with itself.
///
/// A row has seven numbers a box: `x, total, self` of the left tree, the same of the right tree, `name`. Each
/// `x` is counted in its own tree as in [FlameGraph]. A node that one tree lacks is 0 there. A node is kept
/// when its left or its right total reaches the lightest that fits; the rest is folded into `other`.
///
/// @param total      left and right total together
/// @param maxSelf    largest self of any box in either tree
/// @param leftTicks  total of the left tree
/// @param rightTicks total of the right tree
public record FlameGraphDiff(
        List<String> names,
        List<long[]> levels,
        long total,
        long maxSelf,
        long leftTicks,
        long rightTicks) {
    private static final int WIDTH = 7;

    public FlameGraphDiff {
        names = List.copyOf(names);
        levels = List.copyOf(levels);
    }

    /// @param maxNodes how many nodes are asked for, the root not counted; at least 1
    public static FlameGraphDiff of(StackTree left, StackTree right, long maxNodes) {
        var union = new Union(left, right);
        CutTree cut =
                CutTree.of(
                        union.names,
                        union.count,
                        union.parent,
                        union.name,
                        union.weight(),
                        maxNodes);
        long[] leftSelf = cut.column(union.leftSelf, union.leftTotal);
        long[] leftTotal = cut.column(union.leftTotal, union.leftTotal);
        long[] rightSelf = cut.column(union.rightSelf, union.rightTotal);
        long[] rightTotal = cut.column(union.rightTotal, union.rightTotal);
        long[] leftEdge = FlameGraph.leftEdges(cut, leftSelf, leftTotal);
        long[] rightEdge = FlameGraph.leftEdges(cut, rightSelf, rightTotal);
        var names = new NameList();
        List<long[]> levels = new ArrayList<>();
        int start = 0;
        int end = 1;
        while (start < end) {
            long[] row = new long[WIDTH * (end - start)];
            long leftBefore = 0;
            long rightBefore = 0;
            for (int place = start; place < end; place++) {
                int at = WIDTH * (place - start);
                row[at] = leftEdge[place] - leftBefore;
                row[at + 1] = leftTotal[place];
                row[at + 2] = leftSelf[place];
                row[at + 3] = rightEdge[place] - rightBefore;
                row[at + 4] = rightTotal[place];
                row[at + 5] = rightSelf[place];
                row[at + 6] = place == 0 ? 0 : names.index(cut.name(place));
                leftBefore = SaturatedMath.add(leftEdge[place], leftTotal[place]);
                rightBefore = SaturatedMath.add(rightEdge[place], rightTotal[place]);
            }
            levels.add(row);
            int nextEnd = cut.endOfChildren(end - 1);
            start = end;
            end = nextEnd;
        }
        long maxSelf =
                Math.max(
                        Arrays.stream(leftSelf).max().orElse(0),
                        Arrays.stream(rightSelf).max().orElse(0));
        return new FlameGraphDiff(
                names.toList(),
                levels,
                SaturatedMath.add(leftTotal[0], rightTotal[0]),
                maxSelf,
                leftTotal[0],
                rightTotal[0]);
    }

    /// Every node of either tree once, with its amounts in both.
    private static final class Union {
        /// An edge of the union: (caller, name).
        private record Edge(int caller, int name) implements Comparable<Edge> {
            @Override
            public int compareTo(Edge other) {
                return caller != other.caller
                        ? Integer.compare(caller, other.caller)
                        : Integer.compare(name, other.name);
            }
        }

        private final List<String> names = new ArrayList<>();
        private final Map<String, Integer> nameIds = new HashMap<>();
        private final Map<Edge, Integer> nodes = new HashMap<>();
        private final int[] parent;
        private final int[] name;
        private final long[] leftSelf;
        private final long[] leftTotal;
        private final long[] rightSelf;
        private final long[] rightTotal;
        private int count = 1;

        Union(StackTree left, StackTree right) {
            int most = left.count() + right.count();
            this.parent = new int[most];
            this.name = new int[most];
            this.leftSelf = new long[most];
            this.leftTotal = new long[most];
            this.rightSelf = new long[most];
            this.rightTotal = new long[most];
            parent[StackTable.ROOT] = StackTable.NONE;
            name[StackTable.ROOT] = StackTable.NONE;
            add(left, leftSelf, leftTotal);
            add(right, rightSelf, rightTotal);
        }

        private void add(StackTree tree, long[] self, long[] total) {
            int[] nameId = new int[tree.names().size()];
            Arrays.setAll(
                    nameId,
                    i ->
                            nameIds.computeIfAbsent(
                                    tree.names().get(i),
                                    added -> {
                                        names.add(added);
                                        return names.size() - 1;
                                    }));
            int[] placed = new int[tree.count()];
            for (int node = 0; node < tree.count(); node++) {
                if (node != StackTable.ROOT) {
                    placed[node] = place(placed[tree.parent()[node]], nameId[tree.name()[node]]);
                }
                self[placed[node]] = tree.self()[node];
                total[placed[node]] = tree.total()[node];
            }
        }

        private int place(int caller, int nameId) {
            return nodes.computeIfAbsent(
                    new Edge(caller, nameId),
                    edge -> {
                        parent[count] = edge.caller();
                        name[count] = edge.name();
                        return count++;
                    });
        }

        long[] weight() {
            long[] weight = new long[count];
            for (int node = 0; node < count; node++) {
                weight[node] = Math.max(leftTotal[node], rightTotal[node]);
            }
            return weight;
        }
    }
}
