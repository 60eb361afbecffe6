package io.flamekeeper.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.model.StackTree;

/// A stack tree as the bytes that command-line clients read.
///
/// | field    | bytes            | meaning                              |
/// |----------|------------------|--------------------------------------|
/// | length   | unsigned varint  | of the name                          |
/// | name     | length           | UTF-8; empty for the root            |
/// | self     | unsigned varint  | amount of the node itself            |
/// | children | unsigned varint  | how many                             |
///
/// Nodes come callers first; among the subtrees of a node's children the last comes first. Totals are for
/// the reader to sum. No amount at all is no byte at all.
public final class TreeBytes {
    private TreeBytes() {}

    /// @param maxNodes as in [FlameGraph#of]
    public static byte[] encode(StackTree tree, long maxNodes) {
        if (tree.total()[0] == 0) {
            return new byte[0];
        }
        CutTree cut =
                CutTree.of(
                        tree.names(),
                        tree.count(),
                        tree.parent(),
                        tree.name(),
                        tree.total(),
                        maxNodes);
        long[] self = cut.column(tree.self(), tree.total());
        var bytes = new ByteSink();
        int[] waiting = new int[cut.count()];
        int depth = 1;
        while (depth > 0) {
            int place = waiting[--depth];
            byte[] name = place == 0 ? new byte[0] : cut.name(place).getBytes(UTF_8);
            bytes.varint(name.length);
            bytes.write(name);
            bytes.varint(self[place]);
            bytes.varint(cut.endOfChildren(place) - cut.firstChild(place));
            for (int i = cut.firstChild(place); i < cut.endOfChildren(place); i++) {
                waiting[depth++] = i;
            }
        }
        return bytes.toBytes();
    }
}
