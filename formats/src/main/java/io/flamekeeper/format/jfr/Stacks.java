package io.flamekeeper.format.jfr;

import io.flamekeeper.format.LongIndex;
import io.flamekeeper.model.StackTable;
import java.util.Arrays;

/// What the stacks of a chunk are in the recording, as far as somebody has asked.
///
/// | column             | shape           | meaning                                                       |
/// |--------------------|-----------------|---------------------------------------------------------------|
/// | `nodeOfStack`      | `int[stacks]`   | by row of [ConstantPools], or [#UNRESOLVED]                   |
/// | `functionOfMethod` | `int[methods]`  | likewise; [#MISSING] if its name is                           |
/// | `lastOfMethod`     | `long[methods]` | its frame that was asked for last, mostly the only one: `line << 32 or frame`; or [#UNRESOLVED] |
final class Stacks {
    static final int MISSING = -1;
    private static final int UNRESOLVED = -2;

    private final JfrDecoder recording;
    private final Symbols symbols;
    private final ConstantPools pools;
    private final FrameReader frames;
    private final int[] nodeOfStack;
    private final int[] functionOfMethod;
    private final long[] lastOfMethod;
    private final TextBuffer name = new TextBuffer();

    // Of the stack resolved last, the outermost frame first: its node up to each frame, and how
    // many of them the next
    // stack may go on from.
    private int[] nodes = new int[256];
    private int resolved;

    Stacks(JfrDecoder recording, ConstantPools pools, FrameReader frames) {
        this.recording = recording;
        this.symbols = recording.symbols();
        this.pools = pools;
        this.frames = frames;
        this.nodeOfStack = new int[pools.stackCount()];
        Arrays.fill(nodeOfStack, UNRESOLVED);
        this.functionOfMethod = new int[pools.methodCount()];
        Arrays.fill(functionOfMethod, UNRESOLVED);
        this.lastOfMethod = new long[pools.methodCount()];
        Arrays.fill(lastOfMethod, UNRESOLVED);
        symbols.reserve(pools.methodCount());
    }

    /// Node of the stack with this id, or [#MISSING].
    int node(long id) {
        int stack = pools.stack(id);
        if (stack == LongIndex.NONE) {
            return MISSING;
        }
        if (nodeOfStack[stack] == UNRESOLVED) {
            frames.read(pools.stackAt(stack));
            nodeOfStack[stack] =
                    frames.count() <= symbols.depthMax() ? resolve() : resolveTooDeep();
        }
        return nodeOfStack[stack];
    }

    /// **Hot path.** Stacks that come one after the other often begin alike; what they share is resolved once.
    /// Benchmark: `JfrDecodeBenchmark`.
    private int resolve() {
        int depth = frames.count();
        if (nodes.length < depth) {
            nodes = Arrays.copyOf(nodes, 2 * depth);
        }
        int known = Math.min(frames.commonWithBefore(), resolved);
        int node = known == 0 ? StackTable.ROOT : nodes[known - 1];
        resolved = depth;
        for (int i = known; i < depth; i++) {
            int frame = frame(frames.method(depth - 1 - i), frames.line(depth - 1 - i));
            if (frame == MISSING) {
                resolved = Math.min(resolved, i); // or it would be lost once for two stacks
            } else {
                node = symbols.child(node, frame);
            }
            nodes[i] = node;
        }
        return node;
    }

    private int resolveTooDeep() {
        resolved = 0;
        int[] leafFirst = new int[frames.count()];
        int depth = 0;
        for (int i = 0; i < leafFirst.length; i++) {
            int frame = frame(frames.method(i), frames.line(i));
            if (frame != MISSING) {
                leafFirst[depth++] = frame;
            }
        }
        return symbols.node(leafFirst, depth);
    }

    private int frame(long methodId, int line) {
        int method = pools.method(methodId);
        if (method == LongIndex.NONE) {
            recording.lose(JfrLoss.NO_METHOD);
            return MISSING;
        }
        long last = lastOfMethod[method];
        return last >> Integer.SIZE == line && last != UNRESOLVED
                ? (int) last
                : otherFrame(method, line);
    }

    private int otherFrame(int method, int line) {
        int function = function(method);
        if (function == MISSING) {
            recording.lose(JfrLoss.NO_METHOD);
            return MISSING;
        }
        int frame = symbols.frame(function, line);
        lastOfMethod[method] = (long) line << Integer.SIZE | frame;
        return frame;
    }

    private int function(int method) {
        if (functionOfMethod[method] == UNRESOLVED) {
            name.clear();
            functionOfMethod[method] =
                    pools.appendName(method, name) ? symbols.function(name) : MISSING;
        }
        return functionOfMethod[method];
    }
}
