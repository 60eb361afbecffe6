package io.flamekeeper.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;

/// Strings by dense id, as slices of UTF-8 in one array, so that a decoder makes no [String] and an
/// interner hashes and compares bytes where they lie.
///
/// | column   | shape    | meaning                                  |
/// |----------|----------|------------------------------------------|
/// | `start`  | `int[n]` | first byte of the string in `bytes`      |
/// | `length` | `int[n]` | number of its bytes, valid UTF-8         |
///
/// Id 0 is always the empty string. The array belongs to the table: whoever builds one gives it away.
/// Arrays may be longer than [#count].
public final class StringTable {
    private final byte[] bytes;
    private final int[] start;
    private final int[] length;
    private final int count;

    private StringTable(byte[] bytes, int[] start, int[] length, int count) {
        assert count > 0 && length[0] == 0 : "string 0 is not empty";
        this.bytes = bytes;
        this.start = start;
        this.length = length;
        this.count = count;
    }

    public static StringTable ofSlices(byte[] bytes, int[] start, int[] length, int count) {
        return new StringTable(bytes, start, length, count);
    }

    /// @param strings the first must be `""`
    public static StringTable of(List<String> strings) {
        byte[][] encoded =
                strings.stream().map(string -> string.getBytes(UTF_8)).toArray(byte[][]::new);
        int[] start = new int[encoded.length];
        int[] length = new int[encoded.length];
        byte[] bytes = new byte[Arrays.stream(encoded).mapToInt(one -> one.length).sum()];
        int end = 0;
        for (int id = 0; id < encoded.length; id++) {
            start[id] = end;
            length[id] = encoded[id].length;
            System.arraycopy(encoded[id], 0, bytes, end, length[id]);
            end += length[id];
        }
        return new StringTable(bytes, start, length, encoded.length);
    }

    public int count() {
        return count;
    }

    public byte[] bytes() {
        return bytes;
    }

    public int start(int id) {
        return start[id];
    }

    public int length(int id) {
        return length[id];
    }

    /// Decodes the string; makes a new object on every call.
    public String get(int id) {
        return new String(bytes, start[id], length[id], UTF_8);
    }
}
