package io.flamekeeper.format.jfr;

import static io.flamekeeper.format.ProtoReader.DELIMITED;
import static io.flamekeeper.format.ProtoReader.VARINT;

import io.flamekeeper.format.ProtoReader;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.Arrays;

/// What the `contextId` of an event stands for. The Java agent sends it beside the recording:
///
/// ```
/// message LabelsSnapshot {
///   message Context { map<int64, int64> labels = 1; }  // string of a name to string of a value
///   map<int64, Context> contexts = 1;
///   map<int64, string> strings = 2;
/// }
/// ```
///
/// Where a map has a key twice, the last one counts, says protobuf.
final class LabelsSnapshot {
    private static final int CONTEXTS = (1 << 3) | DELIMITED;
    private static final int STRINGS = (2 << 3) | DELIMITED;
    private static final int CONTEXT_LABELS = (1 << 3) | DELIMITED;
    private static final int KEY = (1 << 3) | VARINT;
    private static final int VALUE = (2 << 3) | VARINT;
    private static final int MESSAGE = (2 << 3) | DELIMITED;

    private final byte[] bytes;
    private final ProtoReader reader;
    private final Slices contexts;
    private final Slices strings;

    // The map entry read last.
    private long key;
    private long value;
    private int start;
    private int end;

    /// Takes what is left of a label: its name and its value, as numbers of strings of the snapshot.
    @FunctionalInterface
    interface Sink {
        void label(int name, int value);
    }

    private LabelsSnapshot(byte[] bytes, long hashSeed) {
        this.bytes = bytes;
        this.reader = new ProtoReader("labels", bytes);
        this.contexts = new Slices(hashSeed);
        this.strings = new Slices(hashSeed);
    }

    /// @param bytes may be empty
    /// @throws FlamekeeperException `MALFORMED_PROFILE`
    static LabelsSnapshot read(byte[] bytes, long hashSeed) {
        var snapshot = new LabelsSnapshot(bytes, hashSeed);
        snapshot.read();
        return snapshot;
    }

    private void read() {
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case CONTEXTS -> {
                    readEntry();
                    contexts.put(key, start, end);
                }
                case STRINGS -> {
                    readEntry();
                    strings.put(key, start, end);
                }
                default -> reader.skip(tag);
            }
        }
    }

    private void readEntry() {
        key = 0;
        value = 0;
        start = 0;
        end = 0;
        int outer = reader.enter();
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case KEY -> key = reader.varint();
                case VALUE -> value = reader.varint();
                case MESSAGE -> {
                    int length = reader.length();
                    start = reader.position();
                    end = start + length;
                    reader.advance(length);
                }
                default -> reader.skip(tag);
            }
        }
        reader.leave(outer);
    }

    /// Number of the string with this id, or [LongIndex#NONE].
    int string(long id) {
        return strings.rows.find(id);
    }

    int stringCount() {
        return strings.rows.count();
    }

    byte[] bytes() {
        return bytes;
    }

    int stringStart(int string) {
        return strings.start[string];
    }

    int stringEnd(int string) {
        return strings.end[string];
    }

    /// Passes the labels of a context on, none if there is no such context.
    ///
    /// @throws FlamekeeperException `MALFORMED_PROFILE`; `LIMIT_EXCEEDED` for more labels than `labelsMax`
    void labels(long context, int labelsMax, Sink to) {
        int row = contexts.rows.find(context);
        if (row == LongIndex.NONE) {
            return;
        }
        reader.window(contexts.start[row], contexts.end[row]);
        for (int labels = 0; reader.hasMore(); ) {
            int tag = reader.tag();
            if (tag != CONTEXT_LABELS) {
                reader.skip(tag);
                continue;
            }
            if (++labels > labelsMax) {
                throw new FlamekeeperException(
                        ErrorCode.LIMIT_EXCEEDED,
                        "context %d: more than %d labels (expected: at most %2$d)",
                        context,
                        labelsMax);
            }
            readEntry();
            int name = string(key);
            int text = string(value);
            if (name != LongIndex.NONE && text != LongIndex.NONE) {
                to.label(name, text);
            }
        }
    }

    /// Places in the bytes, by id.
    private static final class Slices {
        private final LongIndex rows;
        private int[] start = new int[64];
        private int[] end = new int[64];

        Slices(long hashSeed) {
            rows = new LongIndex(hashSeed);
        }

        void put(long id, int first, int afterLast) {
            int row = rows.add(id);
            if (row == start.length) {
                start = Arrays.copyOf(start, 2 * row);
                end = Arrays.copyOf(end, 2 * row);
            }
            start[row] = first;
            end[row] = afterLast;
        }
    }
}
