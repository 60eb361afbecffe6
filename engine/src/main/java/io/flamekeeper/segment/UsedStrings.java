package io.flamekeeper.segment;

import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import java.util.BitSet;

/// Leaves out the strings that no function or mapping uses; a head has those of labels in the same table.
final class UsedStrings {
    private UsedStrings() {}

    /// The same symbols with the strings they use, in the same order.
    static SymbolTable of(SymbolTable symbols) {
        SymbolTable.Functions functions = symbols.functions();
        SymbolTable.Mappings mappings = symbols.mappings();
        var used = new BitSet();
        used.set(0);
        mark(functions.name(), functions.count(), used);
        mark(functions.systemName(), functions.count(), used);
        mark(functions.fileName(), functions.count(), used);
        mark(mappings.fileName(), mappings.count(), used);
        mark(mappings.buildId(), mappings.count(), used);
        StringTable strings = symbols.strings();
        int count = used.cardinality();
        if (count == strings.count()) {
            return symbols;
        }
        int[] start = new int[count];
        int[] length = new int[count];
        int[] newId = new int[strings.count()];
        int next = 0;
        for (int id = used.nextSetBit(0); id >= 0; id = used.nextSetBit(id + 1)) {
            start[next] = strings.start(id);
            length[next] = strings.length(id);
            newId[id] = next++;
        }
        return new SymbolTable(
                StringTable.ofSlices(strings.bytes(), start, length, count),
                new SymbolTable.Functions(
                        functions.count(),
                        renamed(functions.name(), functions.count(), newId),
                        renamed(functions.systemName(), functions.count(), newId),
                        renamed(functions.fileName(), functions.count(), newId),
                        functions.startLine()),
                new SymbolTable.Mappings(
                        mappings.count(),
                        mappings.memoryStart(),
                        mappings.memoryLimit(),
                        mappings.fileOffset(),
                        renamed(mappings.fileName(), mappings.count(), newId),
                        renamed(mappings.buildId(), mappings.count(), newId),
                        mappings.flags()),
                symbols.frames());
    }

    private static void mark(int[] column, int count, BitSet used) {
        for (int i = 0; i < count; i++) {
            used.set(column[i]);
        }
    }

    private static int[] renamed(int[] column, int count, int[] newId) {
        int[] renamed = new int[count];
        for (int i = 0; i < count; i++) {
            renamed[i] = newId[column[i]];
        }
        return renamed;
    }
}
