package io.flamekeeper.format.pprof;

import static io.flamekeeper.format.ProtoReader.DELIMITED;
import static io.flamekeeper.format.ProtoReader.VARINT;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.ProtoReader;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.format.StackTableBuilder;
import io.flamekeeper.format.Utf8;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.ValueType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/// One decoding of one profile, in four walks:
///
/// 1. [#count]: top-level fields only, so that every column gets its size at once;
/// 2. [#readTables]: everything but samples into columns, as sent, ids unresolved;
/// 3. [#resolve]: references become rows, lines become frames;
/// 4. [#readSamples]: each sample's locations go straight into the stack tree.
///
/// Samples come last because most writers put the tables behind them.
final class PprofDecoder {
    // Fields of Profile.
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

    // Fields of ValueType.
    private static final int TYPE_TYPE = (1 << 3) | VARINT;
    private static final int TYPE_UNIT = (2 << 3) | VARINT;

    // Fields of Sample.
    private static final int SAMPLE_LOCATION = (1 << 3) | VARINT;
    private static final int SAMPLE_LOCATIONS = (1 << 3) | DELIMITED;
    private static final int SAMPLE_VALUE = (2 << 3) | VARINT;
    private static final int SAMPLE_VALUES = (2 << 3) | DELIMITED;
    private static final int SAMPLE_LABEL = (3 << 3) | DELIMITED;

    // Fields of Label.
    private static final int LABEL_KEY = (1 << 3) | VARINT;
    private static final int LABEL_TEXT = (2 << 3) | VARINT;

    // Fields of Mapping.
    private static final int MAPPING_ID = (1 << 3) | VARINT;
    private static final int MAPPING_START = (2 << 3) | VARINT;
    private static final int MAPPING_LIMIT = (3 << 3) | VARINT;
    private static final int MAPPING_OFFSET = (4 << 3) | VARINT;
    private static final int MAPPING_FILE = (5 << 3) | VARINT;
    private static final int MAPPING_BUILD_ID = (6 << 3) | VARINT;
    private static final int MAPPING_HAS_FUNCTIONS = (7 << 3) | VARINT;
    private static final int MAPPING_HAS_FILENAMES = (8 << 3) | VARINT;
    private static final int MAPPING_HAS_LINE_NUMBERS = (9 << 3) | VARINT;
    private static final int MAPPING_HAS_INLINE_FRAMES = (10 << 3) | VARINT;

    // Fields of Location and Line.
    private static final int LOCATION_ID = (1 << 3) | VARINT;
    private static final int LOCATION_MAPPING = (2 << 3) | VARINT;
    private static final int LOCATION_ADDRESS = (3 << 3) | VARINT;
    private static final int LOCATION_LINE = (4 << 3) | DELIMITED;
    private static final int LINE_FUNCTION = (1 << 3) | VARINT;
    private static final int LINE_NUMBER = (2 << 3) | VARINT;

    // Fields of Function.
    private static final int FUNCTION_ID = (1 << 3) | VARINT;
    private static final int FUNCTION_NAME = (2 << 3) | VARINT;
    private static final int FUNCTION_SYSTEM_NAME = (3 << 3) | VARINT;
    private static final int FUNCTION_FILE = (4 << 3) | VARINT;
    private static final int FUNCTION_START_LINE = (5 << 3) | VARINT;

    private static final int HEX_BYTES_MAX = 64;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final DecodeLimits limits;
    private final PprofDialect dialect;
    private final long hashSeed;
    private final byte[] body;
    private final ProtoReader reader;
    private StackTableBuilder stacks;

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
    private boolean stackWasCut;

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

    // The sample being read and the one before it: locations innermost first, and the node that
    // each depth
    // of the earlier one ended in, outermost first.
    private int[] path = new int[64];
    private int depth;
    private int[] previousPath = new int[64];
    private int previousDepth;
    private int[] previousNode = new int[64];

    PprofDecoder(DecodeLimits limits, PprofDialect dialect, long hashSeed, byte[] body) {
        this.limits = limits;
        this.dialect = dialect;
        this.hashSeed = hashSeed;
        this.body = body;
        this.reader = new ProtoReader("pprof", body);
        this.stacks = new StackTableBuilder(hashSeed, 1, 1);
    }

