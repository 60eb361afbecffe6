package io.flamekeeper.format.otlp;

import static io.flamekeeper.format.ProtoReader.DELIMITED;
import static io.flamekeeper.format.ProtoReader.FIXED64;
import static io.flamekeeper.format.ProtoReader.VARINT;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.ProtoReader;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Decodes one message: the dictionary, then resources, scopes and profiles from the outside in, then the samples of
/// one profile after the other.
final class OtlpDecoder {
    // Of ExportProfilesServiceRequest.
    private static final int RESOURCE_PROFILES = (1 << 3) | DELIMITED;
    private static final int DICTIONARY = (2 << 3) | DELIMITED;

    // Of ResourceProfiles and Resource.
    private static final int RESOURCE = (1 << 3) | DELIMITED;
    private static final int SCOPE_PROFILES = (2 << 3) | DELIMITED;
    private static final int RESOURCE_ATTRIBUTE = (1 << 3) | DELIMITED;

    // Of ScopeProfiles and InstrumentationScope.
    private static final int SCOPE = (1 << 3) | DELIMITED;
    private static final int PROFILE = (2 << 3) | DELIMITED;
    private static final int SCOPE_ATTRIBUTE = (3 << 3) | DELIMITED;

    // Of Profile.
    private static final int SAMPLE_TYPE = (1 << 3) | DELIMITED;
    private static final int SAMPLE = (2 << 3) | DELIMITED;
    private static final int TIME = (3 << 3) | FIXED64;
    private static final int DURATION = (4 << 3) | VARINT;
    private static final int PERIOD_TYPE = (5 << 3) | DELIMITED;
    private static final int PERIOD = (6 << 3) | VARINT;
    private static final int FIELDS_OF_KNOWN_SHAPE = 6;
    private static final int ATTRIBUTES = 11;

    // Of ValueType.
    private static final int TYPE_TYPE = 1;
    private static final int TYPE_UNIT = 2;

    private static final int PROFILES_MAX = 1 << 14;

    /// As many samples as a profile may have, so many times may a message.
    private static final long MESSAGE_SAMPLES = 4;

    /// Of one resource, scope or profile; no series takes more labels.
    private static final int ATTRIBUTES_MAX = 64;

    private final DecodeLimits limits;
    private final Workspace workspace;
    private final byte[] body;
    private final ProtoReader reader;
    private final Rows rows = new Rows();
    private final Strings strings;
    private final Attributes attributes;
    private final Tables tables;

    /// Of all profiles.
    private final Ints sampleStart;

    private final Ints sampleEnd;
    private final Longs attributeOfProfile;
    private final long[] field = new long[ProtoReader.VARINT_FIELDS];
    private long samplesTaken;
    private long surplusAttributes;
    private final List<Said> profiles = new ArrayList<>();
    private final List<FlamekeeperException> refused = new ArrayList<>();

    /// @param workspace the caller's again afterwards
    /// @param body      untrusted; the result keeps it
    OtlpDecoder(DecodeLimits limits, Workspace workspace, byte[] body) {
        this.limits = limits;
        this.workspace = workspace;
        this.body = body;
        this.reader = new ProtoReader("otlp", body);
        this.sampleStart = workspace.ints();
        this.sampleEnd = workspace.ints();
        this.attributeOfProfile = workspace.longs();
        this.strings = new Strings(reader, body, limits.symbolBytesMax(), workspace);
        this.attributes = new Attributes(reader, strings, rows, workspace);
        this.tables = new Tables(reader, body, strings, attributes, rows, workspace);
    }

    /// A profile as its message has it.
    private static final class Said {
        private final List<Map<String, String>> around;
        private final int firstSample;
        private int samplesEnd;
        private final int firstAttribute;
        private int attributesEnd;
        private int sampleTypes;
        private final long[] sampleType = new long[2];
        private final long[] periodType = new long[2];
        private long period;
        private long timeNanos;
        private long durationNanos;

        /// @param around attributes of its resource and its scope
        Said(List<Map<String, String>> around, int firstSample, int firstAttribute) {
            this.around = around;
            this.firstSample = firstSample;
            this.firstAttribute = firstAttribute;
        }

        int samples() {
            return samplesEnd - firstSample;
        }
    }

    /// @param known the layout of the samples, if it need not be found out
    OtlpExport decode(Optional<SampleLayout> known) {
        readMessage();
        SymbolTable.Functions functions = tables.functions();
        SymbolTable.Mappings mappings = tables.mappings();
        Tables.Frames frames = tables.frames(functions, mappings);
        var stacks = new Stacks(reader, tables, frames, limits, workspace, body);
        var samples =
                new SampleReader(
                        reader,
                        tables,
                        attributes,
                        stacks,
                        known.orElseGet(this::layout),
                        strings,
                        rows,
                        workspace);
        List<Draft> drafts = new ArrayList<>();
        for (int row = 0; row < profiles.size(); row++) {
            try {
                drafts.add(draft(profiles.get(row), samples));
            } catch (FlamekeeperException e) {
                refused.add(
                        new FlamekeeperException(
                                e,
                                e.code(),
                                "profile %d: %s",
                                row,
                                String.valueOf(e.getMessage())));
            }
        }
        StackTable table = stacks.build();
        SymbolTable symbols = symbols(functions, mappings, frames.table(), stacks.wasCut());
        Tables.setFlags(symbols);
        return new OtlpExport(
                drafts.stream().map(draft -> draft.profile(symbols, table)).toList(),
                refused,
                losses(),
                rows.count() + table.count());
    }

