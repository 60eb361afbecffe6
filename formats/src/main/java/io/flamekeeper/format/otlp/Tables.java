package io.flamekeeper.format.otlp;

import static io.flamekeeper.format.ProtoReader.DELIMITED;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.format.ProtoReader;
import io.flamekeeper.model.SymbolTable;
import java.util.Arrays;
import java.util.HexFormat;

/// The tables that all profiles of a message share. They may come in any order and in pieces, so references are
/// resolved when all are read.
///
/// Rows 0 are said to be empty and to mean nothing, but not every sender keeps to that: row 0 is taken as any other,
/// unless it is empty.
final class Tables {
    // Of ProfilesDictionary.
    private static final int MAPPING = (1 << 3) | DELIMITED;
    private static final int LOCATION = (2 << 3) | DELIMITED;
    private static final int FUNCTION = (3 << 3) | DELIMITED;
    private static final int LINK = (4 << 3) | DELIMITED;
    private static final int STRING = (5 << 3) | DELIMITED;
    private static final int ATTRIBUTE = (6 << 3) | DELIMITED;
    private static final int STACK = (7 << 3) | DELIMITED;

    // Of Mapping.
    private static final int MAPPING_START = 1;
    private static final int MAPPING_LIMIT = 2;
    private static final int MAPPING_OFFSET = 3;
    private static final int MAPPING_FILE = 4;
    private static final int MAPPING_ATTRIBUTES = 5;

    // Of Location and Line.
    private static final int LOCATION_MAPPING = 1;
    private static final int LOCATION_ADDRESS = 2;
    private static final int LOCATION_LINE = (3 << 3) | DELIMITED;
    private static final int LINE_FUNCTION = 1;
    private static final int LINE_NUMBER = 2;

    // Of Function.
    private static final int FUNCTION_NAME = 1;
    private static final int FUNCTION_SYSTEM_NAME = 2;
    private static final int FUNCTION_FILE = 3;
    private static final int FUNCTION_START_LINE = 4;

    // Of Link.
    private static final int LINK_TRACE = (1 << 3) | DELIMITED;
    private static final int LINK_SPAN = (2 << 3) | DELIMITED;
    private static final int TRACE_BYTES = 16;
    private static final int SPAN_BYTES = 8;

    private static final byte[] BUILD_ID = "process.executable.build_id.gnu".getBytes(UTF_8);

    private final ProtoReader reader;
    private final byte[] body;
    private final Strings strings;
    private final Attributes attributes;
    private final Rows rows;

    private final long[] field = new long[ProtoReader.VARINT_FIELDS];
    private final long[] lineField = new long[ProtoReader.VARINT_FIELDS];

    private final Longs mappingStart;
    private final Longs mappingLimit;
    private final Longs mappingOffset;
    private final Longs mappingFile;

    /// Attributes of mapping `i` are `[mappingAttribute[i], mappingAttribute[i + 1])` of the next column.
    private final Ints mappingAttribute;

    private final Longs attributeOfMapping;
    private final Longs functionName;
    private final Longs functionSystemName;
    private final Longs functionFile;
    private final Longs functionStartLine;
    private final Longs locationMapping;
    private final Longs locationAddress;

    /// Lines of location `i` are `[locationLine[i], locationLine[i + 1])` of the next columns.
    private final Ints locationLine;

    private final Longs lineFunction;
    private final Longs lineNumber;
    private final Ints linkStart;
    private final Ints linkEnd;
    private final Ints linkTrace;
    private final Ints linkSpan;
    private final Ints attributeStart;
    private final Ints attributeEnd;
    private final Ints stackStart;
    private final Ints stackEnd;
    private int lostLinkIds;

