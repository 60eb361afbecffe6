package io.flamekeeper.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import java.util.List;

/// Which stacks count: those that begin, from the outermost frame, with functions of these names.
final class CallSite {
    private final byte[][] rootFirst;

    CallSite(List<String> rootFirst) {
        this.rootFirst =
                rootFirst.stream().map(name -> name.getBytes(UTF_8)).toArray(byte[][]::new);
    }

    boolean isAll() {
        return rootFirst.length == 0;
    }

    /// For each node, whether its stack counts. One forward pass, because callers come before callees.
    boolean[] inside(SymbolTable symbols, StackTable stacks) {
        boolean[] inside = new boolean[stacks.count()];
        int[] matched = new int[stacks.count()];
        inside[StackTable.ROOT] = isAll();
        for (int node = 1; node < stacks.count(); node++) {
            int before = matched[stacks.parent()[node]];
            if (inside[stacks.parent()[node]]) {
                inside[node] = true;
            } else if (before >= 0
                    && FrameNames.is(symbols, stacks.frame()[node], rootFirst[before])) {
                matched[node] = before + 1;
                inside[node] = before + 1 == rootFirst.length;
            } else {
                matched[node] = -1;
            }
        }
        return inside;
    }

    /// Takes away what the other stacks have.
    void keepOnly(SymbolTable symbols, StackTable stacks, long[] self) {
        if (isAll()) {
            return;
        }
        boolean[] inside = inside(symbols, stacks);
        for (int node = 0; node < stacks.count(); node++) {
            if (!inside[node]) {
                self[node] = 0;
            }
        }
    }
}
