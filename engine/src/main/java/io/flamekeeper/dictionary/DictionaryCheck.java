package io.flamekeeper.dictionary;

import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import java.util.Optional;
import java.util.stream.Stream;

/// Whether the ids in a dictionary name what is there. A checksum tells that bytes are as they were written; this,
/// that they make sense.
public final class DictionaryCheck {
    private DictionaryCheck() {}

    /// The first id that names nothing; empty if there is none.
    public static Optional<String> fault(SymbolTable symbols) {
        int strings = symbols.strings().count();
        SymbolTable.Functions functions = symbols.functions();
        SymbolTable.Mappings mappings = symbols.mappings();
        SymbolTable.Frames frames = symbols.frames();
        return Stream.of(
                        strings("name of function", functions.name(), functions.count(), strings),
                        strings(
                                "system name of function",
                                functions.systemName(),
                                functions.count(),
                                strings),
                        strings(
                                "file name of function",
                                functions.fileName(),
                                functions.count(),
                                strings),
                        strings(
                                "file name of mapping",
                                mappings.fileName(),
                                mappings.count(),
                                strings),
                        strings(
                                "build id of mapping",
                                mappings.buildId(),
                                mappings.count(),
                                strings),
                        ids(
                                "function of frame",
                                frames.function(),
                                frames.count(),
                                functions.count()),
                        ids("mapping of frame", frames.mapping(), frames.count(), mappings.count()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> strings(String what, int[] column, int count, int strings) {
        return first(what, column, 0, count, 0, strings);
    }

    private static Optional<String> ids(String what, int[] column, int count, int end) {
        return first(what, column, 0, count, SymbolTable.NONE, end);
    }

    /// The first node that calls nothing; empty if there is none.
    ///
    /// @param frames how many there are
    public static Optional<String> fault(StackTable stacks, int frames) {
        return first(
                "frame of node", stacks.frame(), StackTable.ROOT + 1, stacks.count(), 0, frames);
    }

    /// The first of the elements `[from, to)` that is not one of the ids `[min, end)`.
    private static Optional<String> first(
            String what, int[] column, int from, int to, int min, int end) {
        for (int i = from; i < to; i++) {
            if (column[i] < min || column[i] >= end) {
                return Optional.of(
                        "%s %d: %d (expected: %d to %d)"
                                .formatted(what, i, column[i], min, end - 1));
            }
        }
        return Optional.empty();
    }
}
