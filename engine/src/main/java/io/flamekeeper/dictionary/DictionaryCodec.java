package io.flamekeeper.dictionary;

import com.dynatrace.hash4j.hashing.Hashing;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.ValueType;

/// A stretch of each table of a dictionary as bytes; the same form in a log frame, where it is what one group
/// added, and in a segment, where it is all.
///
/// Every table is the number of its entries *u*, then column by column (series: entry by entry). *u* is a
/// varint, *z* a zig-zag varint of the difference to the entry before, *r* a varint of the difference to the
/// entry's own id, at least 1.
///
/// | table     | columns                                                                       |
/// |-----------|-------------------------------------------------------------------------------|
/// | strings   | byte count *u*; then the bytes of all                                         |
/// | functions | name *z*, system name *z*, file name *z*, start line *z*                      |
/// | mappings  | memory start *z*, limit *z*, file offset *z*, file name *z*, build id *z*, flags, 1 byte |
/// | frames    | function *z*, line *z*, mapping *z*, address *z*, inlined, 1 bit              |
/// | nodes     | parent *r*, frame *z*                                                         |
/// | series    | label count *u*, name and value of each *u*; five parts of the type, each a byte count *u* and bytes |
public final class DictionaryCodec {
    private DictionaryCodec() {}

    /// Writes what is in `view` beyond `from`.
    public static void write(DictionaryView view, Dictionary.Mark from, ByteSink sink) {
        writeStrings(view.symbols().strings(), from.strings(), sink);
        writeFunctions(view.symbols().functions(), from.functions(), sink);
        writeMappings(view.symbols().mappings(), from.mappings(), sink);
        writeFrames(view.symbols().frames(), from.frames(), sink);
        writeNodes(view.stacks(), from.nodes(), sink);
        writeSeries(view.series(), from.series(), sink);
    }

    /// Adds what [#write] wrote to a dictionary that is where the written one was.
    ///
    /// @throws io.flamekeeper.model.FlamekeeperException `CORRUPT_DATA` if it is not; `dictionary` must then
    ///     be rolled back
    public static void read(ByteSource source, Dictionary dictionary) {
        Slices strings = readSlices(source);
        for (int i = 0; i < strings.count; i++) {
            int next = dictionary.strings.count();
            expectNew(
                    source,
                    next,
                    dictionary.strings.intern(strings.bytes, strings.start[i], strings.length[i]));
        }
        SymbolTable.Functions functions = readFunctions(source);
        for (int i = 0; i < functions.count(); i++) {
            int next = dictionary.functions.count();
            expectNew(
                    source,
                    next,
                    dictionary.functions.intern(
                            functions.name()[i],
                            functions.systemName()[i],
                            functions.fileName()[i],
                            functions.startLine()[i]));
        }
        SymbolTable.Mappings mappings = readMappings(source);
        for (int i = 0; i < mappings.count(); i++) {
            int next = dictionary.mappings.count();
            expectNew(
                    source,
                    next,
                    dictionary.mappings.intern(
                            mappings.memoryStart()[i],
                            mappings.memoryLimit()[i],
                            mappings.fileOffset()[i],
                            mappings.fileName()[i],
                            mappings.buildId()[i],
                            mappings.flags()[i]));
        }
        SymbolTable.Frames frames = readFrames(source);
        for (int i = 0; i < frames.count(); i++) {
            int next = dictionary.frames.count();
            expectNew(
                    source,
                    next,
                    dictionary.frames.intern(
                            frames.function()[i],
                            frames.line()[i],
                            frames.mapping()[i],
                            frames.address()[i],
                            frames.inlined()[i]));
        }
        Edges nodes = readEdges(source, dictionary.nodes.count());
        for (int i = 0; i < nodes.count; i++) {
            int next = dictionary.nodes.count();
            expectNew(source, next, dictionary.nodes.intern(nodes.parent[i], nodes.frame[i]));
        }
        readSeries(source, dictionary);
    }

