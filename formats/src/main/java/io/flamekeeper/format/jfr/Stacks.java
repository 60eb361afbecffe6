package io.flamekeeper.format.jfr;

import io.flamekeeper.format.LongIndex;
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

    // Frames of the stack being resolved, the innermost first.
    private int[] path = new int[256];
    private int depth;

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
            resolveFrames();
            nodeOfStack[stack] = symbols.node(path, depth);
        }
        return nodeOfStack[stack];
    }

    /// **Hot path.** Benchmark: `JfrDecodeBenchmark`.
    private void resolveFrames() {
        if (path.length < frames.count()) {
            path = new int[2 * frames.count()];
        }
        depth = 0;
        for (int i = 0; i < frames.count(); i++) {
            int method = pools.method(frames.method(i));
            int line = frames.line(i);
            if (method == LongIndex.NONE) {
                recording.lose(JfrLoss.NO_METHOD);
                continue;
            }
            long last = lastOfMethod[method];
            if (last >> Integer.SIZE == line && last != UNRESOLVED) {
                path[depth++] = (int) last;
            } else {
                addOtherFrame(method, line);
            }
        }
    }

    private void addOtherFrame(int method, int line) {
        int function = function(method);
        if (function == MISSING) {
            recording.lose(JfrLoss.NO_METHOD);
            return;
        }
        int frame = symbols.frame(function, line);
        lastOfMethod[method] = (long) line << Integer.SIZE | frame;
        path[depth++] = frame;
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
