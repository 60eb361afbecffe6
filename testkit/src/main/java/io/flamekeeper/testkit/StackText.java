package io.flamekeeper.testkit;

import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StackTree;
import java.util.Map;
import java.util.TreeMap;

/// A call tree as text that a person can compare: `a;b` → self amount, only stacks that have any.
public final class StackText {
    private StackText() {}

    public static Map<String, Long> selfByStack(StackTree tree) {
        var byStack = new TreeMap<String, Long>();
        String[] path = new String[tree.count()];
        path[StackTable.ROOT] = "";
        for (int node = 0; node < tree.count(); node++) {
            if (node != StackTable.ROOT) {
                String caller = path[tree.parent()[node]];
                String name = tree.names().get(tree.name()[node]);
                path[node] = caller.isEmpty() ? name : caller + ";" + name;
            }
            if (tree.self()[node] != 0) {
                byStack.merge(path[node], tree.self()[node], Long::sum);
            }
        }
        return byStack;
    }
}
