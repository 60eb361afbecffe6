package io.flamekeeper.format.jfr;

import io.flamekeeper.format.LongIndex;
import io.flamekeeper.format.jfr.Layout.Kind;
import io.flamekeeper.model.FlamekeeperException;
import java.util.Arrays;

/// The constants of a chunk that a stack is made of, by id. What refers to what:
///
/// `stack → frames → (method, line)`, `method → class, symbol`, `class → symbol`, `symbol → text`
///
/// A chunk has one checkpoint event or many, each pointing back to the one before it, and each has pools of
/// any classes: the same class may come in several, the same id too. References are resolved when everything
/// has been read, because nothing says what comes first.
///
/// | column        | shape                 | meaning                                                        |
/// |---------------|-----------------------|----------------------------------------------------------------|
/// | `className`   | `long[classes]`       | id of a symbol                                                 |
/// | `classTextStart`, `…End` | `int[classes]` | its name and a dot in `classTexts`, once somebody has asked; the end is then not 0 |
/// | `methodClass` | `long[methods]`       | id of its class                                                |
/// | `methodName`  | `long[methods]`       | id of a symbol                                                 |
/// | `stateByRow`  | `ThreadState[states]` |                                                                |
/// | `stackAt`     | `int[stacks]`         | position of its frames: a number, then so many, the innermost first |
final class ConstantPools {
    private static final int CHECKPOINT = 1;

    private final byte[] body;
    private final ChunkReader reader;
    private final Types types;
    private final long[] fields = new long[Word.COUNT];

    private final Texts strings;
    private final Texts symbols;
    private final LongIndex classes;
    private long[] className = new long[256];
    private int[] classTextStart = {};
    private int[] classTextEnd = {};
    private final TextBuffer classTexts = new TextBuffer();
    private final LongIndex methods;
    private long[] methodClass = new long[256];
    private long[] methodName = new long[256];
    private final Texts states;
    private ThreadState[] stateByRow = {};
    private final LongIndex stacks;
    private int[] stackAt = new int[256];
    private Layout frameLayout = Types.NO_FIELDS;

    private ConstantPools(byte[] body, ChunkHeader header, Types types, long hashSeed) {
        this.body = body;
        this.reader = new ChunkReader(body, header.checkpoint(), header.end());
        this.types = types;
        this.strings = new Texts(hashSeed);
        this.symbols = new Texts(hashSeed);
        this.classes = new LongIndex(hashSeed);
        this.methods = new LongIndex(hashSeed);
        this.states = new Texts(hashSeed);
        this.stacks = new LongIndex(hashSeed);
    }

    /// Reads all checkpoints of the chunk.
    ///
    /// @throws FlamekeeperException `MALFORMED_PROFILE`
    static ConstantPools read(byte[] body, ChunkHeader header, Types types, long hashSeed) {
        var pools = new ConstantPools(body, header, types, hashSeed);
        long at = header.checkpoint();
        long back = -1;
        while (back != 0) {
            back = pools.readCheckpoint((int) at);
            at += back;
            if (back > 0 || at < header.start() + ChunkHeader.BYTES) {
                throw ChunkHeader.malformed(
                        "checkpoint at byte %d says that the one before it is %d bytes away"
                                + " (expected: a negative number, inside the chunk)",
                        at - back, back);
            }
        }
        pools.classTextStart = new int[pools.classes.count()];
        pools.classTextEnd = new int[pools.classes.count()];
        pools.resolveStates();
        return pools;
    }

    /// Returns how far away the checkpoint before this one is, 0 = there is none.
    private long readCheckpoint(int at) {
        reader.seek(at);
        reader.varint(); // size
        long type = reader.varint();
        if (type != CHECKPOINT) {
            throw ChunkHeader.malformed(
                    "event at byte %d has type %d (expected: 1, a checkpoint)", at, type);
        }
        reader.varint(); // start
        reader.varint(); // duration
        long back = reader.varint();
        reader.oneByte(); // why it was written
        for (int left = reader.count(); left > 0 && !reader.isOverrun(); left--) {
            readPool(at);
        }
        if (reader.isOverrun()) {
            throw ChunkHeader.malformed(
                    "checkpoint at byte %d is truncated (expected: more bytes)", at);
        }
        return back;
    }

