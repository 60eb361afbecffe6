package io.flamekeeper.format.pprof;

import static io.flamekeeper.format.ProtoReader.DELIMITED;
import static io.flamekeeper.format.ProtoReader.VARINT;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.LocationStack;
import io.flamekeeper.format.ProtoReader;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.format.StackTableBuilder;
import io.flamekeeper.format.Utf8;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.ValueType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/// Decodes one profile after the other, each in three walks:
///
/// 1. [#readTables]: everything but samples into columns, as sent, ids unresolved;
/// 2. [#resolve]: references become rows, lines become frames;
/// 3. [#readSamples]: each sample's locations go straight into the stack tree.
///
/// Samples come last because most writers put the tables behind them. Columns are kept from one profile to the
/// next, because fresh memory is slower than what is in the cache; nothing of them is in the result. For one thread
/// at a time.
final class PprofDecoder {
    // Fields: tags where more than varints count, else numbers.

    // Of Profile.
    private static final int SAMPLE_TYPE = (1 << 3) | DELIMITED;
    private static final int SAMPLE = (2 << 3) | DELIMITED;
    private static final int MAPPING = (3 << 3) | DELIMITED;
    private static final int LOCATION = (4 << 3) | DELIMITED;
    private static final int FUNCTION = (5 << 3) | DELIMITED;
    private static final int STRING = (6 << 3) | DELIMITED;
    private static final int TIME_NANOS = (9 << 3) | VARINT;
    private static final int DURATION_NANOS = (10 << 3) | VARINT;
    private static final int PERIOD_TYPE = (11 << 3) | DELIMITED;
    private static final int PERIOD = (12 << 3) | VARINT;

    // Of ValueType.
    private static final int TYPE_TYPE = 1;
    private static final int TYPE_UNIT = 2;

    // Of Sample.
    private static final int SAMPLE_LOCATION = (1 << 3) | VARINT;
    private static final int SAMPLE_LOCATIONS = (1 << 3) | DELIMITED;
    private static final int SAMPLE_VALUE = (2 << 3) | VARINT;
    private static final int SAMPLE_VALUES = (2 << 3) | DELIMITED;
    private static final int SAMPLE_LABEL = (3 << 3) | DELIMITED;

    // Of Label.
    private static final int LABEL_KEY = 1;
    private static final int LABEL_TEXT = 2;

    // Of Mapping.
    private static final int MAPPING_ID = 1;
    private static final int MAPPING_START = 2;
    private static final int MAPPING_LIMIT = 3;
    private static final int MAPPING_OFFSET = 4;
    private static final int MAPPING_FILE = 5;
    private static final int MAPPING_BUILD_ID = 6;
    private static final int MAPPING_HAS_FUNCTIONS = 7;
    private static final int MAPPING_HAS_FILENAMES = 8;
    private static final int MAPPING_HAS_LINE_NUMBERS = 9;
    private static final int MAPPING_HAS_INLINE_FRAMES = 10;

    // Of Location and Line.
    private static final int LOCATION_ID = 1;
    private static final int LOCATION_MAPPING = 2;
    private static final int LOCATION_ADDRESS = 3;
    private static final int LOCATION_LINE = (4 << 3) | DELIMITED;
    private static final int LINE_FUNCTION = 1;
    private static final int LINE_NUMBER = 2;

    // Of Function.
    private static final int FUNCTION_ID = 1;
    private static final int FUNCTION_NAME = 2;
    private static final int FUNCTION_SYSTEM_NAME = 3;
    private static final int FUNCTION_FILE = 4;
    private static final int FUNCTION_START_LINE = 5;

    private static final int HEX_BYTES_MAX = 64;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /// Every client has fewer than ten.
    private static final int TYPES_MAX = 256;

    private final DecodeLimits limits;
    private final PprofDialect dialect;
    private final long hashSeed;
    private final ProtoReader reader = new ProtoReader("pprof", new byte[0]);
    private final StackTableBuilder stacks;
    private byte[] body = {};

