package io.flamekeeper.model;

/// The sum of many profiles of one type, frame by frame: lines, inlining and what is not symbolised are
/// kept, so that a profile file can be written from it.
///
/// Frames with a function have neither address nor mapping, because the same line is one frame wherever
/// its binary was loaded; the others have neither line nor inlining. System names equal to the name are 0. Strings, functions, mappings, frames and
/// nodes are each unique and in an order that depends on the content alone.
///
/// @param self amount measured while the node was the leaf, `long[stacks.count()]`, at least 0; sums
///     saturate at [Long#MAX_VALUE]. Every node has an amount in itself or below it, but for the empty stack
public record MergedProfile(SymbolTable symbols, StackTable stacks, long[] self) {
    public MergedProfile {
        assert self.length >= stacks.count() : self.length + " < " + stacks.count();
    }
}
