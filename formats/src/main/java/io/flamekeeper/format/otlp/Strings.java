package io.flamekeeper.format.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.format.ProtoReader;
import io.flamekeeper.format.Utf8;
import io.flamekeeper.model.StringTable;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// The strings of a message: first those of its table, then others where they lie or are made. 0 is the empty one;
/// that of the table's row `i` is `i + 1`, whatever the sender has in row 0.
final class Strings {
    private static final int HEX_BYTES_MAX = 64;

    private final ProtoReader reader;
    private final byte[] body;
    private final int bytesMax;
    private final Ints start;
    private final Ints length;
    private byte[] made = {};
    private int madeCount;
    private int tableCount;
    private @Nullable String[] texts = {};

    /// @param bytesMax of a longer string its end is kept
    Strings(ProtoReader reader, byte[] body, int bytesMax, Workspace workspace) {
        this.start = workspace.ints();
        this.length = workspace.ints();
        this.reader = reader;
        this.body = body;
        this.bytesMax = bytesMax;
        add(0, 0);
    }

    /// Reads a delimited field as the next row of the table.
    void readRow() {
        int string = read();
        tableCount = string;
    }

    /// Reads a delimited field as a string.
    int read() {
        int bytes = reader.length();
        int from = reader.position();
        reader.advance(bytes);
        if (!Utf8.isValid(body, from, bytes)) {
            throw Malformed.of(
                    "invalid utf8 string hex: %s at byte %d (expected: UTF-8)",
                    HexFormat.of().formatHex(body, from, from + Math.min(bytes, HEX_BYTES_MAX)),
                    from);
        }
        int excess = Math.max(0, bytes - bytesMax);
        while (excess > 0 && excess < bytes && Utf8.isContinuation(body[from + excess])) {
            excess++;
        }
        return add(from + excess, bytes - excess);
    }

    private int add(int from, int bytes) {
        start.add(from);
        return length.add(bytes);
    }

    int make(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        if (made.length - madeCount < bytes.length) {
            made = Arrays.copyOf(made, 2 * made.length + bytes.length + 64);
        }
        System.arraycopy(bytes, 0, made, madeCount, bytes.length);
        madeCount += bytes.length;
        return add(body.length + madeCount - bytes.length, bytes.length);
    }

    /// The string of a row of the table. Row 0 of an empty table is empty.
    int ofRow(long index, String what) {
        return index == 0 && tableCount == 0
                ? 0
                : Malformed.checkedIndex(index, tableCount, what) + 1;
    }

    boolean isEmpty(int string) {
        return length.get(string) == 0;
    }

    boolean is(int string, byte[] text) {
        int from = start.get(string);
        return length.get(string) == text.length
                && from < body.length
                && Arrays.equals(body, from, from + text.length, text, 0, text.length);
    }

    /// Decodes the string once, however often something refers to it.
    String text(int string) {
        if (string >= texts.length) {
            texts = Arrays.copyOf(texts, start.count());
        }
        String known = texts[string];
        if (known == null) {
            int from = start.get(string);
            known =
                    from < body.length
                            ? new String(body, from, length.get(string), UTF_8)
                            : new String(made, from - body.length, length.get(string), UTF_8);
            texts[string] = known;
        }
        return known;
    }

    StringTable table() {
        byte[] bytes = body;
        if (madeCount > 0) {
            bytes = Arrays.copyOf(body, body.length + madeCount);
            System.arraycopy(made, 0, bytes, body.length, madeCount);
        }
        return StringTable.ofSlices(bytes, start.toArray(0), length.toArray(0), start.count());
    }
}
