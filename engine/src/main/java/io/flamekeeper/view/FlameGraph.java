package io.flamekeeper.view;

import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.StackTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A stack tree laid out as rows of boxes, the outermost frames in row 1 below the synthetic root.
///
/// A row has four numbers a box, left to right: `x, total, self, name`. `x` is the distance from the right
/// edge of the box before it in the row, or from 0; a box is `total` wide and its children begin `self` to
/// the right of its left edge. Siblings are in byte-wise order of their names.
///
/// If the tree has more nodes than asked for, the lightest are folded into leaves named `other`, one a
/// caller and its last child; nodes as heavy as the lightest that fits all stay.
///
/// @param names   unique; the first is that of the root, `total`
/// @param levels  rows of boxes; row 0 is `[0, total, self, 0]`, where self is what was measured without frames
/// @param total   width of the whole graph
/// @param maxSelf largest self of any box
public record FlameGraph(List<String> names, List<long[]> levels, long total, long maxSelf) {
    /// How many nodes are drawn when nobody says how many.
    public static final long DEFAULT_NODES_MAX = 8192;

    /// Numbers of one box.
    private static final int WIDTH = 4;

    public FlameGraph {
        names = List.copyOf(names);
        levels = List.copyOf(levels);
    }

    /// **Hot path.** No recursion: depth is up to the sender. Benchmark: `FoldBenchmark`.
    ///
    /// @param maxNodes how many nodes are asked for, the root not counted; at least 1
    public static FlameGraph of(StackTree tree, long maxNodes) {
        CutTree cut =
                CutTree.of(
                        tree.names(),
                        tree.count(),
                        tree.parent(),
                        tree.name(),
                        tree.total(),
                        maxNodes);
        long[] self = cut.column(tree.self(), tree.total());
        long[] total = cut.column(tree.total(), tree.total());
        long[] left = leftEdges(cut, self, total);
        var names = new NameList();
        List<long[]> levels = new ArrayList<>();
        int start = 0;
        int end = 1;
        while (start < end) {
            long[] row = new long[WIDTH * (end - start)];
            long rightEdge = 0;
            for (int place = start; place < end; place++) {
                int at = WIDTH * (place - start);
                row[at] = left[place] - rightEdge;
                row[at + 1] = total[place];
                row[at + 2] = self[place];
                row[at + 3] = place == 0 ? 0 : names.index(cut.name(place));
                rightEdge = SaturatedMath.add(left[place], total[place]);
            }
            levels.add(row);
            int nextEnd = cut.endOfChildren(end - 1);
            start = end;
            end = nextEnd;
        }
        long maxSelf = Arrays.stream(self).max().orElse(0);
        return new FlameGraph(names.toList(), levels, total[0], maxSelf);
    }

    /// Left edge of every place: own amount first, then the children side by side.
    static long[] leftEdges(CutTree cut, long[] self, long[] total) {
        long[] left = new long[cut.count()];
        for (int place = 0; place < cut.count(); place++) {
            long edge = SaturatedMath.add(left[place], self[place]);
            for (int i = cut.firstChild(place); i < cut.endOfChildren(place); i++) {
                left[i] = edge;
                edge = SaturatedMath.add(edge, total[i]);
            }
        }
        return left;
    }
}
