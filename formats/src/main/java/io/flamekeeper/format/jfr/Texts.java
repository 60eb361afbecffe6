package io.flamekeeper.format.jfr;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.flamekeeper.format.LongIndex;
import io.flamekeeper.format.Utf8;
import java.util.Arrays;

/// Strings of a chunk by id, where they lie.
///
/// | column     | shape     | meaning                                                              |
/// |------------|-----------|----------------------------------------------------------------------|
/// | `tag`      | `byte[n]` | how the string is written, see [ChunkReader]                         |
/// | `start`    | `int[n]`  | first byte of the text                                               |
/// | `end`      | `int[n]`  | first byte after it                                                  |
/// | `constant` | `long[n]` | id of the string that this one is, if the tag says so                |
final class Texts {
    private final LongIndex rows;
    private byte[] tag = new byte[16];
    private int[] start = new int[16];
    private int[] end = new int[16];
    private long[] constant = new long[16];

    Texts(long hashSeed) {
        rows = new LongIndex(hashSeed);
    }

    /// Makes room for so many more.
    void reserve(int more) {
        rows.reserve(more);
        int capacity = Math.addExact(rows.count(), more);
        if (tag.length < capacity) {
            resize(capacity);
        }
    }

    private void resize(int capacity) {
        tag = Arrays.copyOf(tag, capacity);
        start = Arrays.copyOf(start, capacity);
        end = Arrays.copyOf(end, capacity);
        constant = Arrays.copyOf(constant, capacity);
    }

    /// Adds the string that the reader has just read.
    void put(long id, ChunkReader reader) {
        int row = rows.add(id);
        if (row == tag.length) {
            resize(2 * row);
        }
        tag[row] = (byte) reader.textTag();
        start[row] = reader.textStart();
        end[row] = reader.textEnd();
        constant[row] = reader.textConstant();
    }

    int count() {
        return rows.count();
    }

    /// Row of the string with this id, or [LongIndex#NONE].
    int row(long id) {
        return rows.find(id);
    }

    /// **Hot path.** Appends the string as UTF-8; what is no text becomes a replacement character.
    /// Benchmark: `JfrDecodeBenchmark`.
    ///
    /// @param constants strings that those of here may refer to
    void append(byte[] body, int row, Texts constants, TextBuffer to) {
        switch (tag[row]) {
            case ChunkReader.TEXT_CONSTANT -> {
                int other = constants.row(constant[row]);
                if (other != LongIndex.NONE && constants.tag[other] != ChunkReader.TEXT_CONSTANT) {
                    constants.append(body, other, constants, to);
                }
            }
            case ChunkReader.TEXT_UTF8 -> {
                if (Utf8.isValid(body, start[row], end[row] - start[row])) {
                    to.append(body, start[row], end[row]);
                } else {
                    to.append(new String(body, start[row], end[row] - start[row], UTF_8));
                }
            }
            default -> {
                if (isAscii(body, start[row], end[row])) {
                    to.append(body, start[row], end[row]);
                } else if (tag[row] == ChunkReader.TEXT_LATIN1) {
                    to.append(new String(body, start[row], end[row] - start[row], ISO_8859_1));
                } else {
                    to.append(characters(body, start[row], end[row]));
                }
            }
        }
    }

    private static boolean isAscii(byte[] body, int start, int end) {
        for (int at = start; at < end; at++) {
            if (body[at] < 0) {
                return false;
            }
        }
        return true;
    }

    private static String characters(byte[] body, int start, int end) {
        var reader = new ChunkReader(body, start, end);
        var text = new StringBuilder(end - start);
        while (reader.remaining() > 0) {
            text.append((char) reader.varint());
        }
        return text.toString();
    }
}