    private static void expectNew(ByteSource source, int next, int id) {
        if (id != next) {
            throw source.corrupt("entry " + id + " again (expected: a new one, " + next + ")");
        }
    }

    public static void writeStrings(StringTable strings, int from, ByteSink sink) {
        sink.putVarint(strings.count() - from);
        for (int id = from; id < strings.count(); id++) {
            sink.putVarint(strings.length(id));
        }
        for (int id = from; id < strings.count(); id++) {
            sink.putBytes(strings.bytes(), strings.start(id), strings.length(id));
        }
    }

    /// Reads a whole table.
    public static StringTable readStrings(ByteSource source) {
        Slices slices = readSlices(source);
        if (slices.count == 0 || slices.length[0] != 0) {
            throw source.corrupt("string 0 is not empty");
        }
        return StringTable.ofSlices(slices.bytes, slices.start, slices.length, slices.count);
    }

    private record Slices(byte[] bytes, int[] start, int[] length, int count) {}

    private static Slices readSlices(ByteSource source) {
        int count = source.nextCount();
        int[] start = new int[count];
        int[] length = new int[count];
        int end = 0;
        for (int i = 0; i < count; i++) {
            start[i] = end;
            length[i] = source.nextInt(source.remaining() - end);
            end += length[i];
        }
        return new Slices(source.nextBytes(end), start, length, count);
    }

    public static void writeFunctions(SymbolTable.Functions functions, int from, ByteSink sink) {
        sink.putVarint(functions.count() - from);
        putDifferences(sink, functions.name(), from, functions.count());
        putDifferences(sink, functions.systemName(), from, functions.count());
        putDifferences(sink, functions.fileName(), from, functions.count());
        putDifferences(sink, functions.startLine(), from, functions.count());
    }

    public static SymbolTable.Functions readFunctions(ByteSource source) {
        int count = source.nextCount();
        return new SymbolTable.Functions(
                count,
                nextInts(source, count),
                nextInts(source, count),
                nextInts(source, count),
                nextLongs(source, count));
    }

    public static void writeMappings(SymbolTable.Mappings mappings, int from, ByteSink sink) {
        sink.putVarint(mappings.count() - from);
        putDifferences(sink, mappings.memoryStart(), from, mappings.count());
        putDifferences(sink, mappings.memoryLimit(), from, mappings.count());
        putDifferences(sink, mappings.fileOffset(), from, mappings.count());
        putDifferences(sink, mappings.fileName(), from, mappings.count());
        putDifferences(sink, mappings.buildId(), from, mappings.count());
        sink.putBytes(mappings.flags(), from, mappings.count() - from);
    }

    public static SymbolTable.Mappings readMappings(ByteSource source) {
        int count = source.nextCount();
        return new SymbolTable.Mappings(
                count,
                nextLongs(source, count),
                nextLongs(source, count),
                nextLongs(source, count),
                nextInts(source, count),
                nextInts(source, count),
                source.nextBytes(count));
    }

    public static void writeFrames(SymbolTable.Frames frames, int from, ByteSink sink) {
        sink.putVarint(frames.count() - from);
        putDifferences(sink, frames.function(), from, frames.count());
        putDifferences(sink, frames.line(), from, frames.count());
        putDifferences(sink, frames.mapping(), from, frames.count());
        putDifferences(sink, frames.address(), from, frames.count());
        sink.putBits(frames.inlined(), from, frames.count() - from);
    }

    public static SymbolTable.Frames readFrames(ByteSource source) {
        int count = source.nextCount();
        return new SymbolTable.Frames(
                count,
                nextInts(source, count),
                nextLongs(source, count),
                nextInts(source, count),
                nextLongs(source, count),
                source.nextBits(count));
    }

    public static void writeNodes(StackTable nodes, int from, ByteSink sink) {
        sink.putVarint(nodes.count() - from);
        for (int id = from; id < nodes.count(); id++) {
            sink.putVarint(id - nodes.parent()[id]);
        }
        putDifferences(sink, nodes.frame(), from, nodes.count());
    }