    private void readPool(int checkpoint) {
        long type = reader.varint();
        int row = types.row(type);
        int count = reader.count();
        if (reader.isOverrun()) {
            return;
        }
        if (row == LongIndex.NONE) {
            throw ChunkHeader.malformed(
                    "checkpoint at byte %d has constants of class %s (expected: a class of the chunk)",
                    checkpoint, Long.toUnsignedString(type));
        }
        Layout layout = types.layout(row);
        Arrays.fill(fields, 0);
        // A constant of these classes has 8 bytes as a rule; whoever says less pays for the
        // growing.
        int likely = Math.min(count, reader.remaining() / Long.BYTES);
        switch (types.name(row)) {
            case STRING_CLASS -> readStrings(count);
            case SYMBOL_CLASS -> readSymbols(count, likely, layout);
            case CLASS_CLASS -> readClasses(count, likely, layout);
            case METHOD_CLASS -> readMethods(count, likely, layout);
            case THREAD_STATE_CLASS -> readStates(count, layout);
            case STACK_TRACE_CLASS -> readStacks(count, likely, layout);
            default -> skipConstants(count, layout);
        }
    }

    private void skipConstants(int count, Layout layout) {
        for (int left = count; left > 0 && !reader.isOverrun(); left--) {
            reader.varint();
            layout.skip(reader);
        }
    }

    private void readStrings(int count) {
        for (int left = count; left > 0 && !reader.isOverrun(); left--) {
            long id = reader.varint();
            reader.text();
            strings.put(id, reader);
        }
    }

    private void readSymbols(int count, int likely, Layout layout) {
        symbols.reserve(likely);
        for (int left = count; left > 0 && !reader.isOverrun(); left--) {
            long id = reader.varint();
            if (readText(layout, Word.STRING)) {
                symbols.put(id, reader);
            }
        }
    }

    private void readStates(int count, Layout layout) {
        for (int left = count; left > 0 && !reader.isOverrun(); left--) {
            long id = reader.varint();
            if (readText(layout, Word.NAME)) {
                states.put(id, reader);
            }
        }
    }

    /// Reads a value and, last of it, its field of this name, which must be a string.
    private boolean readText(Layout layout, Word field) {
        if (layout.length() == 1 && layout.has(field, Kind.TEXT)) {
            reader.text();
            return true;
        }
        layout.read(reader, fields);
        if (!layout.has(field, Kind.TEXT) || reader.isOverrun()) {
            return false;
        }
        int after = reader.position();
        reader.seek((int) fields[field.number()]);
        reader.text();
        reader.seek(after);
        return true;
    }

    private void readClasses(int count, int likely, Layout layout) {
        classes.reserve(likely);
        className = atLeast(className, classes.count() + likely);
        for (int left = count; left > 0 && !reader.isOverrun(); left--) {
            long id = reader.varint();
            layout.read(reader, fields);
            int row = classes.add(id);
            className = atLeast(className, row + 1);
            className[row] = fields[Word.NAME.number()];
        }
    }

    /// **Hot path.** Benchmark: `JfrDecodeBenchmark`.
    private void readMethods(int count, int likely, Layout layout) {
        methods.reserve(likely);
        methodClass = atLeast(methodClass, methods.count() + likely);
        methodName = atLeast(methodName, methods.count() + likely);
        for (int left = count; left > 0 && !reader.isOverrun(); left--) {
            long id = reader.varint();
            layout.read(reader, fields);
            int row = methods.add(id);
            methodClass = atLeast(methodClass, row + 1);
            methodName = atLeast(methodName, row + 1);
            methodClass[row] = fields[Word.TYPE.number()];
            methodName[row] = fields[Word.NAME.number()];
        }
    }

