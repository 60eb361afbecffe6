package io.flamekeeper.dictionary;

import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;

/// A [Dictionary] as it was at one instant, without a copy: the writer adds behind the counts and leaves
/// everything before them alone. Immutable; safe for all threads once published safely.
///
/// @param series its first `seriesCount` elements count
public record DictionaryView(
        SymbolTable symbols, StackTable stacks, Series[] series, int seriesCount) {}