    // Values of the message being read, by field number.
    private final long[] field = new long[ProtoReader.VARINT_FIELDS];
    private final long[] locationField = new long[ProtoReader.VARINT_FIELDS];

    // Scalars of the profile; string indices as sent.
    private long timeNanos;
    private long durationNanos;
    private long period;
    private long periodType;
    private long periodUnit;

    // Columns, one entry per row of the table named first. String indices are as sent until
    // resolved.
    private int typeCount;
    private long[] typeType = {};
    private long[] typeUnit = {};
    private int sampleCount;
    private int[] sampleStart = {};
    private int[] sampleEnd = {};
    private int stringCount;
    private int[] stringStart = {};
    private int[] stringLength = {};
    private int mappingCount;
    private long[] mappingId = {};
    private long[] mappingStart = {};
    private long[] mappingLimit = {};
    private long[] mappingOffset = {};
    private long[] mappingFile = {};
    private long[] mappingBuildId = {};
    private byte[] mappingFlags = {};
    private int functionCount;
    private long[] functionId = {};
    private long[] functionName = {};
    private long[] functionSystemName = {};
    private long[] functionFile = {};
    private long[] functionStartLine = {};
    private int locationCount;
    private long[] locationId = {};
    private long[] locationMapping = {};
    private long[] locationAddress = {};
    private int[] locationFirstLine = {};
    private int lineCount;
    private long[] lineFunction = {};
    private long[] lineNumber = {};

    // Frames of a location: [firstFrame[row], firstFrame[row + 1]), innermost first.
    private IdIndex rowOfLocation = IdIndex.of("location", new long[0], 0);
    private int[] firstFrame = {};
    private int framesPerLocationMax = 1;
    private int frameCount;

    // Samples, as in RawProfile.
    private int[] stack = {};
    private long[] value = {};
    private int[] labelStart = {};
    private int[] labelName = {};
    private int[] labelText = {};
    private int labelCount;

    // Where a sample's packed locations are that are not decoded yet, and a hash table over those
    // bytes:
    // 1 + the first sample that has them, 0 = free.
    private int[] stretchStart = {};
    private int[] stretchEnd = {};
    private int[] sampleOfStretch = {};

    /// Of [#sampleOfStretch], the part that is in use, minus 1.
    private int stretchMask;

    /// Of the sample being read.
    private final LocationStack locations = new LocationStack();

    private LongConsumer memory = _ -> {};

    PprofDecoder(DecodeLimits limits, PprofDialect dialect, long hashSeed) {
        this.limits = limits;
        this.dialect = dialect;
        this.hashSeed = hashSeed;
        this.stacks = new StackTableBuilder(hashSeed, 1, 1);
    }

    /// @param bytes  untrusted; the result keeps them
    /// @param budget told how many more bytes are needed before they are taken; may refuse
    RawProfile decode(byte[] bytes, LongConsumer budget) {
        begin(bytes);
        memory = budget;
        stacks.within(budget);
        locations.within(budget);
        readTables();
        if (typeCount == 0) {
            throw malformed("empty profile: no sample type (expected: at least one)");
        }
        if ((long) sampleCount * typeCount > body.length) {
            throw malformed(
                    "sample value length mismatch: %d samples of %d values in %d bytes (expected: one"
                            + " value per sample type)",
                    sampleCount, typeCount, body.length);
        }
        SymbolTable.Frames frames = resolve();
        List<ValueType> sampleTypes = sampleTypes();
        ValueType type =
                new ValueType(
                        text(string(periodType, "period type string index out of range")),
                        text(string(periodUnit, "period unit string index out of range")));
        taking(functionCount, 24);
        taking(mappingCount, 33);
        SymbolTable.Functions functions = functions();
        SymbolTable.Mappings mappings = mappings();
        readSamples();
        return new RawProfile(
                symbols(functions, mappings, frames),
                stacks.build(),
                sampleTypes,
                type,
                period,
                timeNanos,
                durationNanos,
                sampleCount,
                stack,
                value,
                labelStart,
                labelName,
                labelText);
    }