    Tables(
            ProtoReader reader,
            byte[] body,
            Strings strings,
            Attributes attributes,
            Rows rows,
            Workspace workspace) {
        this.reader = reader;
        this.body = body;
        this.strings = strings;
        this.attributes = attributes;
        this.rows = rows;
        this.mappingStart = workspace.longs();
        this.mappingLimit = workspace.longs();
        this.mappingOffset = workspace.longs();
        this.mappingFile = workspace.longs();
        this.mappingAttribute = workspace.ints();
        this.attributeOfMapping = workspace.longs();
        this.functionName = workspace.longs();
        this.functionSystemName = workspace.longs();
        this.functionFile = workspace.longs();
        this.functionStartLine = workspace.longs();
        this.locationMapping = workspace.longs();
        this.locationAddress = workspace.longs();
        this.locationLine = workspace.ints();
        this.lineFunction = workspace.longs();
        this.lineNumber = workspace.longs();
        this.linkStart = workspace.ints();
        this.linkEnd = workspace.ints();
        this.linkTrace = workspace.ints();
        this.linkSpan = workspace.ints();
        this.attributeStart = workspace.ints();
        this.attributeEnd = workspace.ints();
        this.stackStart = workspace.ints();
        this.stackEnd = workspace.ints();
    }

    int locationCount() {
        return locationMapping.count();
    }

    int linkCount() {
        return linkTrace.count();
    }

    int stackCount() {
        return stackStart.count();
    }

    int stackStart(int stack) {
        return stackStart.get(stack);
    }

    int stackEnd(int stack) {
        return stackEnd.get(stack);
    }

    /// String of the trace's id in hex, 0 = none.
    int trace(int link) {
        return linkTrace.get(link);
    }

    /// String of the span's id in hex, 0 = none.
    int span(int link) {
        return linkSpan.get(link);
    }

    int lostLinkIds() {
        return lostLinkIds;
    }

