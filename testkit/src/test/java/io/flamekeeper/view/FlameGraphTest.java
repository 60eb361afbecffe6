package io.flamekeeper.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StackTree;
import io.flamekeeper.testkit.QueryOracle;
import io.flamekeeper.testkit.TreeReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FlameGraphTest {
    @Test
    void of_goldenExample_isLaidOutSelfFirst() {
        FlameGraph graph = FlameGraph.of(tree("a;b", 10, "a;c", 5, "a", 2), 8192);

        assertThat(graph.names().getFirst()).isEqualTo("total");
        int a = graph.names().indexOf("a");
        int b = graph.names().indexOf("b");
        int c = graph.names().indexOf("c");
        assertThat(graph.levels())
                .containsExactly(
                        new long[] {0, 17, 0, 0},
                        new long[] {0, 17, 2, a},
                        new long[] {2, 10, 10, b, 0, 5, 5, c});
        assertThat(graph.total()).isEqualTo(17);
        assertThat(graph.maxSelf()).isEqualTo(10);
    }

    @Test
    void of_nothing_isOneRootOfZeros() {
        FlameGraph graph = FlameGraph.of(StackTree.EMPTY, 10);

        assertThat(graph.names()).containsExactly("total");
        assertThat(graph.levels()).containsExactly(new long[] {0, 0, 0, 0});
        assertThat(graph.total()).isZero();
        assertThat(TreeBytes.encode(StackTree.EMPTY, 10)).isEmpty();
    }

    @Test
    void of_samplesWithoutFrames_areTheRootsSelf() {
        assertThat(FlameGraph.of(tree("", 5, "a", 2), 10).levels())
                .containsExactly(new long[] {0, 7, 5, 0}, new long[] {5, 2, 2, 1});
    }

    @Test
    void of_functionNamedTotal_sharesTheName() {
        FlameGraph graph = FlameGraph.of(tree("total", 5), 10);

        assertThat(graph.names()).containsExactly("total");
        assertThat(graph.levels().get(1)).containsExactly(0, 5, 5, 0);
    }

    @Test
    void of_hundredLeaves_foldsTheLightIntoOther() {
        Object[] stacks = new Object[200];
        for (int i = 0; i < 100; i++) {
            stacks[2 * i] = "root;leaf%03d".formatted(i);
            stacks[2 * i + 1] = i + 1;
        }
        FlameGraph graph = FlameGraph.of(tree(stacks), 10);

        long[] leaves = graph.levels().get(2);
        int last = leaves.length - 4;
        assertThat(graph.names().get((int) leaves[last + 3])).isEqualTo("other");
        assertThat(leaves[last + 1]).isEqualTo(5050 - LongStream.rangeClosed(92, 100).sum());
        assertThat(leaves[last + 2]).isEqualTo(leaves[last + 1]);
        assertThat(graph.maxSelf()).isEqualTo(leaves[last + 2]);
        assertThat(graph.total()).isEqualTo(5050);
        assertThat(leaves.length / 4).isEqualTo(9 + 1);
    }

    @Test
    void of_tiesAtTheCut_areAllKept() {
        FlameGraph graph = FlameGraph.of(tree("a", 5, "b", 5, "c", 5, "d", 1), 2);

        assertThat(names(graph, 1)).containsExactly("a", "b", "c", "other");
    }

    @Test
    void of_functionNamedOther_isFoldedOnlyWhenTheTreeIsCut() {
        StackTree tree = tree("other;a", 50, "p", 5, "z", 1);

        assertThat(names(FlameGraph.of(tree, 4), 1)).containsExactly("other", "p", "z");
        FlameGraph cut = FlameGraph.of(tree, 3);
        assertThat(names(cut, 1)).containsExactly("p", "other");
        assertThat(cut.levels()).hasSize(2);
        assertThat(cut.levels().get(1)[5]).isEqualTo(51);
    }

    @Test
    void of_siblings_areInOrderOfTheirBytes() {
        assertThat(
                        names(
                                FlameGraph.of(
                                        tree("\ud834\udd1e", 1, "\uffee", 1, "b", 1, "", 1, "B", 1),
                                        9),
                                1))
                .containsExactly("B", "b", "\uffee", "\ud834\udd1e");
    }

    @Test
    void layouts_anyTree_keepTheirLaws() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 2_000; round++) {
            String chance = "seed " + seed + ", round " + round;
            StackTree tree = randomTree(random, 1 + random.nextInt(60));
            long maxNodes = random.nextLong(1, 31);

            FlameGraph graph = FlameGraph.of(tree, maxNodes);

            assertLaws(graph, chance);
            assertThat(graph.total()).as(chance).isEqualTo(tree.total()[0]);
            StackTree read = TreeReader.read(TreeBytes.encode(tree, maxNodes));
            assertThat(QueryOracle.stacks(read)).as(chance).isEqualTo(stacks(graph));
            if (tree.count() - 1 <= maxNodes) {
                assertThat(stacks(graph)).as(chance).isEqualTo(QueryOracle.stacks(tree));
            } else {
                assertKept(tree, graph, maxNodes, chance);
            }
        }
    }

    @Test
    void layouts_hundredThousandDeep_fitTheStack() {
        int count = 100_001;
        int[] parent = new int[count];
        Arrays.setAll(parent, node -> node - 1);
        int[] name = new int[count];
        name[0] = StackTable.NONE;
        long[] self = new long[count];
        Arrays.fill(self, 1);
        StackTree tree = StackTree.of(List.of("f"), count, parent, name, self);

        assertThat(FlameGraph.of(tree, count).levels()).hasSize(count);
        assertThat(FlameGraphDiff.of(tree, tree, count).levels()).hasSize(count);
        assertThat(TreeReader.read(TreeBytes.encode(tree, count)).count()).isEqualTo(count);
    }

    @Test
    void of_sumsBeyondLong_staysInside() {
        FlameGraph graph = FlameGraph.of(tree("a", Long.MAX_VALUE, "b", Long.MAX_VALUE, "c", 5), 9);

        assertThat(graph.total()).isEqualTo(Long.MAX_VALUE);
        assertThat(graph.levels().get(1))
                .containsExactly(
                        0,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        1,
                        0,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        2,
                        0,
                        5,
                        5,
                        3);
    }

    @Test
    void diff_goldenExample_isLaidOutInBothTrees() {
        FlameGraphDiff diff =
                FlameGraphDiff.of(tree("a;b", 1, "a;c", 2), tree("a;b", 4, "a;c", 8), 8192);

        assertThat(diff.names()).containsExactly("total", "a", "b", "c");
        assertThat(diff.levels())
                .containsExactly(
                        new long[] {0, 3, 0, 0, 12, 0, 0},
                        new long[] {0, 3, 0, 0, 12, 0, 1},
                        new long[] {0, 1, 1, 0, 4, 4, 2, 0, 2, 2, 0, 8, 8, 3});
        assertThat(diff.total()).isEqualTo(15);
        assertThat(diff.maxSelf()).isEqualTo(8);
        assertThat(diff.leftTicks()).isEqualTo(3);
        assertThat(diff.rightTicks()).isEqualTo(12);
    }

    @Test
    void diff_anyTrees_showsEachAsItIs() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 1_000; round++) {
            String chance = "seed " + seed + ", round " + round;
            StackTree left = randomTree(random, 1 + random.nextInt(30));
            StackTree right = randomTree(random, 1 + random.nextInt(30));

            FlameGraphDiff whole = FlameGraphDiff.of(left, right, 100);
            FlameGraphDiff cut = FlameGraphDiff.of(left, right, 1 + random.nextInt(20));

            assertThat(stacks(side(whole, 0))).as(chance).isEqualTo(QueryOracle.stacks(left));
            assertThat(stacks(side(whole, 3))).as(chance).isEqualTo(QueryOracle.stacks(right));
            for (int side : new int[] {0, 3}) {
                assertLaws(side(cut, side), chance);
            }
            assertThat(cut.leftTicks()).as(chance).isEqualTo(left.total()[0]);
            assertThat(cut.rightTicks()).as(chance).isEqualTo(right.total()[0]);
            assertThat(cut.total()).as(chance).isEqualTo(left.total()[0] + right.total()[0]);
        }
    }

    @Test
    void diff_withItself_hasEqualSides() {
        StackTree tree = tree("foo;bar;baz", 1, "foo;bar;boz", 3);
        FlameGraphDiff diff = FlameGraphDiff.of(tree, tree, 8192);

        assertThat(diff.total()).isEqualTo(8);
        assertThat(side(diff, 0)).usingRecursiveComparison().isEqualTo(side(diff, 3));
    }

    /// Siblings lie side by side inside their caller, which is what they and its self make up.
    private static void assertLaws(FlameGraph graph, String chance) {
        List<Box> boxes = boxes(graph);
        assertThat(graph.names()).as(chance).doesNotHaveDuplicates();
        assertThat(graph.maxSelf())
                .as(chance)
                .isEqualTo(boxes.stream().mapToLong(Box::self).max().orElseThrow());
        for (Box box : boxes) {
            long below = 0;
            List<String> names = new ArrayList<>();
            for (Box child : box.children) {
                assertThat(child.left).as(chance).isEqualTo(box.left + box.self + below);
                below += child.total;
                names.add(child.name);
            }
            assertThat(box.self + below).as(chance).isEqualTo(box.total);
            assertThat(names).as(chance).doesNotHaveDuplicates();
        }
    }

    /// What is drawn is what is heavy: nothing lighter than the cut, and everything at least as heavy unless
    /// it is, or is below, a function named `other`.
    private static void assertKept(StackTree tree, FlameGraph graph, long maxNodes, String chance) {
        long[] sorted = Arrays.copyOfRange(tree.total(), 1, tree.count());
        Arrays.sort(sorted);
        long lightest = sorted[(int) (sorted.length - maxNodes)];
        long heavy = 0;
        boolean[] lost = new boolean[tree.count()];
        for (int node = 1; node < tree.count(); node++) {
            lost[node] =
                    lost[tree.parent()[node]]
                            || tree.names().get(tree.name()[node]).equals("other");
            if (tree.total()[node] >= lightest && !lost[node]) {
                heavy++;
            }
        }
        long drawn = boxes(graph).stream().filter(box -> !box.name.equals("other")).count() - 1;
        assertThat(drawn).as(chance).isEqualTo(heavy);
    }

    /// One box with its place worked out from the rows alone, as a client does it.
    private static final class Box {
        private final String name;
        private final long left;
        private final long total;
        private final long self;
        private final List<Box> children = new ArrayList<>();
        private final List<String> stack = new ArrayList<>();

        private Box(String name, long left, long total, long self) {
            this.name = name;
            this.left = left;
            this.total = total;
            this.self = self;
        }

        private long self() {
            return self;
        }
    }

    private static List<Box> boxes(FlameGraph graph) {
        List<Box> all = new ArrayList<>();
        List<Box> above = List.of();
        for (long[] level : graph.levels()) {
            List<Box> row = new ArrayList<>();
            long right = 0;
            int caller = 0;
            for (int i = 0; i < level.length; i += 4) {
                long left = right + level[i];
                right = left + level[i + 1];
                var box =
                        new Box(
                                graph.names().get((int) level[i + 3]),
                                left,
                                level[i + 1],
                                level[i + 2]);
                row.add(box);
                if (!above.isEmpty()) {
                    while (above.get(caller).left + above.get(caller).total <= left) {
                        caller++;
                    }
                    above.get(caller).children.add(box);
                    box.stack.addAll(above.get(caller).stack);
                    box.stack.add(box.name);
                }
            }
            all.addAll(row);
            above = row;
        }
        return all;
    }

    private static Map<List<String>, Long> stacks(FlameGraph graph) {
        Map<List<String>, Long> stacks = new HashMap<>();
        for (Box box : boxes(graph)) {
            if (box.self > 0) {
                stacks.put(box.stack, box.self);
            }
        }
        return stacks;
    }

    private static List<String> names(FlameGraph graph, int level) {
        List<String> names = new ArrayList<>();
        long[] row = graph.levels().get(level);
        for (int i = 3; i < row.length; i += 4) {
            names.add(graph.names().get((int) row[i]));
        }
        return names;
    }

    /// One side of a diff as a flame graph of its own, without the boxes that it lacks.
    private static FlameGraph side(FlameGraphDiff diff, int at) {
        List<long[]> levels = new ArrayList<>();
        long maxSelf = 0;
        for (int depth = 0; depth < diff.levels().size(); depth++) {
            long[] level = diff.levels().get(depth);
            long[] row = new long[level.length / 7 * 4];
            int next = 0;
            long gap = 0;
            for (int i = 0; i < level.length; i += 7) {
                if (level[i + at + 1] == 0 && depth > 0) {
                    gap += level[i + at];
                    continue;
                }
                row[next++] = gap + level[i + at];
                row[next++] = level[i + at + 1];
                row[next++] = level[i + at + 2];
                row[next++] = level[i + 6];
                maxSelf = Math.max(maxSelf, level[i + at + 2]);
                gap = 0;
            }
            if (next > 0) {
                levels.add(Arrays.copyOf(row, next));
            }
        }
        return new FlameGraph(diff.names(), levels, levels.getFirst()[1], maxSelf);
    }

    private static StackTree tree(Object... stackAndAmount) {
        List<String> names = new ArrayList<>();
        List<Integer> parent = new ArrayList<>(List.of(StackTable.NONE));
        List<Integer> name = new ArrayList<>(List.of(StackTable.NONE));
        List<Long> self = new ArrayList<>(List.of(0L));
        Map<String, Integer> nodes = new HashMap<>(Map.of("", 0));
        for (int i = 0; i < stackAndAmount.length; i += 2) {
            String stack = (String) stackAndAmount[i];
            long amount = ((Number) stackAndAmount[i + 1]).longValue();
            int node = 0;
            String path = "";
            for (String frame : stack.isEmpty() ? new String[0] : stack.split(";", -1)) {
                path += ";" + frame;
                int caller = node;
                node =
                        nodes.computeIfAbsent(
                                path,
                                _ -> {
                                    if (!names.contains(frame)) {
                                        names.add(frame);
                                    }
                                    parent.add(caller);
                                    name.add(names.indexOf(frame));
                                    self.add(0L);
                                    return self.size() - 1;
                                });
            }
            self.set(node, self.get(node) + amount);
        }
        return StackTree.of(
                names,
                self.size(),
                parent.stream().mapToInt(Integer::intValue).toArray(),
                name.stream().mapToInt(Integer::intValue).toArray(),
                self.stream().mapToLong(Long::longValue).toArray());
    }

    /// No node without an amount in it or below it.
    private static StackTree randomTree(SplittableRandom random, int count) {
        List<String> names = List.of("a", "b", "other", "total", "\uffee", "\ud834\udd1e", "z");
        int[] parent = new int[count];
        int[] name = new int[count];
        long[] self = new long[count];
        parent[0] = StackTable.NONE;
        name[0] = StackTable.NONE;
        var edges = new HashSet<List<Integer>>();
        int next = 1;
        for (int tries = 0; next < count && tries < 1_000; tries++) {
            int caller = random.nextInt(Math.max(0, next - 8), next);
            int called = random.nextInt(names.size());
            if (edges.add(List.of(caller, called))) {
                parent[next] = caller;
                name[next] = called;
                self[next++] = random.nextInt(3) == 0 ? 1_000 : 1 + random.nextInt(9);
            }
        }
        self[0] = random.nextInt(3) == 0 ? 3 : 0;
        return StackTree.of(names, next, parent, name, self);
    }
}