    /// Bytes of the columns that it keeps, roughly.
    long keptBytes() {
        return stacks.keptBytes()
                + 16L * sampleStart.length
                + 4L * sampleOfStretch.length
                + 8L * stringStart.length
                + 40L * functionId.length
                + 28L * locationId.length
                + 16L * lineFunction.length
                + 49L * mappingId.length
                + locations.keptBytes()
                + rowOfLocation.keptBytes();
    }

    /// Lets go of the profile, for the garbage collector.
    void forget() {
        memory = _ -> {};
        stacks.within(memory);
        locations.within(memory);
        begin(new byte[0]);
        stack = new int[0];
        value = new long[0];
        labelStart = new int[0];
    }

    private void begin(byte[] bytes) {
        body = bytes;
        reader.reset(bytes);
        timeNanos = 0;
        durationNanos = 0;
        period = 0;
        periodType = 0;
        periodUnit = 0;
        typeCount = 0;
        sampleCount = 0;
        stringCount = 0;
        mappingCount = 0;
        functionCount = 0;
        locationCount = 0;
        lineCount = 0;
        framesPerLocationMax = 1;
        frameCount = 0;
        labelCount = 0;
        labelName = new int[0];
        labelText = new int[0];
    }

    /// What a column has room for once it is too short.
    private static int more(int rows) {
        return Math.max(64, 2 * rows);
    }

    /// Asks for the memory of columns that are about to be made or made longer: a row of two bytes can need fifty.
    private void taking(long rows, int rowBytes) {
        memory.accept(rows * rowBytes);
    }

    // ---- 1: tables