    /// Reads a whole table.
    public static StackTable readNodes(ByteSource source) {
        Edges edges = readEdges(source, 0);
        if (edges.count == 0 || edges.frame[StackTable.ROOT] != StackTable.NONE) {
            throw source.corrupt("node 0 is not the empty stack");
        }
        return new StackTable(edges.count, edges.parent, edges.frame);
    }

    private record Edges(int count, int[] parent, int[] frame) {}

    private static Edges readEdges(ByteSource source, int firstId) {
        int count = source.nextCount();
        int[] parent = new int[count];
        for (int i = 0; i < count; i++) {
            int id = firstId + i;
            int distance = source.nextInt(Math.max(id, 1));
            if (distance == 0) {
                throw source.corrupt("node " + id + " calls itself");
            }
            parent[i] = id - distance;
        }
        return new Edges(count, parent, nextInts(source, count));
    }

    public static void writeSeries(SeriesTable series, int from, ByteSink sink) {
        sink.putVarint(series.count() - from);
        for (int id = from; id < series.count(); id++) {
            int[] labelCount = {0};
            series.forEachLabel(id, (_, _) -> labelCount[0]++);
            sink.putVarint(labelCount[0]);
            series.forEachLabel(
                    id,
                    (name, value) -> {
                        sink.putVarint(name);
                        sink.putVarint(value);
                    });
            ProfileType type = series.type(id);
            sink.putString(type.name());
            sink.putString(type.sample().type());
            sink.putString(type.sample().unit());
            sink.putString(type.period().type());
            sink.putString(type.period().unit());
        }
    }

    private static void readSeries(ByteSource source, Dictionary dictionary) {
        int stringMax = dictionary.strings.count() - 1;
        for (int remaining = source.nextCount(); remaining > 0; remaining--) {
            int[] labels = new int[Math.multiplyExact(2, source.nextCount())];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = source.nextInt(stringMax);
                if (labels[i] == 0 || (i >= 2 && i % 2 == 0 && labels[i] <= labels[i - 2])) {
                    throw source.corrupt("labels of series are empty or out of order");
                }
            }
            ProfileType type = readType(source);
            int next = dictionary.series.count();
            expectNew(source, next, dictionary.series.intern(labels, labels.length, type));
        }
    }

    /// Reads a whole table.
    public static SeriesTable readSeries(ByteSource source, StringTable strings) {
        var series = new SeriesIds(Hashing.wyhashFinal4(), new StringIds(Hashing.wyhashFinal4()));
        for (int remaining = source.nextCount(); remaining > 0; remaining--) {
            int[] labels = new int[Math.multiplyExact(2, source.nextCount())];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = source.nextInt(strings.count() - 1);
            }
            series.intern(labels, labels.length, readType(source));
        }
        return series.view(strings);
    }

    private static ProfileType readType(ByteSource source) {
        return new ProfileType(
                source.nextString(),
                new ValueType(source.nextString(), source.nextString()),
                new ValueType(source.nextString(), source.nextString()));
    }

    private static void putDifferences(ByteSink sink, int[] column, int from, int to) {
        long before = 0;
        for (int i = from; i < to; i++) {
            sink.putZigZag(column[i] - before);
            before = column[i];
        }
    }

    private static void putDifferences(ByteSink sink, long[] column, int from, int to) {
        long before = 0;
        for (int i = from; i < to; i++) {
            sink.putZigZag(column[i] - before);
            before = column[i];
        }
    }

    private static int[] nextInts(ByteSource source, int count) {
        int[] column = new int[count];
        long value = 0;
        for (int i = 0; i < count; i++) {
            value += source.nextZigZag();
            column[i] = (int) value;
        }
        return column;
    }

    private static long[] nextLongs(ByteSource source, int count) {
        long[] column = new long[count];
        long value = 0;
        for (int i = 0; i < count; i++) {
            value += source.nextZigZag();
            column[i] = value;
        }
        return column;
    }
}
