package io.flamekeeper.dictionary;

import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;

/// A [Dictionary] as it was at one instant, without a copy: the writer adds behind the counts and leaves
/// everything before them alone. Immutable; safe for all threads once published safely.
public record DictionaryView(SymbolTable symbols, StackTable stacks, SeriesTable series) {}
