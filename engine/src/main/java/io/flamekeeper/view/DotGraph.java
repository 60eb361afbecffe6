package io.flamekeeper.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StackTree;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/// Who calls whom, as text that Graphviz draws: a box for each function, an arrow from caller to callee.
///
/// A function that calls itself, directly or not, counts once a stack in its total.
public final class DotGraph {
    /// Boxes of a picture that can still be read.
    public static final int DEFAULT_FUNCTIONS_MAX = 100;

    /// Boxes that Graphviz can still lay out.
    private static final int FUNCTIONS_MAX = 512;

    private DotGraph() {}

    private record Edge(int caller, int callee) implements Comparable<Edge> {
        @Override
        public int compareTo(Edge other) {
            return caller != other.caller
                    ? Integer.compare(caller, other.caller)
                    : Integer.compare(callee, other.callee);
        }
    }

    /// @param functionsMax those with the largest totals are drawn, at most 512
    /// @return empty when nothing was measured
    public static byte[] encode(StackTree tree, ProfileType type, int functionsMax) {
        if (tree.total()[StackTable.ROOT] == tree.self()[StackTable.ROOT]) {
            return new byte[0];
        }
        int functionCount = tree.names().size();
        long[] self = new long[functionCount];
        long[] total = new long[functionCount];
        Map<Edge, Long> calls = new HashMap<>();
        for (int node = 1; node < tree.count(); node++) {
            int function = tree.name()[node];
            int parent = tree.parent()[node];
            self[function] = SaturatedMath.add(self[function], tree.self()[node]);
            if (!isBelowItself(tree, node)) {
                total[function] = SaturatedMath.add(total[function], tree.total()[node]);
            }
            if (parent != StackTable.ROOT) {
                calls.merge(
                        new Edge(tree.name()[parent], function),
                        tree.total()[node],
                        SaturatedMath::add);
            }
        }
        return text(tree, type, self, total, calls, Math.min(functionsMax, FUNCTIONS_MAX));
    }

    private static boolean isBelowItself(StackTree tree, int node) {
        int function = tree.name()[node];
        for (int caller = tree.parent()[node];
                caller != StackTable.ROOT;
                caller = tree.parent()[caller]) {
            if (tree.name()[caller] == function) {
                return true;
            }
        }
        return false;
    }

    private static byte[] text(
            StackTree tree,
            ProfileType type,
            long[] self,
            long[] total,
            Map<Edge, Long> calls,
            int functionsMax) {
        int[] drawn =
                IntStream.range(0, total.length)
                        .boxed()
                        .sorted(
                                Comparator.comparingLong((Integer function) -> total[function])
                                        .reversed()
                                        .thenComparing(tree.names()::get))
                        .limit(functionsMax)
                        .mapToInt(Integer::intValue)
                        .toArray();
        Set<Integer> isDrawn = new HashSet<>(Arrays.stream(drawn).boxed().toList());
        var dot = new StringBuilder("digraph " + quote(type.id()) + " {\nnode [shape=box]\n");
        for (int function : drawn) {
            dot.append(
                    "N%d [label=%s]\n"
                            .formatted(
                                    function,
                                    quote(
                                            "%s\n%d of %d %s"
                                                    .formatted(
                                                            tree.names().get(function),
                                                            self[function],
                                                            total[function],
                                                            type.sample().unit()))));
        }
        calls.entrySet().stream()
                .filter(call ->
                        isDrawn.contains(call.getKey().caller())
                                && isDrawn.contains(call.getKey().callee()))
                .sorted(
                        Comparator.comparingInt(
                                        (Map.Entry<Edge, Long> call) -> call.getKey().caller())
                                .thenComparingInt(call -> call.getKey().callee()))
                .forEach(call ->
                        dot.append(
                                "N%d -> N%d [label=\"%d\"]\n"
                                        .formatted(
                                                call.getKey().caller(),
                                                call.getKey().callee(),
                                                call.getValue())));
        return dot.append("}\n").toString().getBytes(UTF_8);
    }

    /// A line break stays one; what could end the string does not.
    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
