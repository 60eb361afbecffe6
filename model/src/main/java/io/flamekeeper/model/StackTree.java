package io.flamekeeper.model;

import java.util.Arrays;
import java.util.List;

/// The sum of many profiles of one type as a call tree of functions: lines and inlining are collapsed, so
/// two frames are one node when their functions have the same name and the same callers.
///
/// | column   | shape     | meaning                                                                     |
/// |----------|-----------|-----------------------------------------------------------------------------|
/// | `parent` | `int[n]`  | caller's node, `parent[i] < i`; [StackTable#NONE] of [StackTable#ROOT]      |
/// | `name`   | `int[n]`  | index into `names`; [StackTable#NONE] of [StackTable#ROOT]                  |
/// | `self`   | `long[n]` | amount measured while the node's frame was the leaf                         |
/// | `total`  | `long[n]` | `self` of the node and of everything below it                               |
///
/// Node [StackTable#ROOT] stands for the empty stack: its `self` is what was measured without any frame,
/// its `total` is everything. Siblings differ in name. Sums saturate at [Long#MAX_VALUE].
///
/// @param names unique function names
public record StackTree(
        List<String> names, int count, int[] parent, int[] name, long[] self, long[] total) {
    public static final StackTree EMPTY =
            StackTree.of(
                    List.of(),
                    1,
                    new int[] {StackTable.NONE},
                    new int[] {StackTable.NONE},
                    new long[] {0});

    public StackTree {
        names = List.copyOf(names);
    }

    /// Derives `total` from `self` in one backward pass; see [StackTable] for why that suffices.
    public static StackTree of(
            List<String> names, int count, int[] parent, int[] name, long[] self) {
        return new StackTree(names, count, parent, name, self, totals(count, parent, self));
    }

    /// **Hot path.** One backward pass. Benchmark: `FoldBenchmark`.
    private static long[] totals(int count, int[] parent, long[] self) {
        long[] total = Arrays.copyOf(self, count);
        for (int node = count - 1; node > StackTable.ROOT; node--) {
            int caller = parent[node];
            total[caller] = SaturatedMath.add(total[caller], total[node]);
        }
        return total;
    }
}
