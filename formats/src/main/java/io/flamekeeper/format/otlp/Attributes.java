package io.flamekeeper.format.otlp;

import static io.flamekeeper.format.ProtoReader.DELIMITED;
import static io.flamekeeper.format.ProtoReader.FIXED64;
import static io.flamekeeper.format.ProtoReader.VARINT;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.format.ProtoReader;

/// Attributes of a message, first those of its table, then those of resources and scopes. Each is two strings; a
/// value that is no text is made one:
///
/// | value                                       | text                      |
/// |---------------------------------------------|---------------------------|
/// | string                                      | itself                    |
/// | int, double                                 | in decimal                |
/// | bool                                        | `true`, `false`           |
/// | array of one of these                       | as that one               |
/// | bytes, map, any other array                 | empty, counted as lost    |
final class Attributes {
    private static final byte[] SERVICE_NAME = "service.name".getBytes(UTF_8);

    // Of KeyValue and, where it differs, of KeyValueAndUnit.
    private static final int KEY = (1 << 3) | DELIMITED;
    private static final int VALUE = (2 << 3) | DELIMITED;
    private static final int KEY_ROW = (3 << 3) | VARINT;
    private static final int KEY_ROW_IN_TABLE = (1 << 3) | VARINT;

    // Of AnyValue.
    private static final int STRING = (1 << 3) | DELIMITED;
    private static final int BOOL = (2 << 3) | VARINT;
    private static final int INT = (3 << 3) | VARINT;
    private static final int DOUBLE = (4 << 3) | FIXED64;
    private static final int ARRAY = (5 << 3) | DELIMITED;
    private static final int MAP = (6 << 3) | DELIMITED;
    private static final int BYTES = (7 << 3) | DELIMITED;
    private static final int STRING_ROW = (8 << 3) | VARINT;

    // Of ArrayValue.
    private static final int ELEMENT = (1 << 3) | DELIMITED;

    private final ProtoReader reader;
    private final Strings strings;
    private final Rows rows;
    private final Ints name;
    private final Ints text;
    private int tableCount;
    private int lostValues;

    Attributes(ProtoReader reader, Strings strings, Rows rows, Workspace workspace) {
        this.name = workspace.ints();
        this.text = workspace.ints();
        this.reader = reader;
        this.strings = strings;
        this.rows = rows;
    }

    int count() {
        return name.count();
    }

    /// How many of them are of the table.
    int tableCount() {
        return tableCount;
    }

    /// String of its name.
    int name(int attribute) {
        return name.get(attribute);
    }

    /// String of its value, 0 = none.
    int text(int attribute) {
        return text.get(attribute);
    }

    boolean isService(int attribute) {
        return strings.is(name.get(attribute), SERVICE_NAME);
    }

    /// Attributes whose values have no text.
    int lostValues() {
        return lostValues;
    }

    /// Reads a delimited `KeyValue`.
    void read() {
        rows.add();
        int outer = reader.enter();
        readFields(false);
        reader.leave(outer);
    }

    /// Reads the `KeyValueAndUnit` in the reader's window.
    void readRow() {
        readFields(true);
        tableCount = name.count();
    }

    private void readFields(boolean ofTable) {
        int keyRow = ofTable ? KEY_ROW_IN_TABLE : KEY_ROW;
        int key = ofTable ? strings.ofRow(0, "string of an attribute's key") : 0;
        int value = 0;
        while (reader.hasMore()) {
            int tag = reader.tag();
            if (tag == VALUE) {
                value = readValue(false);
            } else if (tag == keyRow) {
                key = strings.ofRow(reader.varint(), "string of an attribute's key");
            } else if (tag == KEY && !ofTable) {
                key = strings.read();
            } else {
                reader.skip(tag);
            }
        }
        name.add(key);
        text.add(strings.isEmpty(value) ? 0 : value);
    }

    /// Reads a delimited `AnyValue`; calls itself once at most, for the element of an array.
    private int readValue(boolean isElement) {
        int string = 0;
        int outer = reader.enter();
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case STRING -> string = strings.read();
                case BOOL -> string = strings.make(Boolean.toString(reader.varint() != 0));
                case INT -> string = strings.make(Long.toString(reader.varint()));
                case DOUBLE ->
                        string =
                                strings.make(
                                        Double.toString(Double.longBitsToDouble(reader.fixed64())));
                case STRING_ROW ->
                        string = strings.ofRow(reader.varint(), "string of an attribute's value");
                case ARRAY -> string = isElement ? skipped(tag) : readArray();
                case MAP, BYTES -> string = skipped(tag);
                default -> reader.skip(tag);
            }
        }
        reader.leave(outer);
        return string;
    }

    private int skipped(int tag) {
        lostValues++;
        reader.skip(tag);
        return 0;
    }

    private int readArray() {
        int outer = reader.enter();
        int start = reader.position();
        int end = reader.limit();
        int elements = 0;
        while (reader.hasMore()) {
            int tag = reader.tag();
            elements += tag == ELEMENT ? 1 : 0;
            reader.skip(tag);
        }
        int string = 0;
        if (elements == 1) {
            reader.window(start, end);
            while (reader.hasMore()) {
                int tag = reader.tag();
                if (tag == ELEMENT) {
                    string = readValue(true);
                } else {
                    reader.skip(tag);
                }
            }
        } else {
            lostValues++;
        }
        reader.leave(outer);
        return string;
    }
}
