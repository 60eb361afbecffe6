package io.flamekeeper.view;

import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.SiblingOrder;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.Utf8Order;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// A tree of functions cut down to its largest nodes and put in drawing order.
///
/// If there are more nodes than asked for, let T be the weight of the last one that fits: nodes as heavy as
/// T stay, ties included, and each caller gets one leaf `other` for the children it loses. A function that is
/// itself named `other` is lost to that leaf too. A tree that fits is kept whole.
///
/// | column   | shape    | meaning                                                                     |
/// |----------|----------|-----------------------------------------------------------------------------|
/// | `parent` | `int[n]` | caller's place; callers come first, level by level                          |
/// | `source` | `int[n]` | the node of the uncut tree, or [#OTHER]                                     |
/// | `child`  | `int[n]` | first child; the children of `i` are `child[i]` to `child[i + 1]`, exclusive |
///
/// Siblings are in byte-wise order of their names, `other` last. Place 0 is the empty stack; `child` has one
/// element more than the others.
final class CutTree {
    static final String OTHER_NAME = "other";

    /// What stands for the children that a caller lost.
    static final int OTHER = -1;

    private final int[] uncutParent;
    private final List<String> names;
    private final int[] uncutName;
    private final int count;
    private final int[] parent;
    private final int[] source;
    private final int[] child;

    /// Place of the `other` below each place, 0 = none.
    private final int[] otherOf;

    /// Place of each uncut node, or -1.
    private final int[] placeOf;

    private CutTree(
            List<String> names,
            int[] uncutParent,
            int[] uncutName,
            int[] parent,
            int[] source,
            int[] placeOf) {
        this.names = names;
        this.uncutParent = uncutParent;
        this.uncutName = uncutName;
        this.count = source.length;
        this.parent = parent;
        this.source = source;
        this.placeOf = placeOf;
        this.otherOf = new int[count];
        this.child = new int[count + 1];
        for (int place = 1; place < count; place++) {
            child[parent[place] + 1]++;
            if (source[place] == OTHER) {
                otherOf[parent[place]] = place;
            }
        }
        child[0] = 1;
        for (int place = 0; place < count; place++) {
            child[place + 1] += child[place];
        }
    }

    /// @param parent   `int[count]`, `parent[i] < i`; node 0 is the empty stack
    /// @param name     `int[count]`, index into `names`
    /// @param weight   `long[count]`, no node heavier than its caller
    /// @param nodesMax how many nodes are asked for, the empty stack not counted; at least 1
    static CutTree of(
            List<String> names, int count, int[] parent, int[] name, long[] weight, long nodesMax) {
        assert nodesMax >= 1 : nodesMax;
        boolean cut = count - 1 > nodesMax;
        long lightest = cut ? KthLargest.of(weight, 1, count, (int) nodesMax) : 0;
        int other = cut ? names.indexOf(OTHER_NAME) : -1;

        // Kept nodes, then the `other` leaves, in the order of the uncut tree.
        int[] keptOf = new int[count];
        int[] node = new int[64];
        int[] keptParent = new int[64];
        int kept = 1;
        for (int i = 1; i < count; i++) {
            boolean keep =
                    keptOf[parent[i]] >= 0 && (!cut || (weight[i] >= lightest && name[i] != other));
            keptOf[i] = keep ? kept : -1;
            if (keep) {
                if (kept == node.length) {
                    node = Arrays.copyOf(node, 2 * kept);
                    keptParent = Arrays.copyOf(keptParent, 2 * kept);
                }
                node[kept] = i;
                keptParent[kept++] = keptOf[parent[i]];
            }
        }
        boolean[] loses = new boolean[kept];
        int losers = 0;
        for (int i = 1; i < count; i++) {
            if (keptOf[i] < 0 && keptOf[parent[i]] >= 0 && !loses[keptOf[parent[i]]]) {
                loses[keptOf[parent[i]]] = true;
                losers++;
            }
        }
        int all = kept + losers;
        node = Arrays.copyOf(node, all);
        keptParent = Arrays.copyOf(keptParent, all);
        int next = kept;
        for (int i = 0; i < kept; i++) {
            if (loses[i]) {
                node[next] = OTHER;
                keptParent[next++] = i;
            }
        }
        return inOrder(names, parent, name, node, keptParent, keptOf);
    }