    private void readTables() {
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case SAMPLE_TYPE -> readSampleType();
                case SAMPLE -> noteSample();
                case MAPPING -> readMapping();
                case LOCATION -> readLocation();
                case FUNCTION -> readFunction();
                case STRING -> readString();
                case TIME_NANOS -> timeNanos = reader.varint();
                case DURATION_NANOS -> durationNanos = reader.varint();
                case PERIOD_TYPE -> readPeriodType();
                case PERIOD -> period = reader.varint();
                default -> reader.skip(tag);
            }
        }
        if (locationCount == locationFirstLine.length) {
            locationFirstLine = Arrays.copyOf(locationFirstLine, locationCount + 1);
        }
        locationFirstLine[locationCount] = lineCount;
    }

    private void noteSample() {
        int row = sampleCount++;
        if (row == limits.samplesMax()) {
            throw exceeded(
                    "profile: more than %d samples (expected: at most %1$d; setting"
                            + " profile-samples-max)",
                    row);
        }
        if (row == sampleStart.length) {
            taking(more(row), 8);
            sampleStart = Arrays.copyOf(sampleStart, more(row));
            sampleEnd = Arrays.copyOf(sampleEnd, more(row));
        }
        int length = reader.length();
        sampleStart[row] = reader.position();
        sampleEnd[row] = reader.position() + length;
        reader.advance(length);
    }

    private void readSampleType() {
        int row = typeCount++;
        if (row == TYPES_MAX) {
            throw exceeded("profile: more than %d sample types (expected: at most %1$d)", row);
        }
        if (row == typeType.length) {
            typeType = Arrays.copyOf(typeType, more(row));
            typeUnit = Arrays.copyOf(typeUnit, more(row));
        }
        long[] read = readVarints(TYPE_UNIT);
        typeType[row] = read[TYPE_TYPE];
        typeUnit[row] = read[TYPE_UNIT];
    }

    /// A field that is not repeated but comes twice is one message in pieces, says protobuf.
    private void readPeriodType() {
        int outer = reader.enter();
        field[TYPE_TYPE] = periodType;
        field[TYPE_UNIT] = periodUnit;
        reader.varints(field);
        reader.leave(outer);
        periodType = field[TYPE_TYPE];
        periodUnit = field[TYPE_UNIT];
    }

    /// Reads a message of which only varints count, and returns them by field number; 0 = not there. The array is
    /// good until the next message, and has anything in it beyond `last`.
    private long[] readVarints(int last) {
        int outer = reader.enter();
        clear(field, last);
        reader.varints(field);
        reader.leave(outer);
        return field;
    }

    /// A loop of known length, and no call, for some fields of thousands of messages.
    private static void clear(long[] fields, int last) {
        for (int number = 1; number <= last; number++) {
            fields[number] = 0;
        }
    }

    private void readString() {
        int length = reader.length();
        int start = reader.position();
        reader.advance(length);
        if (!Utf8.isValid(body, start, length)) {
            int shown = Math.min(length, HEX_BYTES_MAX);
            throw malformed(
                    "invalid utf8 string hex: %s in string %d at byte %d (expected: UTF-8)",
                    HexFormat.of().formatHex(body, start, start + shown), stringCount, start);
        }
        int excess = length - limits.symbolBytesMax();
        if (excess > 0) {
            while (Utf8.isContinuation(body[start + excess])) {
                excess++;
            }
            start += excess;
            length -= excess;
        }
        if (stringCount == stringStart.length) {
            taking(more(stringCount), 8);
            stringStart = Arrays.copyOf(stringStart, more(stringCount));
            stringLength = Arrays.copyOf(stringLength, more(stringCount));
        }
        stringStart[stringCount] = start;
        stringLength[stringCount++] = length;
    }

    private void readMapping() {
        int row = mappingCount++;
        if (row == mappingId.length) {
            taking(more(row), 49);
            growMappings(more(row));
        }
        long[] read = readVarints(MAPPING_HAS_INLINE_FRAMES);
        mappingId[row] = read[MAPPING_ID];
        mappingStart[row] = read[MAPPING_START];
        mappingLimit[row] = read[MAPPING_LIMIT];
        mappingOffset[row] = read[MAPPING_OFFSET];
        mappingFile[row] = read[MAPPING_FILE];
        mappingBuildId[row] = read[MAPPING_BUILD_ID];
        mappingFlags[row] =
                (byte)
                        (flag(read[MAPPING_HAS_FUNCTIONS], SymbolTable.Mappings.HAS_FUNCTIONS)
                                | flag(
                                        read[MAPPING_HAS_FILENAMES],
                                        SymbolTable.Mappings.HAS_FILENAMES)
                                | flag(
                                        read[MAPPING_HAS_LINE_NUMBERS],
                                        SymbolTable.Mappings.HAS_LINE_NUMBERS)
                                | flag(
                                        read[MAPPING_HAS_INLINE_FRAMES],
                                        SymbolTable.Mappings.HAS_INLINE_FRAMES));
    }

    private static int flag(long said, int flag) {
        return said == 0 ? 0 : flag;
    }

    private void growMappings(int rows) {
        mappingId = Arrays.copyOf(mappingId, rows);
        mappingStart = Arrays.copyOf(mappingStart, rows);
        mappingLimit = Arrays.copyOf(mappingLimit, rows);
        mappingOffset = Arrays.copyOf(mappingOffset, rows);
        mappingFile = Arrays.copyOf(mappingFile, rows);
        mappingBuildId = Arrays.copyOf(mappingBuildId, rows);
        mappingFlags = Arrays.copyOf(mappingFlags, rows);
    }

    private void readLocation() {
        int row = locationCount++;
        if (row == locationId.length) {
            taking(more(row), 28);
            locationId = Arrays.copyOf(locationId, more(row));
            locationMapping = Arrays.copyOf(locationMapping, more(row));
            locationAddress = Arrays.copyOf(locationAddress, more(row));
            locationFirstLine = Arrays.copyOf(locationFirstLine, more(row) + 1);
        }
        locationFirstLine[row] = lineCount;
        int outer = reader.enter();
        long[] read = locationField;
        clear(read, LOCATION_ADDRESS);
        while (reader.varintsUntilOther(read)) {
            int tag = reader.tag();
            if (tag == LOCATION_LINE) {
                readLine();
            } else {
                reader.varintOrSkip(tag, read);
            }
        }
        reader.leave(outer);
        locationId[row] = read[LOCATION_ID];
        locationMapping[row] = read[LOCATION_MAPPING];
        locationAddress[row] = read[LOCATION_ADDRESS];
    }

    private void readLine() {
        int row = lineCount++;
        if (row == lineFunction.length) {
            taking(more(row), 16);
            lineFunction = Arrays.copyOf(lineFunction, more(row));
            lineNumber = Arrays.copyOf(lineNumber, more(row));
        }
        long[] read = readVarints(LINE_NUMBER);
        lineFunction[row] = read[LINE_FUNCTION];
        lineNumber[row] = read[LINE_NUMBER];
    }

    private void readFunction() {
        int row = functionCount++;
        if (row == functionId.length) {
            taking(more(row), 40);
            functionId = Arrays.copyOf(functionId, more(row));
            functionName = Arrays.copyOf(functionName, more(row));
            functionSystemName = Arrays.copyOf(functionSystemName, more(row));
            functionFile = Arrays.copyOf(functionFile, more(row));
            functionStartLine = Arrays.copyOf(functionStartLine, more(row));
        }
        long[] read = readVarints(FUNCTION_START_LINE);
        functionId[row] = read[FUNCTION_ID];
        functionName[row] = read[FUNCTION_NAME];
        functionSystemName[row] = read[FUNCTION_SYSTEM_NAME];
        functionFile[row] = read[FUNCTION_FILE];
        functionStartLine[row] = read[FUNCTION_START_LINE];
    }

    // ---- 2: references

    private SymbolTable.Frames resolve() {
        if (stringCount == 0 || stringLength[0] != 0) {
            throw malformed(
                    "string 0 should be empty string: %s (expected: an empty one)",
                    stringCount == 0
                            ? "there are no strings"
                            : "it has " + stringLength[0] + " bytes");
        }
        if (dialect == PprofDialect.DOTNET
                && functionCount == locationCount
                && Arrays.stream(functionId, 0, functionCount).allMatch(id -> id == 0)) {
            System.arraycopy(locationId, 0, functionId, 0, functionCount);
        }
        refuseZero("location", locationId, locationCount);
        refuseZero("function", functionId, functionCount);
        refuseZero("mapping", mappingId, mappingCount);
        taking((long) locationCount + functionCount + mappingCount, 20);
        rowOfLocation = IdIndex.of("location", locationId, locationCount);
        IdIndex rowOfFunction = IdIndex.of("function", functionId, functionCount);
        IdIndex rowOfMapping = IdIndex.of("mapping", mappingId, mappingCount);

        if (firstFrame.length <= locationCount) {
            firstFrame = new int[more(locationCount)];
        }
        int capacity = framesSaid() + 1;
        taking(capacity, 25);
        int[] function = new int[capacity];
        long[] line = new long[capacity];
        int[] mapping = new int[capacity];
        long[] address = new long[capacity];
        boolean[] inlined = new boolean[capacity];
        int mappingRow = SymbolTable.NONE;
        for (int location = 0; location < locationCount; location++) {
            firstFrame[location] = frameCount;
            // Neighbours are mostly of the same mapping; the first row is compared with "none", id
            // 0.
            if (locationMapping[location] != (location == 0 ? 0 : locationMapping[location - 1])) {
                mappingRow = mappingRow(location, rowOfMapping);
            }
            int lineEnd = locationFirstLine[location + 1];
            for (int row = locationFirstLine[location]; row < lineEnd; row++) {
                function[frameCount] = rowOfFunction.row(lineFunction[row]);
                if (function[frameCount] == IdIndex.NONE) {
                    throw malformed(
                            "location %s: no function %s (expected: a function of the profile)",
                            Long.toUnsignedString(locationId[location]),
                            Long.toUnsignedString(lineFunction[row]));
                }
                line[frameCount] = lineNumber[row];
                mapping[frameCount] = mappingRow;
                address[frameCount] = locationAddress[location];
                inlined[frameCount++] = row < lineEnd - 1;
            }
            if (frameCount == firstFrame[location]) {
                function[frameCount] = SymbolTable.NONE;
                mapping[frameCount] = mappingRow;
                address[frameCount++] = locationAddress[location];
            }
            framesPerLocationMax =
                    Math.max(framesPerLocationMax, frameCount - firstFrame[location]);
        }
        firstFrame[locationCount] = frameCount;
        // The marker's frame, counted only if a stack needs it.
        function[frameCount] = functionCount;
        mapping[frameCount] = SymbolTable.NONE;
        return new SymbolTable.Frames(frameCount, function, line, mapping, address, inlined);
    }

    /// A location without lines is one frame too.
    private int framesSaid() {
        int frames = lineCount;
        for (int location = 0; location < locationCount; location++) {
            if (locationFirstLine[location] == locationFirstLine[location + 1]) {
                frames++;
            }
        }
        return frames;
    }

    private static void refuseZero(String what, long[] id, int count) {
        for (int row = 0; row < count; row++) {
            if (id[row] == 0) {
                throw malformed("%s id is 0 in row %d (expected: 1 or more)", what, row);
            }
        }
    }

    private int mappingRow(int location, IdIndex rowOfMapping) {
        long id = locationMapping[location];
        if (id == 0) {
            return SymbolTable.NONE;
        }
        int row = rowOfMapping.row(id);
        if (row == IdIndex.NONE) {
            throw malformed(
                    "location %s: no mapping %s (expected: a mapping of the profile, or 0)",
                    Long.toUnsignedString(locationId[location]), Long.toUnsignedString(id));
        }
        return row;
    }

    private List<ValueType> sampleTypes() {
        return IntStream.range(0, typeCount).mapToObj(this::sampleType).toList();
    }

    private ValueType sampleType(int row) {
        String type = text(string(typeType[row], "sample type type string index out of range"));
        String unit = text(string(typeUnit[row], "sample type unit string index out of range"));
        return switch (dialect) {
            case DOTNET -> new ValueType(type.replace('-', '_'), unit);
            case STANDARD -> {
                if (type.indexOf('-') >= 0) {
                    throw malformed("sample type contains -: '%s' (expected: none)", type);
                }
                yield new ValueType(type, unit);
            }
        };
    }

    private SymbolTable.Functions functions() {
        return new SymbolTable.Functions(
                functionCount,
                strings(functionName, functionCount, "function name string index out of range"),
                strings(
                        functionSystemName,
                        functionCount,
                        "function system name index string out of range"),
                strings(
                        functionFile,
                        functionCount,
                        "function file name string index out of range"),
                Arrays.copyOf(functionStartLine, functionCount + 1));
    }

    private SymbolTable.Mappings mappings() {
        return new SymbolTable.Mappings(
                mappingCount,
                Arrays.copyOf(mappingStart, mappingCount),
                Arrays.copyOf(mappingLimit, mappingCount),
                Arrays.copyOf(mappingOffset, mappingCount),
                strings(mappingFile, mappingCount, "mapping file name string index out of range"),
                strings(mappingBuildId, mappingCount, "mapping build id string index out of range"),
                Arrays.copyOf(mappingFlags, mappingCount));
    }

    private int[] strings(long[] index, int count, String phrase) {
        int[] string = new int[count + 1];
        for (int row = 0; row < count; row++) {
            string[row] = string(index[row], phrase);
        }
        return string;
    }

    private int string(long index, String phrase) {
        if (index < 0 || index >= stringCount) {
            throw malformed("%s: %d (expected: 0 to %d)", phrase, index, stringCount - 1);
        }
        return (int) index;
    }

    private String text(int string) {
        return new String(body, stringStart[string], stringLength[string], UTF_8);
    }

    // ---- 3: samples

    private void readSamples() {
        taking(sampleCount, 40 + 8 * typeCount);
        stack = new int[sampleCount];
        value = new long[sampleCount * typeCount];
        labelStart = new int[sampleCount + 1];
        stacks.reset(Math.max(body.length, limits.stackDepthMax() + 1), 2 * locationCount);
        locations.begin(
                stacks, firstFrame, framesPerLocationMax, frameCount, limits.stackDepthMax());
        if (stretchStart.length < sampleCount) {
            stretchStart = new int[more(sampleCount)];
            stretchEnd = new int[more(sampleCount)];
            sampleOfStretch = new int[4 * Integer.highestOneBit(more(sampleCount))];
        }
        stretchMask = 4 * Integer.highestOneBit(sampleCount | 1) - 1;
        Arrays.fill(sampleOfStretch, 0, Math.min(stretchMask + 1, sampleOfStretch.length), 0);
        for (int sample = 0; sample < sampleCount; sample++) {
            reader.window(sampleStart[sample], sampleEnd[sample]);
            readSample(sample);
            labelStart[sample + 1] = labelCount;
        }
    }

    private void readSample(int sample) {
        int values = 0;
        int labels = 0;
        locations.clear();
        stretchStart[sample] = 0;
        stretchEnd[sample] = 0;
        while (reader.hasMore()) {
            int at = reader.position();
            int tag = reader.tag();
            switch (tag) {
                case SAMPLE_LOCATION, SAMPLE_LOCATIONS -> {
                    if (at != stretchEnd[sample]) {
                        readStretch(sample);
                        stretchStart[sample] = at;
                    }
                    reader.skip(tag);
                    stretchEnd[sample] = reader.position();
                }
                case SAMPLE_VALUE -> addValue(sample, values++, reader.varint());
                case SAMPLE_VALUES -> {
                    int outer = reader.enter();
                    while (reader.hasMore()) {
                        addValue(sample, values++, reader.varint());
                    }
                    reader.leave(outer);
                }
                case SAMPLE_LABEL -> {
                    if (++labels > limits.sampleLabelsMax()) {
                        throw exceeded(
                                "sample %d: more than %d labels (expected: at most %2$d; setting sample-labels-max)",
                                sample, limits.sampleLabelsMax());
                    }
                    readLabel();
                }
                default -> reader.skip(tag);
            }
        }
        if (values != typeCount) {
            throw valueMismatch(sample, values);
        }
        if (locations.depth() == 0) {
            stack[sample] = leafOfStretch(sample);
        } else {
            readStretch(sample);
            stack[sample] = locations.leaf();
        }
    }

    private void addValue(int sample, int index, long amount) {
        if (index >= typeCount) {
            throw valueMismatch(sample, index + 1);
        }
        value[sample * typeCount + index] = amount;
    }

    private FlamekeeperException valueMismatch(int sample, int values) {
        return malformed(
                "sample value length mismatch: %d values or more in sample %d (expected: %d, one per"
                        + " sample type)",
                values, sample, typeCount);
    }

    /// **Hot path.** Returns the leaf of a stack whose locations all lie in one stretch, as every known writer
    /// has it. Many profiles send the same stack again and again; its bytes are then the same too, and are
    /// found without being decoded. Benchmark: `PprofDecodeBenchmark`.
    private int leafOfStretch(int sample) {
        int start = stretchStart[sample];
        int end = stretchEnd[sample];
        int mask = stretchMask;
        int slot = (int) (hash(start, end) >>> 32) & mask;
        while (sampleOfStretch[slot] != 0) {
            int before = sampleOfStretch[slot] - 1;
            if (Arrays.equals(body, start, end, body, stretchStart[before], stretchEnd[before])) {
                return stack[before];
            }
            slot = (slot + 1) & mask;
        }
        sampleOfStretch[slot] = sample + 1;
        readStretch(sample);
        return locations.leaf();
    }

    private long hash(int start, int end) {
        long hash = hashSeed ^ (end - start);
        int at = start;
        while (end - at >= Long.BYTES) {
            hash = mixed(hash ^ (long) EIGHT_BYTES.get(body, at));
            at += Long.BYTES;
        }
        while (at < end) {
            hash = mixed(hash ^ body[at++]);
        }
        return hash;
    }

    private static long mixed(long hash) {
        long product = hash * 0x9e3779b97f4a7c15L;
        return product ^ (product >>> 32);
    }

    /// Appends the locations of the stretch to [#locations].
    private void readStretch(int sample) {
        int resume = reader.position();
        int limit = reader.limit();
        reader.window(stretchStart[sample], stretchEnd[sample]);
        while (reader.hasMore()) {
            if (reader.tag() == SAMPLE_LOCATION) {
                int one = location(sample, reader.varint());
                int depth = locations.depth();
                locations.room(1)[depth] = one;
                locations.extendTo(depth + 1);
            } else {
                int outer = reader.enter();
                readLocations(sample, reader.position(), reader.limit());
                reader.leave(outer);
            }
        }
        reader.window(resume, limit);
    }

    /// **Hot path.** Appends the locations in `[start, end)` of the body to [#locations]. Benchmark:
    /// `PprofDecodeBenchmark`.
    private void readLocations(int sample, int start, int end) {
        byte[] from = body;
        int[] to = locations.room(end - start);
        int next = locations.depth();
        int at = start;
        while (at < end) {
            int first = from[at];
            if (first >= 0) {
                to[next++] = location(sample, first);
                at++;
            } else if (end - at > 1 && from[at + 1] >= 0) {
                to[next++] = location(sample, (first & 0x7f) | (from[at + 1] << 7));
                at += 2;
            } else {
                int resume = reader.position();
                int limit = reader.limit();
                reader.window(at, end);
                to[next++] = location(sample, reader.varint());
                at = reader.position();
                reader.window(resume, limit);
            }
        }
        locations.extendTo(next);
    }

    private int location(int sample, long id) {
        int row = rowOfLocation.row(id);
        if (row < 0) {
            throw malformed(
                    "sample %d: no location %s (expected: a location of the profile)",
                    sample, Long.toUnsignedString(id));
        }
        return row;
    }

    private void readLabel() {
        long[] read = readVarints(LABEL_TEXT);
        long key = read[LABEL_KEY];
        long text = read[LABEL_TEXT];
        int nameString = string(key, "sample label string index out of range");
        int textString = string(text, "sample label string index out of range");
        if (stringLength[textString] == 0) {
            return;
        }
        if (labelCount == labelName.length) {
            int capacity = Math.max(2 * labelCount, 64);
            taking(capacity, 8);
            labelName = Arrays.copyOf(labelName, capacity);
            labelText = Arrays.copyOf(labelText, capacity);
        }
        labelName[labelCount] = nameString;
        labelText[labelCount++] = textString;
    }

    private SymbolTable symbols(
            SymbolTable.Functions functions,
            SymbolTable.Mappings mappings,
            SymbolTable.Frames frames) {
        // One more string than sent: room for the marker of a stack that is cut.
        int[] start = Arrays.copyOf(stringStart, stringCount + 1);
        int[] length = Arrays.copyOf(stringLength, stringCount + 1);
        if (!locations.wasCut()) {
            return new SymbolTable(
                    StringTable.ofSlices(body, start, length, stringCount),
                    functions,
                    mappings,
                    frames);
        }
        byte[] marker = DecodeLimits.CUT_MARKER.getBytes(UTF_8);
        byte[] withMarker = Arrays.copyOf(body, body.length + marker.length);
        System.arraycopy(marker, 0, withMarker, body.length, marker.length);
        start[stringCount] = body.length;
        length[stringCount] = marker.length;
        functions.name()[functionCount] = stringCount;
        return new SymbolTable(
                StringTable.ofSlices(withMarker, start, length, stringCount + 1),
                new SymbolTable.Functions(
                        functionCount + 1,
                        functions.name(),
                        functions.systemName(),
                        functions.fileName(),
                        functions.startLine()),
                mappings,
                new SymbolTable.Frames(
                        frameCount + 1,
                        frames.function(),
                        frames.line(),
                        frames.mapping(),
                        frames.address(),
                        frames.inlined()));
    }

    @FormatMethod
    private static FlamekeeperException malformed(String message, Object... args) {
        return new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE, "pprof: %s", message.formatted(args));
    }

    @FormatMethod
    private static FlamekeeperException exceeded(String message, Object... args) {
        return new FlamekeeperException(ErrorCode.LIMIT_EXCEEDED, message, args);
    }
}
