package io.flamekeeper.model;

/// A tree of call stacks. A stack is named by the id of its leaf node; walking `parent` from there visits
/// the frames **leaf first**.
///
/// | column   | shape    | meaning                                                          |
/// |----------|----------|------------------------------------------------------------------|
/// | `parent` | `int[n]` | caller's node; [#ROOT] for an outermost frame, [#NONE] of [#ROOT] |
/// | `frame`  | `int[n]` | index into [SymbolTable.Frames]; [#NONE] of [#ROOT]              |
///
/// Node [#ROOT] is the empty stack and always present. Invariant: `parent[i] < i`. Parents come before
/// children, so one backward pass over the ids adds every child into its caller. Shared prefixes are
/// stored once. Arrays may be longer than `count`.
/// Source: the Firefox Profiler's `stackTable`, which stores the same tree as `prefixOffset`.
public record StackTable(int count, int[] parent, int[] frame) {
    /// The empty stack, caller of every outermost frame.
    public static final int ROOT = 0;

    /// What [#ROOT] has for parent and frame.
    public static final int NONE = -1;

    public StackTable {
        assert count > 0 && parent[ROOT] == NONE && frame[ROOT] == NONE
                : "node 0 is not the empty stack";
    }
}
