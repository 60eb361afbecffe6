package io.flamekeeper.dictionary;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.flamekeeper.model.SymbolTable;
import java.util.Arrays;

/// Functions by id; the columns of [SymbolTable.Functions].
///
/// Names are nearly always unique, so a guess saves the search: `guess` has four entries for every name, side by
/// side, of the function of that name that was asked for last: its id + 1, 0 = none; system name; file name;
/// start line.
final class FunctionIds {
    private final Hasher64 hasher;
    private final IdTable table = new IdTable();
    private int[] name = new int[64];
    private int[] systemName = new int[64];
    private int[] fileName = new int[64];
    private long[] startLine = new long[64];
    private int[] guess = new int[4 * 64];
    private int count;

    FunctionIds(Hasher64 hasher) {
        this.hasher = hasher;
    }

    int count() {
        return count;
    }

    /// **Hot path.** Benchmark: `AppendBenchmark`.
    int intern(int name, int systemName, int fileName, long startLine) {
        int at = 4 * name;
        if (at >= guess.length) {
            guess = Arrays.copyOf(guess, Math.max(at + 4, 2 * guess.length));
        }
        int guessed = guess[at] - 1;
        if (guessed >= 0
                && guessed < count
                && guess[at + 1] == systemName
                && guess[at + 2] == fileName
                && guess[at + 3] == startLine) {
            return guessed;
        }
        int function = find(name, systemName, fileName, startLine);
        if ((int) startLine == startLine) {
            guess[at] = function + 1;
            guess[at + 1] = systemName;
            guess[at + 2] = fileName;
            guess[at + 3] = (int) startLine;
        }
        return function;
    }

    private int find(int name, int systemName, int fileName, long startLine) {
        int hash = hash(name, systemName, fileName, startLine);
        for (int slot = table.first(hash); table.isTaken(slot); slot = table.next(slot)) {
            int id = table.id(slot);
            if (table.mayBe(slot, hash)
                    && this.name[id] == name
                    && this.systemName[id] == systemName
                    && this.fileName[id] == fileName
                    && this.startLine[id] == startLine) {
                return id;
            }
        }
        table.put(hash, count);
        if (count == this.name.length) {
            grow();
        }
        this.name[count] = name;
        this.systemName[count] = systemName;
        this.fileName[count] = fileName;
        this.startLine[count] = startLine;
        return count++;
    }

    private int hash(int name, int systemName, int fileName, long startLine) {
        return (int)
                hasher.hashLongLongLongToLong(
                        (long) name << Integer.SIZE | systemName, fileName, startLine);
    }

    private void grow() {
        name = Arrays.copyOf(name, 2 * count);
        systemName = Arrays.copyOf(systemName, 2 * count);
        fileName = Arrays.copyOf(fileName, 2 * count);
        startLine = Arrays.copyOf(startLine, 2 * count);
    }

    void rollbackTo(int mark) {
        while (count > mark) {
            count--;
            if (guess[4 * name[count]] == count + 1) {
                guess[4 * name[count]] = 0;
            }
            table.remove(
                    hash(name[count], systemName[count], fileName[count], startLine[count]), count);
        }
    }

    SymbolTable.Functions view() {
        return new SymbolTable.Functions(count, name, systemName, fileName, startLine);
    }
}