    /// Reads the message in the reader's window; a dictionary in pieces is read piece by piece.
    void read() {
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case MAPPING -> readMapping();
                case LOCATION -> readLocation();
                case FUNCTION -> readFunction();
                case LINK -> note(linkStart, linkEnd);
                case STRING -> {
                    rows.add();
                    strings.readRow();
                }
                case ATTRIBUTE -> note(attributeStart, attributeEnd);
                case STACK -> note(stackStart, stackEnd);
                default -> reader.skip(tag);
            }
        }
    }

    /// Remembers a delimited field for later.
    private void note(Ints start, Ints end) {
        rows.add();
        int length = reader.length();
        start.add(reader.position());
        end.add(reader.position() + length);
        reader.advance(length);
    }

    private void readMapping() {
        rows.add();
        mappingAttribute.add(attributeOfMapping.count());
        int outer = reader.enter();
        Arrays.fill(field, 0);
        while (reader.hasMore()) {
            int tag = reader.tag();
            if (tag >>> 3 == MAPPING_ATTRIBUTES) {
                Packed.read(reader, tag, attributeOfMapping, rows);
            } else {
                reader.varintOrSkip(tag, field);
            }
        }
        reader.leave(outer);
        mappingStart.add(field[MAPPING_START]);
        mappingLimit.add(field[MAPPING_LIMIT]);
        mappingOffset.add(field[MAPPING_OFFSET]);
        mappingFile.add(field[MAPPING_FILE]);
    }

    private void readLocation() {
        rows.add();
        locationLine.add(lineFunction.count());
        int outer = reader.enter();
        field[LOCATION_MAPPING] = 0;
        field[LOCATION_ADDRESS] = 0;
        while (reader.varintsUntilOther(field)) {
            int tag = reader.tag();
            if (tag == LOCATION_LINE) {
                readLine();
            } else {
                reader.varintOrSkip(tag, field);
            }
        }
        reader.leave(outer);
        locationMapping.add(field[LOCATION_MAPPING]);
        locationAddress.add(field[LOCATION_ADDRESS]);
    }

    private void readLine() {
        rows.add();
        lineField[LINE_FUNCTION] = 0;
        lineField[LINE_NUMBER] = 0;
        readVarints(lineField);
        lineFunction.add(lineField[LINE_FUNCTION]);
        lineNumber.add(lineField[LINE_NUMBER]);
    }

    private void readFunction() {
        rows.add();
        Arrays.fill(field, FUNCTION_NAME, FUNCTION_START_LINE + 1, 0);
        readVarints(field);
        functionName.add(field[FUNCTION_NAME]);
        functionSystemName.add(field[FUNCTION_SYSTEM_NAME]);
        functionFile.add(field[FUNCTION_FILE]);
        functionStartLine.add(field[FUNCTION_START_LINE]);
    }

    private void readVarints(long[] into) {
        int outer = reader.enter();
        reader.varints(into);
        reader.leave(outer);
    }

    private void readLink() {
        int trace = 0;
        int span = 0;
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case LINK_TRACE -> trace = readId(TRACE_BYTES);
                case LINK_SPAN -> span = readId(SPAN_BYTES);
                default -> reader.skip(tag);
            }
        }
        linkTrace.add(trace);
        linkSpan.add(span);
    }

    /// An id of zeros means none.
    private int readId(int bytes) {
        int length = reader.length();
        int start = reader.position();
        reader.advance(length);
        boolean isNone = true;
        for (int at = start; at < start + length; at++) {
            isNone &= body[at] == 0;
        }
        if (length != bytes && !isNone) {
            lostLinkIds++;
        }
        return length == bytes && !isNone
                ? strings.make(HexFormat.of().formatHex(body, start, start + length))
                : 0;
    }

    /// Reads what refers to strings or makes some, when those of the table are all there.
    void readRest() {
        for (int row = 0; row < linkStart.count(); row++) {
            reader.window(linkStart.get(row), linkEnd.get(row));
            readLink();
        }
        for (int row = 0; row < attributeStart.count(); row++) {
            reader.window(attributeStart.get(row), attributeEnd.get(row));
            attributes.readRow();
        }
    }

    /// Of each location its frames, `[first[i], first[i + 1])`, innermost first.
    record Frames(int[] first, int perLocationMax, SymbolTable.Frames table) {}

    /// What the locations are, with room for one frame more.
    Frames frames(SymbolTable.Functions functions, SymbolTable.Mappings mappings) {
        int locations = locationCount();
        int[] first = new int[locations + 1];
        int capacity = locations + lineFunction.count() + 1;
        int[] function = new int[capacity];
        long[] line = new long[capacity];
        int[] mapping = new int[capacity];
        long[] address = new long[capacity];
        boolean[] inlined = new boolean[capacity];
        int count = 0;
        int perLocationMax = 1;
        for (int location = 0; location < locations; location++) {
            first[location] = count;
            int mappingRow = mappingRow(locationMapping.get(location), mappings);
            int lineEnd = lineEnd(location);
            for (int row = locationLine.get(location); row < lineEnd; row++) {
                function[count] = functionRow(lineFunction.get(row), functions);
                line[count] = lineNumber.get(row);
                mapping[count] = mappingRow;
                // Whose function is known needs no address; it only makes equal frames look
                // different.
                address[count] =
                        function[count] == SymbolTable.NONE ? locationAddress.get(location) : 0;
                inlined[count++] = row < lineEnd - 1;
            }
            if (count == first[location]) {
                function[count] = SymbolTable.NONE;
                mapping[count] = mappingRow;
                address[count++] = locationAddress.get(location);
            }
            perLocationMax = Math.max(perLocationMax, count - first[location]);
        }
        first[locations] = count;
        return new Frames(
                first,
                perLocationMax,
                new SymbolTable.Frames(count, function, line, mapping, address, inlined));
    }

    private int lineEnd(int location) {
        return location + 1 < locationCount()
                ? locationLine.get(location + 1)
                : lineFunction.count();
    }

    private static int mappingRow(long index, SymbolTable.Mappings mappings) {
        if (index == 0 && (mappings.count() == 0 || isNothing(mappings))) {
            return SymbolTable.NONE;
        }
        return Malformed.checkedIndex(index, mappings.count(), "mapping");
    }

    private static boolean isNothing(SymbolTable.Mappings mappings) {
        return (mappings.memoryStart()[0] | mappings.memoryLimit()[0] | mappings.fileOffset()[0])
                        == 0
                && mappings.fileName()[0] == 0
                && mappings.buildId()[0] == 0;
    }

    /// A function without a name is none.
    private static int functionRow(long index, SymbolTable.Functions functions) {
        if (index == 0 && functions.count() == 0) {
            return SymbolTable.NONE;
        }
        int row = Malformed.checkedIndex(index, functions.count(), "function");
        return functions.name()[row] == 0 ? SymbolTable.NONE : row;
    }

    /// With room for one function more.
    SymbolTable.Functions functions() {
        int count = functionName.count();
        int[] name = strings(functionName, "string of a function's name");
        int[] systemName = strings(functionSystemName, "string of a function's system name");
        for (int row = 0; row < count; row++) {
            name[row] = name[row] == 0 ? systemName[row] : name[row];
        }
        return new SymbolTable.Functions(
                count,
                name,
                systemName,
                strings(functionFile, "string of a function's file"),
                functionStartLine.toArray(1));
    }

    private int[] strings(Longs index, String what) {
        int[] string = new int[index.count() + 1];
        for (int row = 0; row < index.count(); row++) {
            int found = strings.ofRow(index.get(row), what);
            string[row] = strings.isEmpty(found) ? 0 : found;
        }
        return string;
    }

    SymbolTable.Mappings mappings() {
        int count = mappingFile.count();
        int[] buildId = new int[count];
        for (int row = 0; row < count; row++) {
            int end = row + 1 < count ? mappingAttribute.get(row + 1) : attributeOfMapping.count();
            for (int at = mappingAttribute.get(row); at < end && buildId[row] == 0; at++) {
                int attribute =
                        Malformed.checkedIndex(
                                attributeOfMapping.get(at), attributes.tableCount(), "attribute");
                if (strings.is(attributes.name(attribute), BUILD_ID)) {
                    buildId[row] = attributes.text(attribute);
                }
            }
        }
        return new SymbolTable.Mappings(
                count,
                mappingStart.toArray(0),
                mappingLimit.toArray(0),
                mappingOffset.toArray(0),
                strings(mappingFile, "string of a mapping's file"),
                buildId,
                new byte[count]);
    }

    /// Says of each mapping what is known of all its frames, which nobody says in this format.
    static void setFlags(SymbolTable symbols) {
        SymbolTable.Mappings mappings = symbols.mappings();
        SymbolTable.Frames frames = symbols.frames();
        byte[] missing = new byte[mappings.count()];
        boolean[] isUsed = new boolean[mappings.count()];
        for (int frame = 0; frame < frames.count(); frame++) {
            int mapping = frames.mapping()[frame];
            if (mapping != SymbolTable.NONE) {
                isUsed[mapping] = true;
                missing[mapping] |= (byte) missing(symbols, frame);
                mappings.flags()[mapping] |=
                        (byte)
                                (frames.inlined()[frame]
                                        ? SymbolTable.Mappings.HAS_INLINE_FRAMES
                                        : 0);
            }
        }
        int all =
                SymbolTable.Mappings.HAS_FUNCTIONS
                        | SymbolTable.Mappings.HAS_FILENAMES
                        | SymbolTable.Mappings.HAS_LINE_NUMBERS;
        for (int mapping = 0; mapping < mappings.count(); mapping++) {
            mappings.flags()[mapping] |= (byte) (isUsed[mapping] ? all & ~missing[mapping] : 0);
        }
    }

    private static int missing(SymbolTable symbols, int frame) {
        int function = symbols.frames().function()[frame];
        if (function == SymbolTable.NONE) {
            return SymbolTable.Mappings.HAS_FUNCTIONS
                    | SymbolTable.Mappings.HAS_FILENAMES
                    | SymbolTable.Mappings.HAS_LINE_NUMBERS;
        }
        return (symbols.functions().fileName()[function] == 0
                        ? SymbolTable.Mappings.HAS_FILENAMES
                        : 0)
                | (symbols.frames().line()[frame] == 0 ? SymbolTable.Mappings.HAS_LINE_NUMBERS : 0);
    }
}