    private Map<OtlpLoss, Long> losses() {
        Map<OtlpLoss, Long> losses = new EnumMap<>(OtlpLoss.class);
        if (attributes.lostValues() > 0) {
            losses.put(OtlpLoss.ATTRIBUTE_VALUE, (long) attributes.lostValues());
        }
        if (surplusAttributes > 0) {
            losses.put(OtlpLoss.LABEL_LIMIT, surplusAttributes);
        }
        if (tables.lostLinkIds() > 0) {
            losses.put(OtlpLoss.LINK_ID, (long) tables.lostLinkIds());
        }
        return losses;
    }

    // ---- from the outside in

    /// The dictionary first, because everything else refers to it; most writers put it last.
    private void readMessage() {
        Ints resourceStart = new Ints();
        Ints resourceEnd = new Ints();
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case RESOURCE_PROFILES -> note(resourceStart, resourceEnd);
                case DICTIONARY -> {
                    int outer = reader.enter();
                    tables.read();
                    reader.leave(outer);
                }
                default -> reader.skip(tag);
            }
        }
        tables.readRest();
        for (int resource = 0; resource < resourceStart.count(); resource++) {
            reader.window(resourceStart.get(resource), resourceEnd.get(resource));
            readResource();
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

    private void readResource() {
        Ints start = new Ints();
        Ints end = new Ints();
        int firstAttribute = attributes.count();
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case RESOURCE -> readAttributes(RESOURCE_ATTRIBUTE);
                case SCOPE_PROFILES -> note(start, end);
                default -> reader.skip(tag);
            }
        }
        Map<String, String> ofResource = attributesFrom(firstAttribute);
        for (int scope = 0; scope < start.count(); scope++) {
            reader.window(start.get(scope), end.get(scope));
            readScope(ofResource);
        }
    }

    private void readScope(Map<String, String> ofResource) {
        Ints start = new Ints();
        Ints end = new Ints();
        int firstAttribute = attributes.count();
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case SCOPE -> readAttributes(SCOPE_ATTRIBUTE);
                case PROFILE -> note(start, end);
                default -> reader.skip(tag);
            }
        }
        List<Map<String, String>> around = List.of(ofResource, attributesFrom(firstAttribute));
        for (int profile = 0; profile < start.count(); profile++) {
            reader.window(start.get(profile), end.get(profile));
            readProfile(around);
        }
    }

    /// Reads a delimited message of which only the attributes count.
    private void readAttributes(int attributeTag) {
        int outer = reader.enter();
        while (reader.hasMore()) {
            int tag = reader.tag();
            if (tag == attributeTag) {
                attributes.read();
            } else {
                reader.skip(tag);
            }
        }
        reader.leave(outer);
    }

    private Map<String, String> attributesFrom(int first) {
        Map<String, String> textByName = new LinkedHashMap<>();
        for (int attribute = first; attribute < attributes.count(); attribute++) {
            addAttribute(textByName, attribute);
        }
        return textByName;
    }

    private void addAttribute(Map<String, String> to, int attribute) {
        String text = strings.text(attributes.text(attribute));
        if (!text.isEmpty()) {
            if (to.size() < ATTRIBUTES_MAX) {
                to.putIfAbsent(strings.text(attributes.name(attribute)), text);
            } else {
                surplusAttributes++;
            }
        }
    }

    private void readProfile(List<Map<String, String>> around) {
        var said = new Said(around, sampleStart.count(), attributeOfProfile.count());
        profiles.add(said);
        if (profiles.size() > PROFILES_MAX) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "otlp: more than %d profiles in one message (expected: at most %1$d)",
                    PROFILES_MAX);
        }
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case SAMPLE_TYPE -> {
                    said.sampleTypes++;
                    readType(said.sampleType);
                }
                case SAMPLE -> note(sampleStart, sampleEnd);
                case TIME -> said.timeNanos = reader.fixed64();
                case DURATION -> said.durationNanos = reader.varint();
                case PERIOD_TYPE -> readType(said.periodType);
                case PERIOD -> said.period = reader.varint();
                default -> {
                    if (tag >>> 3 == ATTRIBUTES) {
                        Packed.read(reader, tag, attributeOfProfile, rows);
                    } else if (tag >>> 3 <= FIELDS_OF_KNOWN_SHAPE) {
                        throw Malformed.of(
                                "field %d of a profile has wire type %d at byte %d (expected: a profile as of"
                                        + " version 1.9 or later of the OpenTelemetry definitions)",
                                tag >>> 3, tag & 7, reader.position());
                    } else {
                        reader.skip(tag);
                    }
                }
            }
        }
        said.samplesEnd = sampleStart.count();
        said.attributesEnd = attributeOfProfile.count();
        if (said.sampleTypes > 1) {
            throw Malformed.of(
                    "a profile has %d sample types (expected: one, as of version 1.9 or later of the OpenTelemetry"
                            + " definitions)",
                    said.sampleTypes);
        }
    }

    /// A field that is not repeated but comes twice is one message in pieces, says protobuf.
    private void readType(long[] into) {
        int outer = reader.enter();
        Arrays.fill(field, 0);
        field[TYPE_TYPE] = into[0];
        field[TYPE_UNIT] = into[1];
        reader.varints(field);
        reader.leave(outer);
        into[0] = field[TYPE_TYPE];
        into[1] = field[TYPE_UNIT];
    }

    // ---- samples

    /// The first sample that makes sense in one layout only decides; if none does, the current one.
    private SampleLayout layout() {
        var ballot = new SampleLayout.Ballot(reader, attributes.tableCount(), tables.linkCount());
        for (int sample = 0; sample < sampleStart.count(); sample++) {
            reader.window(sampleStart.get(sample), sampleEnd.get(sample));
            ballot.read();
            boolean isCurrent = ballot.fits(SampleLayout.CURRENT);
            if (isCurrent != ballot.fits(SampleLayout.BEFORE_1_10)) {
                return isCurrent ? SampleLayout.CURRENT : SampleLayout.BEFORE_1_10;
            }
        }
        return SampleLayout.CURRENT;
    }

    /// A profile without its symbols and stacks, which are complete only when all profiles are read.
    private record Draft(
            Said said,
            List<Map<String, String>> attributes,
            ValueType sampleType,
            ValueType periodType,
            SampleReader.Columns columns) {
        OtlpProfile profile(SymbolTable symbols, StackTable stacks) {
            return new OtlpProfile(
                    attributes,
                    columns.service(),
                    new RawProfile(
                            symbols,
                            stacks,
                            List.of(sampleType),
                            periodType,
                            said.period,
                            said.timeNanos,
                            said.durationNanos,
                            columns.stack().length,
                            columns.stack(),
                            columns.value(),
                            columns.labelStart(),
                            columns.labelName(),
                            columns.labelValue()));
        }
    }

    private Draft draft(Said said, SampleReader samples) {
        if (said.sampleTypes == 0) {
            throw Malformed.of("empty profile: no sample type (expected: one)");
        }
        int count = said.samples();
        if (count > limits.samplesMax()
                || samplesTaken + count > MESSAGE_SAMPLES * limits.samplesMax()) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "otlp: %d samples, %d in the profiles before it (expected: at most %d, and %d in one message)",
                    count,
                    samplesTaken,
                    limits.samplesMax(),
                    MESSAGE_SAMPLES * limits.samplesMax());
        }
        List<Map<String, String>> all = new ArrayList<>(said.around);
        all.add(ownAttributes(said));
        ValueType sampleType = type(said.sampleType);
        ValueType periodType = type(said.periodType);
        samples.begin(count, limits.sampleLabelsMax());
        for (int sample = 0; sample < count; sample++) {
            int row = said.firstSample + sample;
            reader.window(sampleStart.get(row), sampleEnd.get(row));
            samples.read(sample);
        }
        samplesTaken += count;
        return new Draft(said, all, sampleType, periodType, samples.columns());
    }

    private Map<String, String> ownAttributes(Said said) {
        Map<String, String> textByName = new LinkedHashMap<>();
        for (int i = said.firstAttribute; i < said.attributesEnd; i++) {
            addAttribute(
                    textByName,
                    Malformed.checkedIndex(
                            attributeOfProfile.get(i), attributes.tableCount(), "attribute"));
        }
        return textByName;
    }

    private ValueType type(long[] fields) {
        return new ValueType(
                strings.text(strings.ofRow(fields[0], "string of a type")),
                strings.text(strings.ofRow(fields[1], "string of a unit")));
    }

    private SymbolTable symbols(
            SymbolTable.Functions functions,
            SymbolTable.Mappings mappings,
            SymbolTable.Frames frames,
            boolean withMarker) {
        if (!withMarker) {
            return new SymbolTable(strings.table(), functions, mappings, frames);
        }
        functions.name()[functions.count()] = strings.make(DecodeLimits.CUT_MARKER);
        frames.function()[frames.count()] = functions.count();
        frames.mapping()[frames.count()] = SymbolTable.NONE;
        return new SymbolTable(
                strings.table(),
                new SymbolTable.Functions(
                        functions.count() + 1,
                        functions.name(),
                        functions.systemName(),
                        functions.fileName(),
                        functions.startLine()),
                mappings,
                new SymbolTable.Frames(
                        frames.count() + 1,
                        frames.function(),
                        frames.line(),
                        frames.mapping(),
                        frames.address(),
                        frames.inlined()));
    }
}
