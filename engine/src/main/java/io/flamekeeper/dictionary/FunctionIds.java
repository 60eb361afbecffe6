package io.flamekeeper.dictionary;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.flamekeeper.model.SymbolTable;
import java.util.Arrays;

/// Functions by id; the columns of [SymbolTable.Functions].
///
/// `visited[name]` is the function of that name that was asked for last, plus 1, 0 = none: names are
/// nearly always unique, so this guess saves the search.
final class FunctionIds {
    private final Hasher64 hasher;
    private final IdTable table = new IdTable();
    private int[] name = new int[64];
    private int[] systemName = new int[64];
    private int[] fileName = new int[64];
    private long[] startLine = new long[64];
    private int[] visited = new int[64];
    private int count;

    FunctionIds(Hasher64 hasher) {
        this.hasher = hasher;
    }

    int count() {
        return count;
    }

    /// **Hot path.** Benchmark: `AppendBenchmark`.
    int intern(int name, int systemName, int fileName, long startLine) {
        if (name >= visited.length) {
            visited = Arrays.copyOf(visited, Math.max(name + 1, 2 * visited.length));
        }
        int guess = visited[name] - 1;
        if (guess >= 0
                && guess < count
                && this.name[guess] == name
                && this.systemName[guess] == systemName
                && this.fileName[guess] == fileName
                && this.startLine[guess] == startLine) {
            return guess;
        }
        int function = find(name, systemName, fileName, startLine);
        visited[name] = function + 1;
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
            table.remove(
                    hash(name[count], systemName[count], fileName[count], startLine[count]), count);
        }
    }

    SymbolTable.Functions view() {
        return new SymbolTable.Functions(count, name, systemName, fileName, startLine);
    }
}
