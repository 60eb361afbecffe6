package io.flamekeeper.dictionary;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.flamekeeper.model.SymbolTable;
import java.util.Arrays;

/// Mappings by id; the columns of [SymbolTable.Mappings].
final class MappingIds {
    private final Hasher64 hasher;
    private final IdTable table = new IdTable();
    private long[] memoryStart = new long[4];
    private long[] memoryLimit = new long[4];
    private long[] fileOffset = new long[4];
    private int[] fileName = new int[4];
    private int[] buildId = new int[4];
    private byte[] flags = new byte[4];
    private int count;

    MappingIds(Hasher64 hasher) {
        this.hasher = hasher;
    }

    int count() {
        return count;
    }

    int intern(
            long memoryStart,
            long memoryLimit,
            long fileOffset,
            int fileName,
            int buildId,
            byte flags) {
        int hash = hash(memoryStart, fileOffset, fileName, buildId);
        for (int slot = table.first(hash); table.isTaken(slot); slot = table.next(slot)) {
            int id = table.id(slot);
            if (table.mayBe(slot, hash)
                    && this.memoryStart[id] == memoryStart
                    && this.memoryLimit[id] == memoryLimit
                    && this.fileOffset[id] == fileOffset
                    && this.fileName[id] == fileName
                    && this.buildId[id] == buildId
                    && this.flags[id] == flags) {
                return id;
            }
        }
        table.put(hash, count);
        if (count == this.memoryStart.length) {
            grow();
        }
        this.memoryStart[count] = memoryStart;
        this.memoryLimit[count] = memoryLimit;
        this.fileOffset[count] = fileOffset;
        this.fileName[count] = fileName;
        this.buildId[count] = buildId;
        this.flags[count] = flags;
        return count++;
    }

    private int hash(long memoryStart, long fileOffset, int fileName, int buildId) {
        return (int)
                hasher.hashLongLongLongToLong(
                        memoryStart, fileOffset, (long) fileName << Integer.SIZE | buildId);
    }

    private void grow() {
        memoryStart = Arrays.copyOf(memoryStart, 2 * count);
        memoryLimit = Arrays.copyOf(memoryLimit, 2 * count);
        fileOffset = Arrays.copyOf(fileOffset, 2 * count);
        fileName = Arrays.copyOf(fileName, 2 * count);
        buildId = Arrays.copyOf(buildId, 2 * count);
        flags = Arrays.copyOf(flags, 2 * count);
    }

    void rollbackTo(int mark) {
        while (count > mark) {
            count--;
            table.remove(
                    hash(memoryStart[count], fileOffset[count], fileName[count], buildId[count]),
                    count);
        }
    }

    SymbolTable.Mappings view() {
        return new SymbolTable.Mappings(
                count, memoryStart, memoryLimit, fileOffset, fileName, buildId, flags);
    }
}
