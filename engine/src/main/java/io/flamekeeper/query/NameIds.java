package io.flamekeeper.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/// Dense ids, from 0 in order of arrival, for strings as UTF-8, compared byte by byte where they lie. No
/// [String] is made before [#text] asks for one.
final class NameIds {
    private static final VarHandle BIG_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final Hasher64 hasher;
    private byte[] bytes = new byte[1024];
    private int[] start = new int[32];
    private int[] hash = new int[32];
    private int[] slot = new int[64];
    private int count;

    NameIds(long seed) {
        this.hasher = Hashing.wyhashFinal4(seed);
    }

    int intern(byte[] source, int from, int length) {
        int wantedHash = (int) hasher.hashBytesToLong(source, from, length);
        int mask = slot.length - 1;
        int at = wantedHash & mask;
        while (slot[at] != 0) {
            int id = slot[at] - 1;
            if (hash[id] == wantedHash
                    && Arrays.equals(
                            bytes, start[id], start[id + 1], source, from, from + length)) {
                return id;
            }
            at = (at + 1) & mask;
        }
        append(source, from, length, wantedHash);
        slot[at] = ++count;
        if (2 * count > slot.length) {
            grow();
        }
        return count - 1;
    }

    int intern(NameIds other, int id) {
        return intern(other.bytes, other.start[id], other.start[id + 1] - other.start[id]);
    }

    int count() {
        return count;
    }

    String text(int id) {
        return new String(bytes, start[id], start[id + 1] - start[id], UTF_8);
    }

    /// The ids in byte-wise order of their strings.
    ///
    /// **Hot path.** Names share long prefixes, which a comparison would read again and again; this sorts by
    /// eight bytes at some depth, and only what is equal there goes on eight bytes deeper. Benchmark:
    /// `FoldBenchmark`.
    int[] sorted() {
        int[] ids = new int[count];
        for (int id = 0; id < count; id++) {
            ids[id] = id;
        }
        Deque<Range> ranges = new ArrayDeque<>();
        ranges.push(new Range(0, count, 0));
        while (!ranges.isEmpty()) {
            sort(ids, ranges.pop(), ranges);
        }
        return ids;
    }

    /// Ids from `low` to `high`, exclusive, whose strings agree in their first `depth` bytes.
    private record Range(int low, int high, int depth) {}

    private void sort(int[] ids, Range range, Deque<Range> deeper) {
        int[] part = Arrays.copyOfRange(ids, range.low, range.high);
        long[] word = new long[part.length];
        for (int i = 0; i < part.length; i++) {
            word[i] = word(part[i], range.depth);
        }
        int[] order =
                Sorting.sort(
                        part.length,
                        (left, right) -> {
                            int byWord = Long.compareUnsigned(word[left], word[right]);
                            return byWord != 0
                                    ? byWord
                                    : Integer.compare(
                                            wordLength(part[left], range.depth),
                                            wordLength(part[right], range.depth));
                        });
        int equalFrom = 0;
        for (int i = 0; i < order.length; i++) {
            ids[range.low + i] = part[order[i]];
            boolean last =
                    i + 1 == order.length
                            || word[order[i]] != word[order[i + 1]]
                            || wordLength(part[order[i]], range.depth) < Long.BYTES;
            if (last) {
                if (i > equalFrom) {
                    deeper.push(
                            new Range(
                                    range.low + equalFrom,
                                    range.low + i + 1,
                                    range.depth + Long.BYTES));
                }
                equalFrom = i + 1;
            }
        }
    }

    /// Eight bytes of the string from `depth` on, zeros after its end; compares unsigned.
    private long word(int id, int depth) {
        int from = start[id] + depth;
        int length = wordLength(id, depth);
        if (length == Long.BYTES) {
            return (long) BIG_ENDIAN_LONG.get(bytes, from);
        }
        long word = 0;
        for (int i = 0; i < length; i++) {
            word |= (bytes[from + i] & 0xffL) << (56 - 8 * i);
        }
        return word;
    }

    private int wordLength(int id, int depth) {
        return Math.clamp(start[id + 1] - start[id] - depth, 0, Long.BYTES);
    }

    private void append(byte[] source, int from, int length, int hashOfSource) {
        int end = start[count] + length;
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
        }
        System.arraycopy(source, from, bytes, start[count], length);
        if (count + 1 == start.length) {
            start = Arrays.copyOf(start, 2 * start.length);
            hash = Arrays.copyOf(hash, 2 * hash.length);
        }
        start[count + 1] = end;
        hash[count] = hashOfSource;
    }

    private void grow() {
        slot = new int[2 * slot.length];
        int mask = slot.length - 1;
        for (int id = 0; id < count; id++) {
            int at = hash[id] & mask;
            while (slot[at] != 0) {
                at = (at + 1) & mask;
            }
            slot[at] = id + 1;
        }
    }
}
