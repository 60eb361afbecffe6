package io.flamekeeper.dictionary;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.flamekeeper.model.SymbolTable;
import java.util.Arrays;

/// Frames by id; the columns of [SymbolTable.Frames].
///
/// Nearly all frames fit into 64 bits and are found by them, see [#packed]; the others by their hash.
final class FrameIds {
    private static final int LINE_BITS = 24;
    private static final int MAPPING_BITS = 7;

    /// What [#packed] returns for a frame that does not fit.
    private static final long TOO_WIDE = -1;

    private final Hasher64 hasher;
    private final PairTable packed;
    private final IdTable wide = new IdTable();
    private int[] function = new int[64];
    private long[] line = new long[64];
    private int[] mapping = new int[64];
    private long[] address = new long[64];
    private boolean[] inlined = new boolean[64];
    private int count;

    FrameIds(long seed, Hasher64 hasher) {
        this.packed = new PairTable(seed);
        this.hasher = hasher;
    }

    int count() {
        return count;
    }

    /// **Hot path.** Benchmark: `AppendBenchmark`.
    int intern(int function, long line, int mapping, long address, boolean inlined) {
        long key = packed(function, line, mapping, address, inlined);
        if (key == TOO_WIDE) {
            return internWide(function, line, mapping, address, inlined);
        }
        int known = packed.find(key);
        if (known != PairTable.NONE) {
            return known;
        }
        packed.put(key, count);
        return add(function, line, mapping, address, inlined);
    }

    /// A key that no other frame has: function, 24 bits of line, 7 of mapping + 1, inlined; no address.
    private static long packed(
            int function, long line, int mapping, long address, boolean inlined) {
        if (function < 0
                || address != 0
                || line >>> LINE_BITS != 0
                || (mapping + 1) >>> MAPPING_BITS != 0) {
            return TOO_WIDE;
        }
        long place = line << MAPPING_BITS | (mapping + 1);
        return (long) function << Integer.SIZE | place << 1 | (inlined ? 1 : 0);
    }

    private boolean is(
            int id, int function, long line, int mapping, long address, boolean inlined) {
        return this.function[id] == function
                && this.line[id] == line
                && this.mapping[id] == mapping
                && this.address[id] == address
                && this.inlined[id] == inlined;
    }

    private int internWide(int function, long line, int mapping, long address, boolean inlined) {
        int hash = hash(function, line, mapping, address, inlined);
        for (int slot = wide.first(hash); wide.isTaken(slot); slot = wide.next(slot)) {
            int id = wide.id(slot);
            if (wide.mayBe(slot, hash) && is(id, function, line, mapping, address, inlined)) {
                return id;
            }
        }
        wide.put(hash, count);
        return add(function, line, mapping, address, inlined);
    }

    private int add(int function, long line, int mapping, long address, boolean inlined) {
        if (count == this.function.length) {
            grow();
        }
        this.function[count] = function;
        this.line[count] = line;
        this.mapping[count] = mapping;
        this.address[count] = address;
        this.inlined[count] = inlined;
        return count++;
    }

    private int hash(int function, long line, int mapping, long address, boolean inlined) {
        long place = (long) function << Integer.SIZE | (mapping & 0xFFFF_FFFFL);
        return (int) hasher.hashLongLongLongToLong(place, inlined ? ~line : line, address);
    }

    private void grow() {
        function = Arrays.copyOf(function, 2 * count);
        line = Arrays.copyOf(line, 2 * count);
        mapping = Arrays.copyOf(mapping, 2 * count);
        address = Arrays.copyOf(address, 2 * count);
        inlined = Arrays.copyOf(inlined, 2 * count);
    }

    void rollbackTo(int mark) {
        while (count > mark) {
            count--;
            long key =
                    packed(
                            function[count],
                            line[count],
                            mapping[count],
                            address[count],
                            inlined[count]);
            if (key == TOO_WIDE) {
                wide.remove(
                        hash(
                                function[count],
                                line[count],
                                mapping[count],
                                address[count],
                                inlined[count]),
                        count);
            } else {
                packed.remove(key);
            }
        }
    }

    SymbolTable.Frames view() {
        return new SymbolTable.Frames(count, function, line, mapping, address, inlined);
    }
}
