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

    /// Strings that are looked for together: index, hash, and what the table has at its slot.
    private int[] wanted = new int[256];

    private int[] hashes = new int[256];
    private long[] found = new long[256];

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

    int intern(byte[] source, int from, int byteCount) {
        return find((int) hasher.hashBytesToLong(source, from, byteCount), source, from, byteCount);
    }

    /// **Hot path.** Interns those strings of `table` whose entry in `id` is `mark`, and puts their ids there. One
    /// step after the other for all of them, so that the processor waits for many look-ups at once instead of for
    /// each. Benchmark: `AppendBenchmark`.
    void internMarked(StringTable strings, int[] id, int mark) {
        int asked = 0;
        if (wanted.length < strings.count()) {
            int capacity = Math.max(strings.count(), 2 * wanted.length);
            wanted = new int[capacity];
            hashes = new int[capacity];
            found = new long[capacity];
        }
        for (int local = 0; local < strings.count(); local++) {
            if (id[local] == mark) {
                wanted[asked] = local;
                hashes[asked++] =
                        (int)
                                hasher.hashBytesToLong(
                                        strings.bytes(),
                                        strings.start(local),
                                        strings.length(local));
            }
        }
        for (int i = 0; i < asked; i++) {
            found[i] = table.entry(table.first(hashes[i]));
        }
        for (int i = 0; i < asked; i++) {
            int local = wanted[i];
            int candidate = IdTable.id(found[i]);
            id[local] =
                    IdTable.mayBe(found[i], hashes[i])
                                    && equals(
                                            candidate,
                                            strings.bytes(),
                                            strings.start(local),
                                            strings.length(local))
                            ? candidate
                            : find(
                                    hashes[i],
                                    strings.bytes(),
                                    strings.start(local),
                                    strings.length(local));
        }
    }

    private int find(int hash, byte[] source, int from, int byteCount) {
        for (int slot = table.first(hash); table.isTaken(slot); slot = table.next(slot)) {
            if (table.mayBe(slot, hash) && equals(table.id(slot), source, from, byteCount)) {
                return table.id(slot);
            }
        }
        table.put(hash, count);
        return add(source, from, byteCount);
    }

    private boolean equals(int id, byte[] source, int from, int byteCount) {
        return length[id] == byteCount && Bytes.equal(bytes, start[id], source, from, byteCount);
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
