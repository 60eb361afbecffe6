package io.flamekeeper.dictionary;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.flamekeeper.model.StringTable;
import java.util.Arrays;

/// Strings by id, as UTF-8 slices of one array; id 0 is the empty string.
final class StringIds {
    private final Hasher64 hasher;
    private final IdTable table = new IdTable();
    private byte[] bytes = new byte[1024];
    private int end;
    private int[] start = new int[64];
    private int[] length = new int[64];
    private int count;

    /// The id asked for last. A program names its symbols in much the same order every time, so the next
    /// string is often the one that was new after it.
    private int asked;

    StringIds(Hasher64 hasher) {
        this.hasher = hasher;
        intern(bytes, 0, 0);
    }

    int count() {
        return count;
    }

    /// Bytes of all strings.
    int byteCount() {
        return end;
    }

    /// **Hot path.** Hashes and compares the bytes where they lie. Benchmark: `AppendBenchmark`.
    int intern(byte[] source, int from, int byteCount) {
        int guess = asked + 1;
        asked =
                guess < count && equals(guess, source, from, byteCount)
                        ? guess
                        : find(source, from, byteCount);
        return asked;
    }

    private int find(byte[] source, int from, int byteCount) {
        int hash = (int) hasher.hashBytesToLong(source, from, byteCount);
        for (int slot = table.first(hash); table.isTaken(slot); slot = table.next(slot)) {
            if (table.mayBe(slot, hash) && equals(table.id(slot), source, from, byteCount)) {
                return table.id(slot);
            }
        }
        table.put(hash, count);
        return add(source, from, byteCount);
    }

    private boolean equals(int id, byte[] source, int from, int byteCount) {
        return Arrays.equals(
                bytes, start[id], start[id] + length[id], source, from, from + byteCount);
    }

    private int add(byte[] source, int from, int byteCount) {
        if (count == start.length) {
            start = Arrays.copyOf(start, 2 * count);
            length = Arrays.copyOf(length, 2 * count);
        }
        if (bytes.length - end < byteCount) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + byteCount));
        }
        System.arraycopy(source, from, bytes, end, byteCount);
        start[count] = end;
        length[count] = byteCount;
        end += byteCount;
        return count++;
    }

    void rollbackTo(int mark) {
        while (count > mark) {
            count--;
            end = start[count];
            table.remove((int) hasher.hashBytesToLong(bytes, end, length[count]), count);
        }
    }

    /// The strings so far; later ones are added behind them, in the same arrays.
    StringTable view() {
        return StringTable.ofSlices(bytes, start, length, count);
    }
}
