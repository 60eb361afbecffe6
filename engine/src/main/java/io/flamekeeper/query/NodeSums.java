package io.flamekeeper.query;

import io.flamekeeper.dictionary.DictionaryView;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a query has added up so far, node by node of each dictionary. For one thread.
final class NodeSums {
    private static final long[] EMPTY = {};

    private final Map<JoinedDictionary, long[]> byDictionary = new HashMap<>();
    private final List<Apart> apart = new ArrayList<>();

    private record Apart(SymbolTable symbols, StackTable stacks, long[] self) {}

    /// Receives sums; may change `self`.
    interface Visitor {
        /// @param self `long[n]`, n at least `stacks.count()`
        void sums(SymbolTable symbols, StackTable stacks, long[] self);
    }

    /// Adds a part and leaves `self` zero.
    ///
    /// **Hot path.** Benchmark: `MergeBenchmark`.
    ///
    /// @param node where each of the part's first `count` nodes is in `joined`
    void add(JoinedDictionary joined, int[] node, int count, long[] self) {
        long[] sums = byDictionary.getOrDefault(joined, EMPTY);
        for (int i = 0; i < count; i++) {
            long amount = self[i];
            if (amount != 0) {
                self[i] = 0;
                int into = node[i];
                if (into >= sums.length) {
                    sums = Arrays.copyOf(sums, Math.max(into + into / 4 + 1, count));
                }
                sums[into] = SaturatedMath.add(sums[into], amount);
            }
        }
        byDictionary.put(joined, sums);
    }

    /// Takes sums over nodes that are in no joined dictionary.
    void addApart(SymbolTable symbols, StackTable stacks, long[] self) {
        apart.add(new Apart(symbols, stacks, self));
    }

    /// Adds what another has, which must not be used any more.
    NodeSums add(NodeSums other) {
        other.byDictionary.forEach(
                (joined, sums) -> byDictionary.merge(joined, sums, NodeSums::added));
        apart.addAll(other.apart);
        return this;
    }

    private static long[] added(long[] left, long[] right) {
        boolean leftIsLonger = left.length >= right.length;
        long[] sums = leftIsLonger ? left : right;
        long[] rest = leftIsLonger ? right : left;
        for (int node = 0; node < rest.length; node++) {
            sums[node] = SaturatedMath.add(sums[node], rest[node]);
        }
        return sums;
    }

    void forEach(Visitor visitor) {
        byDictionary.forEach((joined, sums) -> {
            DictionaryView view = joined.view();
            int count = Math.min(sums.length, view.stacks().count());
            if (count > 0) {
                visitor.sums(
                        view.symbols(),
                        new StackTable(count, view.stacks().parent(), view.stacks().frame()),
                        sums);
            }
        });
        apart.forEach(one -> visitor.sums(one.symbols, one.stacks, one.self));
    }
}
