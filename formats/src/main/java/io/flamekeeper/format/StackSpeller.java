package io.flamekeeper.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import java.util.Arrays;

/// Symbols and stacks of a sender that spells them frame by frame, the outermost first: as lines, as a tree, or
/// as calls and returns.
///
/// There is one current stack, which [#enter] and [#leave] change. Only what is asked for by [#stack] gets a
/// node; a stack that is too deep gets that of its both ends around a marker.
///
/// | column  | shape      | meaning                                                         |
/// |---------|------------|-----------------------------------------------------------------|
/// | `name`  | `int[n]`   | string: of the frame's function                                 |
/// | `file`  | `int[n]`   | string                                                          |
/// | `line`  | `long[n]`  | line being executed, 0 = unknown                                |
/// | `plain` | `int[m]`   | of a string, the frame of which nothing else is known, plus 1   |
/// | `path`  | `int[d]`   | the frames of the current stack                                 |
/// | `node`  | `int[d+1]` | nodes of its first frames, [#known] of them                     |
public final class StackSpeller {
    /// Frames of too deep stacks in one upload: they have to be looked up for each such stack.
    private static final long CUT_FRAMES_MAX = 1 << 27;

    /// Cut stacks share no end, so a few bytes can be many nodes; most uploads are far from it.
    private static final int NODES_MIN = 1 << 16;

    private final String format;
    private final DecodeLimits limits;
    private final Strings strings;
    private final StackTableBuilder stacks;
    private int frames;
    private int[] name = new int[64];
    private int[] file = new int[64];
    private long[] line = new long[64];
    private int[] plain = new int[64];
    private int depth;
    private int[] path = new int[64];
    private int known;
    private int[] node = new int[64];
    private long cuts;

    /// @param format   its name, for messages
    /// @param hashSeed unknown to whoever sends the stacks
    /// @param bytes    of the upload: no frame of a stack has less than one
    public StackSpeller(String format, DecodeLimits limits, long hashSeed, int bytes) {
        this.format = format;
        this.limits = limits;
        this.strings = new Strings(hashSeed);
        this.stacks = new StackTableBuilder(hashSeed, Math.addExact(bytes, NODES_MIN), 64);
    }

    /// @param from must be UTF-8 between `start` and `end`; of too much, the end is kept
    public int string(byte[] from, int start, int end) {
        int first = Math.max(start, end - limits.symbolBytesMax());
        while (first > start && first < end && Utf8.isContinuation(from[first])) {
            first++;
        }
        return strings.add(from, first, end - first);
    }

    public int string(String text) {
        byte[] encoded = text.getBytes(UTF_8);
        return string(encoded, 0, encoded.length);
    }

    /// The frame of a function of which only the name is known.
    public int frame(int nameString) {
        if (nameString >= plain.length) {
            plain = Arrays.copyOf(plain, Math.max(2 * plain.length, nameString + 1));
        }
        if (plain[nameString] == 0) {
            plain[nameString] = addFrame(nameString, 0, 0) + 1;
        }
        return plain[nameString] - 1;
    }

    /// Adds a frame, even if there is an equal one.
    public int addFrame(int nameString, int fileString, long lineNumber) {
        if (frames == name.length) {
            name = Arrays.copyOf(name, 2 * frames);
            file = Arrays.copyOf(file, 2 * frames);
            line = Arrays.copyOf(line, 2 * frames);
        }
        name[frames] = nameString;
        file[frames] = fileString;
        line[frames] = lineNumber;
        return frames++;
    }

    /// Frames of the current stack.
    public int depth() {
        return depth;
    }

    /// The innermost frame of the current stack, which must not be empty.
    public int innermost() {
        return path[depth - 1];
    }

    public void enter(int frame) {
        if (depth == path.length) {
            path = Arrays.copyOf(path, 2 * depth);
        }
        path[depth++] = frame;
    }

    /// Makes the current stack its first frames.
    public void leave(int toDepth) {
        assert toDepth <= depth : toDepth;
        depth = toDepth;
        known = Math.min(known, depth);
    }

    /// The node of the current stack.
    ///
    /// @throws FlamekeeperException `LIMIT_EXCEEDED` when that is one node too many
    public int stack() {
        return depth <= limits.stackDepthMax() ? node(depth) : nodeOfCut();
    }

    private int node(int ofFirst) {
        if (ofFirst >= node.length) {
            node = Arrays.copyOf(node, Math.max(2 * node.length, ofFirst + 1));
        }
        while (known < ofFirst) {
            node[known + 1] = stacks.child(node[known], path[known]);
            known++;
        }
        return node[ofFirst];
    }

    private int nodeOfCut() {
        int outer = limits.stackDepthMax() / 2;
        int inner = limits.stackDepthMax() - 1 - outer;
        if (++cuts * limits.stackDepthMax() > CUT_FRAMES_MAX) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "%s: more than %d stacks are deeper than %d frames (expected: fewer)",
                    format,
                    cuts - 1,
                    limits.stackDepthMax());
        }
        int at = stacks.child(node(outer), frame(string(DecodeLimits.CUT_MARKER)));
        for (int i = depth - inner; i < depth; i++) {
            at = stacks.child(at, path[i]);
        }
        return at;
    }

    /// How often the current stack was too deep when it was asked for.
    public long cuts() {
        return cuts;
    }

    public StackTable stacks() {
        return stacks.build();
    }

    /// Each frame has a function of its own.
    public SymbolTable symbols() {
        int[] function = new int[frames];
        Arrays.setAll(function, frame -> frame);
        int[] noMapping = new int[frames];
        Arrays.fill(noMapping, SymbolTable.NONE);
        return new SymbolTable(
                strings.table(),
                new SymbolTable.Functions(frames, name, new int[frames], file, new long[frames]),
                SymbolTable.Mappings.EMPTY,
                new SymbolTable.Frames(
                        frames, function, line, noMapping, new long[frames], new boolean[frames]));
    }
}
