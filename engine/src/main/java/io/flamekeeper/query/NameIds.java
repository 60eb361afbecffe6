package io.flamekeeper.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Arrays;

/// Dense ids, from 0 in order of arrival, for strings as UTF-8, compared byte by byte where they lie. No
/// [String] is made before [#text] asks for one.
final class NameIds {
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
    int[] sorted() {
        return Sorting.sort(
                count,
                (left, right) ->
                        Arrays.compareUnsigned(
                                bytes,
                                start[left],
                                start[left + 1],
                                bytes,
                                start[right],
                                start[right + 1]));
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