    private static CutTree inOrder(
            List<String> names,
            int[] uncutParent,
            int[] uncutName,
            int[] node,
            int[] keptParent,
            int[] keptOf) {
        int count = node.length;
        int[] nameRank = ranks(names, uncutName, node);
        int[] rank = new int[count];
        for (int i = 1; i < count; i++) {
            rank[i] = node[i] == OTHER ? names.size() : nameRank[uncutName[node[i]]];
        }
        int[] order = SiblingOrder.of(count, keptParent, rank, names.size() + 1);
        int[] place = new int[count];
        for (int i = 0; i < count; i++) {
            place[order[i]] = i;
        }
        int[] parent = new int[count];
        int[] source = new int[count];
        parent[0] = StackTable.NONE;
        for (int i = 0; i < count; i++) {
            source[i] = node[order[i]];
            if (i > 0) {
                parent[i] = place[keptParent[order[i]]];
            }
        }
        int[] placeOf = new int[keptOf.length];
        Arrays.setAll(placeOf, i -> keptOf[i] < 0 ? -1 : place[keptOf[i]]);
        return new CutTree(names, uncutParent, uncutName, parent, source, placeOf);
    }

    /// Place of each name that a kept node has, among those.
    private static int[] ranks(List<String> names, int[] uncutName, int[] node) {
        boolean[] used = new boolean[names.size()];
        for (int i = 1; i < node.length; i++) {
            if (node[i] != OTHER) {
                used[uncutName[node[i]]] = true;
            }
        }
        int[] ordered = IntStream.range(0, names.size()).filter(i -> used[i]).toArray();
        if (!isInOrder(names, ordered)) {
            ordered =
                    IntStream.of(ordered)
                            .boxed()
                            .sorted(Comparator.comparing(names::get, Utf8Order.COMPARATOR))
                            .mapToInt(Integer::intValue)
                            .toArray();
        }
        int[] rank = new int[names.size()];
        for (int i = 0; i < ordered.length; i++) {
            rank[ordered[i]] = i;
        }
        return rank;
    }

    /// True for the trees of a query, whose names come sorted.
    private static boolean isInOrder(List<String> names, int[] ordered) {
        for (int i = 1; i < ordered.length; i++) {
            if (Utf8Order.compare(names.get(ordered[i - 1]), names.get(ordered[i])) > 0) {
                return false;
            }
        }
        return true;
    }

    int count() {
        return count;
    }

    int parent(int place) {
        return parent[place];
    }

    int firstChild(int place) {
        return child[place];
    }

    /// First place after the children of `place`.
    int endOfChildren(int place) {
        return child[place + 1];
    }

    /// Not for place 0, which has no name.
    String name(int place) {
        return source[place] == OTHER ? OTHER_NAME : names.get(uncutName[source[place]]);
    }

    /// A column of the uncut tree by place: `other` has the sum over what it stands for.
    ///
    /// @param ofOther the column to sum for `other`, which has no children: its self is a total
    long[] column(long[] uncut, long[] ofOther) {
        long[] column = new long[count];
        for (int place = 0; place < count; place++) {
            column[place] = source[place] == OTHER ? 0 : uncut[source[place]];
        }
        for (int node = 1; node < placeOf.length; node++) {
            int callerPlace = placeOf[uncutParent[node]];
            if (placeOf[node] < 0 && callerPlace >= 0) {
                int other = otherOf[callerPlace];
                column[other] = SaturatedMath.add(column[other], ofOther[node]);
            }
        }
        return column;
    }
}
