package io.flamekeeper.dictionary;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.flamekeeper.model.SymbolTable;
import java.util.Arrays;

/// Frames by id; the columns of [SymbolTable.Frames].
///
/// The frame behind the one asked for last is a good guess for the next: see [StringIds].
final class FrameIds {
    private final Hasher64 hasher;
    private final IdTable table = new IdTable();
    private int[] function = new int[64];
    private long[] line = new long[64];
    private int[] mapping = new int[64];
    private long[] address = new long[64];
    private boolean[] inlined = new boolean[64];
    private int count;
    private int asked;

    FrameIds(Hasher64 hasher) {
        this.hasher = hasher;
    }

    int count() {
        return count;
    }

    /// **Hot path.** Benchmark: `AppendBenchmark`.
    int intern(int function, long line, int mapping, long address, boolean inlined) {
        int guess = asked + 1;
        boolean isNext =
                guess < count
                        && this.function[guess] == function
                        && this.line[guess] == line
                        && this.mapping[guess] == mapping
                        && this.address[guess] == address
                        && this.inlined[guess] == inlined;
        asked = isNext ? guess : find(function, line, mapping, address, inlined);
        return asked;
    }

    private int find(int function, long line, int mapping, long address, boolean inlined) {
        int hash = hash(function, line, mapping, address, inlined);
        for (int slot = table.first(hash); table.isTaken(slot); slot = table.next(slot)) {
            int id = table.id(slot);
            if (table.mayBe(slot, hash)
                    && this.function[id] == function
                    && this.line[id] == line
                    && this.mapping[id] == mapping
                    && this.address[id] == address
                    && this.inlined[id] == inlined) {
                return id;
            }
        }
        table.put(hash, count);
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
            table.removeLast(
                    hash(
                            function[count],
                            line[count],
                            mapping[count],
                            address[count],
                            inlined[count]));
        }
    }

    SymbolTable.Frames view() {
        return new SymbolTable.Frames(count, function, line, mapping, address, inlined);
    }
}