    RawProfile decode() {
        count();
        readTables();
        if (typeCount == 0) {
            throw malformed("empty profile: no sample type (expected: at least one)");
        }
        SymbolTable.Frames frames = resolve();
        List<ValueType> sampleTypes = sampleTypes();
        ValueType type =
                new ValueType(
                        text(string(periodType, "period type string index out of range")),
                        text(string(periodUnit, "period unit string index out of range")));
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

    // ---- 1: sizes

    private void count() {
        int types = 0;
        int samples = 0;
        int mappingRows = 0;
        int locations = 0;
        int functionRows = 0;
        int strings = 0;
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case SAMPLE_TYPE -> types++;
                case SAMPLE -> samples++;
                case MAPPING -> mappingRows++;
                case LOCATION -> locations++;
                case FUNCTION -> functionRows++;
                case STRING -> strings++;
                default -> {}
            }
            reader.skip(tag);
        }
        if (samples > limits.samplesMax()) {
            throw exceeded(
                    "profile: %d samples (expected: at most %d)", samples, limits.samplesMax());
        }
        if ((long) samples * types > body.length) {
            throw malformed(
                    "sample value length mismatch: %d samples of %d values in %d bytes (expected: one"
                            + " value per sample type)",
                    samples, types, body.length);
        }
        typeType = new long[types];
        typeUnit = new long[types];
        sampleStart = new int[samples];
        sampleEnd = new int[samples];
        // One more string, function and frame than sent: room for the marker of a stack that is
        // cut.
        stringStart = new int[strings + 1];
        stringLength = new int[strings + 1];
        mappingId = new long[mappingRows];
        mappingStart = new long[mappingRows];
        mappingLimit = new long[mappingRows];
        mappingOffset = new long[mappingRows];
        mappingFile = new long[mappingRows];
        mappingBuildId = new long[mappingRows];
        mappingFlags = new byte[mappingRows];
        functionId = new long[functionRows];
        functionName = new long[functionRows];
        functionSystemName = new long[functionRows];
        functionFile = new long[functionRows];
        functionStartLine = new long[functionRows + 1];
        locationId = new long[locations];
        locationMapping = new long[locations];
        locationAddress = new long[locations];
        locationFirstLine = new int[locations + 1];
        lineFunction = new long[locations + 16];
        lineNumber = new long[locations + 16];
        stacks =
                new StackTableBuilder(
                        hashSeed, Math.max(body.length, limits.stackDepthMax() + 1), 2 * locations);
        stack = new int[samples];
        stretchStart = new int[samples];
        stretchEnd = new int[samples];
        sampleOfStretch = new int[Integer.highestOneBit(2 * samples + 1) * 2];
        value = new long[samples * types];
        labelStart = new int[samples + 1];
    }

    // ---- 2: tables

    private void readTables() {
        reader.window(0, body.length);
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case SAMPLE_TYPE -> readSampleType();
                case SAMPLE -> {
                    int length = reader.length();
                    sampleStart[sampleCount] = reader.position();
                    sampleEnd[sampleCount++] = reader.position() + length;
                    reader.advance(length);
                }
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
        locationFirstLine[locationCount] = lineCount;
    }

    private void readSampleType() {
        int row = typeCount++;
        int outer = reader.enter();
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case TYPE_TYPE -> typeType[row] = reader.varint();
                case TYPE_UNIT -> typeUnit[row] = reader.varint();
                default -> reader.skip(tag);
            }
        }
        reader.leave(outer);
    }

    /// A field that is not repeated but comes twice is one message in pieces, says protobuf.
    private void readPeriodType() {
        int outer = reader.enter();
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case TYPE_TYPE -> periodType = reader.varint();
                case TYPE_UNIT -> periodUnit = reader.varint();
                default -> reader.skip(tag);
            }
        }
        reader.leave(outer);
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
        stringStart[stringCount] = start;
        stringLength[stringCount++] = length;
    }

    private void readMapping() {
        int row = mappingCount++;
        int outer = reader.enter();
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case MAPPING_ID -> mappingId[row] = reader.varint();
                case MAPPING_START -> mappingStart[row] = reader.varint();
                case MAPPING_LIMIT -> mappingLimit[row] = reader.varint();
                case MAPPING_OFFSET -> mappingOffset[row] = reader.varint();
                case MAPPING_FILE -> mappingFile[row] = reader.varint();
                case MAPPING_BUILD_ID -> mappingBuildId[row] = reader.varint();
                case MAPPING_HAS_FUNCTIONS -> readFlag(row, SymbolTable.Mappings.HAS_FUNCTIONS);
                case MAPPING_HAS_FILENAMES -> readFlag(row, SymbolTable.Mappings.HAS_FILENAMES);
                case MAPPING_HAS_LINE_NUMBERS ->
                        readFlag(row, SymbolTable.Mappings.HAS_LINE_NUMBERS);
                case MAPPING_HAS_INLINE_FRAMES ->
                        readFlag(row, SymbolTable.Mappings.HAS_INLINE_FRAMES);
                default -> reader.skip(tag);
            }
        }
        reader.leave(outer);
    }

    private void readFlag(int row, int flag) {
        int others = mappingFlags[row] & ~flag;
        mappingFlags[row] = (byte) (reader.varint() == 0 ? others : others | flag);
    }

    private void readLocation() {
        int row = locationCount++;
        locationFirstLine[row] = lineCount;
        int outer = reader.enter();
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case LOCATION_ID -> locationId[row] = reader.varint();
                case LOCATION_MAPPING -> locationMapping[row] = reader.varint();
                case LOCATION_ADDRESS -> locationAddress[row] = reader.varint();
                case LOCATION_LINE -> readLine();
                default -> reader.skip(tag);
            }
        }
        reader.leave(outer);
    }

    private void readLine() {
        int row = lineCount++;
        if (row == lineFunction.length) {
            lineFunction = Arrays.copyOf(lineFunction, 2 * row);
            lineNumber = Arrays.copyOf(lineNumber, 2 * row);
        }
        int outer = reader.enter();
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case LINE_FUNCTION -> lineFunction[row] = reader.varint();
                case LINE_NUMBER -> lineNumber[row] = reader.varint();
                default -> reader.skip(tag);
            }
        }
        reader.leave(outer);
    }

    private void readFunction() {
        int row = functionCount++;
        int outer = reader.enter();
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case FUNCTION_ID -> functionId[row] = reader.varint();
                case FUNCTION_NAME -> functionName[row] = reader.varint();
                case FUNCTION_SYSTEM_NAME -> functionSystemName[row] = reader.varint();
                case FUNCTION_FILE -> functionFile[row] = reader.varint();
                case FUNCTION_START_LINE -> functionStartLine[row] = reader.varint();
                default -> reader.skip(tag);
            }
        }
        reader.leave(outer);
    }

    // ---- 3: references

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
                && Arrays.stream(functionId).allMatch(id -> id == 0)) {
            functionId = Arrays.copyOf(locationId, functionCount);
        }
        refuseZero("location", locationId, locationCount);
        refuseZero("function", functionId, functionCount);
        refuseZero("mapping", mappingId, mappingCount);
        rowOfLocation = IdIndex.of("location", locationId, locationCount);
        IdIndex rowOfFunction = IdIndex.of("function", functionId, functionCount);
        IdIndex rowOfMapping = IdIndex.of("mapping", mappingId, mappingCount);

        firstFrame = new int[locationCount + 1];
        int capacity = lineCount + locationCount + 1;
        int[] function = new int[capacity];
        long[] line = new long[capacity];
        int[] mapping = new int[capacity];
        long[] address = new long[capacity];
        boolean[] inlined = new boolean[capacity];
        for (int location = 0; location < locationCount; location++) {
            firstFrame[location] = frameCount;
            int mappingRow = mappingRow(location, rowOfMapping);
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
                functionStartLine);
    }

    private SymbolTable.Mappings mappings() {
        return new SymbolTable.Mappings(
                mappingCount,
                mappingStart,
                mappingLimit,
                mappingOffset,
                strings(mappingFile, mappingCount, "mapping file name string index out of range"),
                strings(mappingBuildId, mappingCount, "mapping build id string index out of range"),
                mappingFlags);
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

    // ---- 4: samples

    private void readSamples() {
        for (int sample = 0; sample < sampleCount; sample++) {
            reader.window(sampleStart[sample], sampleEnd[sample]);
            readSample(sample);
            labelStart[sample + 1] = labelCount;
        }
    }

    private void readSample(int sample) {
        int values = 0;
        int labels = 0;
        depth = 0;
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
                                "sample %d: more than %d labels (expected: at most %2$d)",
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
        if (depth == 0) {
            stack[sample] = leafOfStretch(sample);
        } else {
            readStretch(sample);
            stack[sample] = leafOfPath();
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
        int mask = sampleOfStretch.length - 1;
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
        return leafOfPath();
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

    /// Appends the locations of the stretch to [#path].
    private void readStretch(int sample) {
        int resume = reader.position();
        int limit = reader.limit();
        reader.window(stretchStart[sample], stretchEnd[sample]);
        reserve(stretchEnd[sample] - stretchStart[sample]);
        while (reader.hasMore()) {
            if (reader.tag() == SAMPLE_LOCATION) {
                path[depth++] = location(sample, reader.varint());
            } else {
                int outer = reader.enter();
                readLocations(sample, reader.position(), reader.limit());
                reader.leave(outer);
            }
        }
        reader.window(resume, limit);
    }

    /// **Hot path.** Appends the locations in `[start, end)` of the body to [#path], which has room for
    /// them. Benchmark: `PprofDecodeBenchmark`.
    private void readLocations(int sample, int start, int end) {
        byte[] from = body;
        int[] to = path;
        int next = depth;
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
        depth = next;
    }

    private void reserve(int more) {
        if (path.length - depth < more) {
            path = Arrays.copyOf(path, Math.max(2 * path.length, depth + more));
        }
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
        long key = 0;
        long text = 0;
        int outer = reader.enter();
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case LABEL_KEY -> key = reader.varint();
                case LABEL_TEXT -> text = reader.varint();
                default -> reader.skip(tag);
            }
        }
        reader.leave(outer);
        int nameString = string(key, "sample label string index out of range");
        int textString = string(text, "sample label string index out of range");
        if (stringLength[textString] == 0) {
            return;
        }
        if (labelCount == labelName.length) {
            int capacity = Math.max(2 * labelCount, 64);
            labelName = Arrays.copyOf(labelName, capacity);
            labelText = Arrays.copyOf(labelText, capacity);
        }
        labelName[labelCount] = nameString;
        labelText[labelCount++] = textString;
    }

    /// **Hot path.** Returns the node of [#path], making what is not there yet. Neighbouring samples mostly
    /// share their outermost frames, which are then not looked up. Benchmark: `PprofDecodeBenchmark`.
    private int leafOfPath() {
        if ((long) depth * framesPerLocationMax > limits.stackDepthMax()
                && framesOfPath() > limits.stackDepthMax()) {
            return leafOfCutPath();
        }
        int[] now = path;
        int[] before = previousPath;
        int common = Math.min(depth, previousDepth);
        int same = 0;
        while (same < common && now[depth - 1 - same] == before[previousDepth - 1 - same]) {
            same++;
        }
        if (previousNode.length < depth) {
            previousNode = Arrays.copyOf(previousNode, path.length);
        }
        int node = same == 0 ? StackTable.ROOT : previousNode[same - 1];
        for (int level = same; level < depth; level++) {
            int location = now[depth - 1 - level];
            int first = firstFrame[location];
            for (int frame = firstFrame[location + 1] - 1; frame >= first; frame--) {
                node = stacks.child(node, frame);
            }
            previousNode[level] = node;
        }
        path = before;
        previousPath = now;
        previousDepth = depth;
        return node;
    }

    private long framesOfPath() {
        long frames = 0;
        for (int level = 0; level < depth; level++) {
            frames += firstFrame[path[level] + 1] - firstFrame[path[level]];
        }
        return frames;
    }

    /// Keeps the outer half and the inner half of what is allowed, with the marker between them.
    private int leafOfCutPath() {
        stackWasCut = true;
        int outerKept = limits.stackDepthMax() / 2;
        int innerKept = limits.stackDepthMax() - 1 - outerKept;
        int[] inner = new int[innerKept];
        int kept = 0;
        for (int level = 0; kept < innerKept; level++) {
            int location = path[level];
            for (int frame = firstFrame[location];
                    frame < firstFrame[location + 1] && kept < innerKept;
                    frame++) {
                inner[kept++] = frame;
            }
        }
        int node = StackTable.ROOT;
        kept = 0;
        for (int level = depth - 1; kept < outerKept; level--) {
            int location = path[level];
            for (int frame = firstFrame[location + 1] - 1;
                    frame >= firstFrame[location] && kept < outerKept;
                    frame--, kept++) {
                node = stacks.child(node, frame);
            }
        }
        node = stacks.child(node, frameCount);
        for (int frame = innerKept - 1; frame >= 0; frame--) {
            node = stacks.child(node, inner[frame]);
        }
        previousDepth = 0;
        return node;
    }

    private SymbolTable symbols(
            SymbolTable.Functions functions,
            SymbolTable.Mappings mappings,
            SymbolTable.Frames frames) {
        if (!stackWasCut) {
            return new SymbolTable(
                    StringTable.ofSlices(body, stringStart, stringLength, stringCount),
                    functions,
                    mappings,
                    frames);
        }
        byte[] marker = DecodeLimits.CUT_MARKER.getBytes(UTF_8);
        byte[] withMarker = Arrays.copyOf(body, body.length + marker.length);
        System.arraycopy(marker, 0, withMarker, body.length, marker.length);
        stringStart[stringCount] = body.length;
        stringLength[stringCount] = marker.length;
        functions.name()[functionCount] = stringCount;
        return new SymbolTable(
                StringTable.ofSlices(withMarker, stringStart, stringLength, stringCount + 1),
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
