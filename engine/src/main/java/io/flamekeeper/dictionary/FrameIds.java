package io.flamekeeper.dictionary;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.flamekeeper.model.SymbolTable;
import java.util.Arrays;

/// Frames by id; the columns of [SymbolTable.Frames].
///
/// Two guesses come before the search: the frame behind the one asked for last, see [StringIds]; then
/// `visited[function + 1]`, the frame that this function was last asked for with, which most functions have
/// only one of.
final class FrameIds {
    private final Hasher64 hasher;
    private final IdTable table = new IdTable();
    private int[] function = new int[64];
    private long[] line = new long[64];
    private int[] mapping = new int[64];
    private long[] address = new long[64];
    private boolean[] inlined = new boolean[64];
    private int[] visited = new int[64];
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
        int behind = asked + 1;
        if (behind < count && is(behind, function, line, mapping, address, inlined)) {
            asked = behind;
            return behind;
        }
        if (function + 1 >= visited.length) {
            visited = Arrays.copyOf(visited, Math.max(function + 2, 2 * visited.length));
        }
        int guess = visited[function + 1];
        asked =
                guess < count && is(guess, function, line, mapping, address, inlined)
                        ? guess
                        : find(function, line, mapping, address, inlined);
        visited[function + 1] = asked;
        return asked;
    }

    private boolean is(
            int id, int function, long line, int mapping, long address, boolean inlined) {
        return this.function[id] == function
                && this.line[id] == line
                && this.mapping[id] == mapping
                && this.address[id] == address
                && this.inlined[id] == inlined;
    }

    private int find(int function, long line, int mapping, long address, boolean inlined) {
        int hash = hash(function, line, mapping, address, inlined);
        for (int slot = table.first(hash); table.isTaken(slot); slot = table.next(slot)) {
            int id = table.id(slot);
            if (table.mayBe(slot, hash) && is(id, function, line, mapping, address, inlined)) {
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
            table.remove(
                    hash(
                            function[count],
                            line[count],
                            mapping[count],
                            address[count],
                            inlined[count]),
                    count);
        }
    }

    SymbolTable.Frames view() {
        return new SymbolTable.Frames(count, function, line, mapping, address, inlined);
    }
}
