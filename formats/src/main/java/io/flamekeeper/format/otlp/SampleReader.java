package io.flamekeeper.format.otlp;

import static io.flamekeeper.format.ProtoReader.DELIMITED;
import static io.flamekeeper.format.ProtoReader.FIXED64;
import static io.flamekeeper.format.ProtoReader.VARINT;

import io.flamekeeper.format.ProtoReader;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.SaturatedMath;

/// Reads samples into the columns of one profile after the other.
final class SampleReader {
    private static final int STACK = (1 << 3) | VARINT;

    private final ProtoReader reader;
    private final Tables tables;
    private final Attributes attributes;
    private final Stacks stacks;
    private final SampleLayout layout;
    private final Rows rows;
    private final Strings strings;

    /// Strings, 0 = not made yet.
    private int spanName;

    private int traceName;
    private int labelsMax;

    // The profile being read.
    private int[] stack = {};
    private long[] value = {};
    private int[] service = {};
    private int[] labelStart = {};
    private final Ints labelName;
    private final Ints labelValue;

    // The sample being read.
    private long sum;
    private int values;
    private long times;

    SampleReader(
            ProtoReader reader,
            Tables tables,
            Attributes attributes,
            Stacks stacks,
            SampleLayout layout,
            Strings strings,
            Rows rows,
            Workspace workspace) {
        this.reader = reader;
        this.tables = tables;
        this.attributes = attributes;
        this.stacks = stacks;
        this.layout = layout;
        this.rows = rows;
        this.strings = strings;
        this.labelName = workspace.ints();
        this.labelValue = workspace.ints();
    }

    /// The samples of a profile; see `RawProfile` and `OtlpProfile`.
    record Columns(
            int[] stack,
            long[] value,
            int[] service,
            int[] labelStart,
            int[] labelName,
            int[] labelValue) {}

    /// Begins a profile.
    ///
    /// @param labelsMax attributes of one sample; more is refused
    void begin(int sampleCount, int labelsMax) {
        this.labelsMax = labelsMax;
        stack = new int[sampleCount];
        value = new long[sampleCount];
        service = new int[0];
        labelStart = new int[sampleCount + 1];
        labelName.clear();
        labelValue.clear();
    }

    Columns columns() {
        return new Columns(
                stack, value, service, labelStart, labelName.toArray(0), labelValue.toArray(0));
    }

    /// **Hot path.** Reads the sample in the reader's window. Benchmark: `OtlpDecodeBenchmark`.
    void read(int sample) {
        long stackRow = 0;
        long link = 0;
        sum = 0;
        values = 0;
        times = 0;
        while (reader.hasMore()) {
            int tag = reader.tag();
            int field = tag >>> 3;
            if (tag == STACK) {
                stackRow = reader.varint();
            } else if (field == layout.values()) {
                readValues(sample, tag);
            } else if (field == layout.attributes()) {
                readAttributes(sample, tag);
            } else if (tag == (layout.link() << 3 | VARINT)) {
                link = reader.varint();
            } else if (field == SampleLayout.TIMESTAMPS) {
                readTimes(sample, tag);
            } else if (field < SampleLayout.TIMESTAMPS) {
                throw wrongShape(sample, tag);
            } else {
                reader.skip(tag);
            }
        }
        if (values == 0 && times == 0) {
            throw Malformed.of(
                    "sample %d has neither a value nor a timestamp (expected: at least one)",
                    sample);
        }
        stack[sample] = stacks.leaf(stackRow);
        value[sample] = values == 0 ? times : sum;
        if (link != 0) {
            addLink(link);
        }
        labelStart[sample + 1] = labelName.count();
    }

    private void readValues(int sample, int tag) {
        switch (tag & 7) {
            case VARINT -> add(reader.varint());
            case DELIMITED -> {
                int outer = reader.enter();
                while (reader.hasMore()) {
                    add(reader.varint());
                }
                reader.leave(outer);
            }
            default -> throw wrongShape(sample, tag);
        }
    }

    private void add(long one) {
        values++;
        sum = one < 0 || sum < 0 ? -1 : SaturatedMath.add(sum, one);
    }

    private void readTimes(int sample, int tag) {
        switch (tag & 7) {
            case FIXED64 -> {
                times++;
                reader.skip(tag);
            }
            case DELIMITED -> {
                int bytes = reader.length();
                if (bytes % Long.BYTES != 0) {
                    throw Malformed.of(
                            "sample %d: timestamps of %d bytes (expected: 8 each)", sample, bytes);
                }
                times += bytes / Long.BYTES;
                reader.advance(bytes);
            }
            default -> throw wrongShape(sample, tag);
        }
    }

    private void readAttributes(int sample, int tag) {
        switch (tag & 7) {
            case VARINT -> addAttribute(sample, reader.varint());
            case DELIMITED -> {
                int outer = reader.enter();
                while (reader.hasMore()) {
                    addAttribute(sample, reader.varint());
                }
                reader.leave(outer);
            }
            default -> throw wrongShape(sample, tag);
        }
    }

    private void addAttribute(int sample, long index) {
        int attribute = Malformed.checkedIndex(index, attributes.tableCount(), "attribute");
        int text = attributes.text(attribute);
        if (text == 0) {
            return;
        }
        if (attributes.isService(attribute)) {
            if (service.length == 0) {
                service = new int[stack.length];
            }
            service[sample] = service[sample] == 0 ? text : service[sample];
            return;
        }
        if (labelName.count() - labelStart[sample] == labelsMax) {
            throw new FlamekeeperException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "otlp: sample %d: more than %d attributes (expected: at most %2$d)",
                    sample,
                    labelsMax);
        }
        rows.add();
        labelName.add(attributes.name(attribute));
        labelValue.add(text);
    }

    private void addLink(long index) {
        int link = Malformed.checkedIndex(index, tables.linkCount(), "link");
        if (spanName == 0) {
            spanName = strings.make(LabelNames.SPAN_ID);
            traceName = strings.make(LabelNames.TRACE_ID);
        }
        if (tables.span(link) != 0) {
            labelName.add(spanName);
            labelValue.add(tables.span(link));
        }
        if (tables.trace(link) != 0) {
            labelName.add(traceName);
            labelValue.add(tables.trace(link));
        }
    }

    private static FlamekeeperException wrongShape(int sample, int tag) {
        return Malformed.of(
                "field %d of sample %d has wire type %d (expected: a sample as of version 1.9 or 1.10 of the"
                        + " OpenTelemetry definitions, all of one message alike)",
                tag >>> 3, sample, tag & 7);
    }
}
