package io.flamekeeper.format.jfr;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.LongIndex;
import io.flamekeeper.format.StackTableBuilder;
import io.flamekeeper.format.Strings;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import java.util.Arrays;

/// The names and stacks of all chunks of a recording. Functions of the same name are one, frames of the same
/// function and line too.
final class Symbols {
    /// How many bytes of a recording there are for a node of its stacks, roughly.
    private static final int BYTES_PER_NODE = 40;

    /// Nodes there is room for at first, however long the recording.
    private static final int NODES_MAX = 1 << 14;

    private final DecodeLimits limits;
    private final Strings strings;
    private final LongIndex functions;
    private final LongIndex frames;
    private final StackTableBuilder stacks;

    /// @param bytes of the recording: no frame of a stack has less than one
    Symbols(DecodeLimits limits, long hashSeed, int bytes) {
        this.limits = limits;
        this.strings = new Strings(hashSeed);
        this.functions = new LongIndex(hashSeed);
        this.frames = new LongIndex(hashSeed);
        this.stacks =
                new StackTableBuilder(
                        hashSeed,
                        Math.max(bytes, limits.stackDepthMax() + 1),
                        Math.min(bytes / BYTES_PER_NODE, NODES_MAX));
    }

    /// Makes room for the names of so many methods.
    void reserve(int methods) {
        strings.reserve(methods);
        functions.reserve(methods);
        frames.reserve(methods);
    }

    int string(TextBuffer text) {
        int start = text.startOfLast(limits.symbolBytesMax());
        return strings.add(text.bytes(), start, text.length() - start);
    }

    int string(byte[] bytes, int start, int length) {
        return strings.add(bytes, start, length);
    }

    int function(TextBuffer name) {
        return functions.add(string(name));
    }

    /// @param line negative = unknown
    int frame(int function, int line) {
        return frames.add((long) function << Integer.SIZE | Math.max(line, 0));
    }

    int depthMax() {
        return limits.stackDepthMax();
    }

    /// Node of a stack that ends in this frame, called by the stack of the node `caller`.
    int child(int caller, int frame) {
        return stacks.child(caller, frame);
    }

    /// Returns the node of a stack, which is cut if it is too deep.
    ///
    /// @param leafFirst frames, of which the first `depth` count
    int node(int[] leafFirst, int depth) {
        if (depth > limits.stackDepthMax()) {
            return nodeOfCut(leafFirst, depth);
        }
        int node = StackTable.ROOT;
        for (int i = depth - 1; i >= 0; i--) {
            node = stacks.child(node, leafFirst[i]);
        }
        return node;
    }

    /// Keeps the outer half and the inner half of what is allowed, with the marker between them.
    private int nodeOfCut(int[] leafFirst, int depth) {
        byte[] marker = DecodeLimits.CUT_MARKER.getBytes(UTF_8);
        int outer = limits.stackDepthMax() / 2;
        int inner = limits.stackDepthMax() - 1 - outer;
        int node = StackTable.ROOT;
        for (int i = depth - 1; i >= depth - outer; i--) {
            node = stacks.child(node, leafFirst[i]);
        }
        node = stacks.child(node, frame(functions.add(strings.add(marker, 0, marker.length)), 0));
        for (int i = inner - 1; i >= 0; i--) {
            node = stacks.child(node, leafFirst[i]);
        }
        return node;
    }

    StackTable stacks() {
        return stacks.build();
    }

    SymbolTable table() {
        int[] name = new int[functions.count()];
        Arrays.setAll(name, function -> (int) functions.key(function));
        int[] function = new int[frames.count()];
        Arrays.setAll(function, frame -> (int) (frames.key(frame) >>> Integer.SIZE));
        long[] line = new long[frames.count()];
        Arrays.setAll(line, frame -> (int) frames.key(frame));
        int[] noMapping = new int[frames.count()];
        Arrays.fill(noMapping, SymbolTable.NONE);
        return new SymbolTable(
                strings.table(),
                new SymbolTable.Functions(
                        name.length,
                        name,
                        new int[name.length],
                        new int[name.length],
                        new long[name.length]),
                SymbolTable.Mappings.EMPTY,
                new SymbolTable.Frames(
                        function.length,
                        function,
                        line,
                        noMapping,
                        new long[function.length],
                        new boolean[function.length]));
    }
}
