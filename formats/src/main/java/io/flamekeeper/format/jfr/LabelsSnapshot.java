package io.flamekeeper.format.jfr;

import static io.flamekeeper.format.ProtoReader.DELIMITED;
import static io.flamekeeper.format.ProtoReader.VARINT;

import io.flamekeeper.format.LongIndex;
import io.flamekeeper.format.ProtoReader;
import io.flamekeeper.format.Strings;
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

    /// Number of a context, which those of the same labels share: the agent makes a new one each time that
    /// labels are set. [LongIndex#NONE] if there is no such context, or it has no labels.
    int context(long id) {
        int row = contexts.rows.find(id);
        return row == LongIndex.NONE ? row : contexts.firstEqual(row, bytes);
    }

    /// Passes the labels of a context on.
    ///
    /// @throws FlamekeeperException `MALFORMED_PROFILE`; `LIMIT_EXCEEDED` for more labels than `labelsMax`
    void labels(int context, int labelsMax, Sink to) {
        reader.window(contexts.start[context], contexts.end[context]);
        for (int labels = 0; reader.hasMore(); ) {
            int tag = reader.tag();
            if (tag != CONTEXT_LABELS) {
                reader.skip(tag);
                continue;
            }
            if (++labels > labelsMax) {
                throw new FlamekeeperException(
                        ErrorCode.LIMIT_EXCEEDED,
                        "context %d: more than %d labels (expected: at most %2$d; setting sample-labels-max)",
                        contexts.rows.key(context),
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
        private static final int NOT_COMPARED = -2;

        private final LongIndex rows;
        private int[] start = new int[64];
        private int[] end = new int[64];

        // Slices that have been compared: which row was the first of the same bytes.
        private final Strings distinct;
        private int[] rowOfDistinct = new int[64];
        private int[] firstEqual = {};

        Slices(long hashSeed) {
            rows = new LongIndex(hashSeed);
            distinct = new Strings(hashSeed);
            rowOfDistinct[0] = LongIndex.NONE;
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

        /// To be called when all are there.
        int firstEqual(int row, byte[] bytes) {
            if (firstEqual.length == 0) {
                firstEqual = new int[rows.count()];
                Arrays.fill(firstEqual, NOT_COMPARED);
            }
            if (firstEqual[row] == NOT_COMPARED) {
                int before = distinct.count();
                int number = distinct.add(bytes, start[row], end[row] - start[row]);
                if (number == rowOfDistinct.length) {
                    rowOfDistinct = Arrays.copyOf(rowOfDistinct, 2 * number);
                }
                if (number == before) {
                    rowOfDistinct[number] = row;
                }
                firstEqual[row] = rowOfDistinct[number];
            }
            return firstEqual[row];
        }
    }
}