    /// **Hot path.** Benchmark: `JfrDecodeBenchmark`.
    private void readStacks(int count, int likely, Layout layout) {
        int array = layout.indexOf(Word.FRAMES, Kind.ARRAY);
        if (array < 0) {
            skipConstants(count, layout);
            return;
        }
        Layout frames = layout.elements(array);
        if (frameLayout != Types.NO_FIELDS && frameLayout != frames) {
            throw ChunkHeader.malformed(
                    "stacks before byte %d are of two classes (expected: of one)",
                    reader.position());
        }
        frameLayout = frames;
        stacks.reserve(likely);
        stackAt = atLeast(stackAt, stacks.count() + likely);
        for (int left = count; left > 0 && !reader.isOverrun(); left--) {
            long id = reader.varint();
            layout.skip(reader, 0, array);
            int row = stacks.add(id);
            stackAt = atLeast(stackAt, row + 1);
            stackAt[row] = reader.position();
            layout.skip(reader, array, layout.length());
        }
    }

    private static long[] atLeast(long[] column, int rows) {
        return rows <= column.length
                ? column
                : Arrays.copyOf(column, Math.max(rows, 2 * column.length));
    }

    private static int[] atLeast(int[] column, int rows) {
        return rows <= column.length
                ? column
                : Arrays.copyOf(column, Math.max(rows, 2 * column.length));
    }

    int stackCount() {
        return stacks.count();
    }

    /// Row of the stack with this id, or [LongIndex#NONE].
    int stack(long id) {
        return stacks.find(id);
    }

    int stackAt(int stack) {
        return stackAt[stack];
    }

    Layout frameLayout() {
        return frameLayout;
    }

    /// Row of the method with this id, or [LongIndex#NONE].
    int method(long id) {
        return methods.find(id);
    }

    int methodCount() {
        return methods.count();
    }

    /// Puts the name of a method together, `java/lang/Thread.run`.
    ///
    /// @return false if its class or one of the symbols is missing
    boolean appendName(int method, TextBuffer to) {
        int ofClass = classes.find(methodClass[method]);
        int name = symbols.row(methodName[method]);
        if (ofClass == LongIndex.NONE || name == LongIndex.NONE) {
            return false;
        }
        if (classTextEnd[ofClass] == 0 && !readClassText(ofClass)) {
            return false;
        }
        to.append(classTexts.bytes(), classTextStart[ofClass], classTextEnd[ofClass]);
        appendSymbol(name, to);
        return true;
    }

    private boolean readClassText(int ofClass) {
        int name = symbols.row(className[ofClass]);
        if (name == LongIndex.NONE) {
            return false;
        }
        classTextStart[ofClass] = classTexts.length();
        appendSymbol(name, classTexts);
        classTexts.append('.');
        classTextEnd[ofClass] = classTexts.length();
        return true;
    }

    private void appendSymbol(int symbol, TextBuffer to) {
        int start = to.length();
        symbols.append(body, symbol, strings, to);
        GeneratedNames.merge(to, start);
    }

    /// State by id.
    ThreadState state(long id) {
        int row = states.row(id);
        return row == LongIndex.NONE ? ThreadState.UNKNOWN : stateByRow[row];
    }

    private void resolveStates() {
        stateByRow = new ThreadState[states.count()];
        var text = new TextBuffer();
        for (int row = 0; row < stateByRow.length; row++) {
            text.clear();
            states.append(body, row, strings, text);
            stateByRow[row] = ThreadState.of(text.bytes(), 0, text.length());
        }
    }

    /// Appends the string that lies at a position.
    void appendText(int position, TextBuffer to) {
        var text = new Texts(0);
        var at = new ChunkReader(body, position, body.length);
        at.text();
        text.put(0, at);
        text.append(body, 0, strings, to);
    }
}
