package io.flamekeeper.store;

import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.ProfileRow;
import java.util.Arrays;
import java.util.List;

/// What one service has in a [Head]: its dictionary, and its rows in order of arrival. For the writer thread.
final class HeadPartition {
    /// Of a row beside its pairs.
    private static final int ROW_BYTES = 160;

    private final PartitionKey key;
    private final Dictionary dictionary;
    private final Object dictionaryKey = new Object();
    private ProfileRow[] rows = new ProfileRow[4];
    private int rowCount;
    private long rowBytes;
    private long countedBytes;
    private long firstMillis = Long.MAX_VALUE;
    private long lastMillis = Long.MIN_VALUE;

    HeadPartition(PartitionKey key, long hashSeed) {
        this.key = key;
        this.dictionary = new Dictionary(hashSeed);
    }

    PartitionKey key() {
        return key;
    }

    Dictionary dictionary() {
        return dictionary;
    }

    void add(List<ProfileRow> added) {
        for (ProfileRow row : added) {
            if (rowCount == rows.length) {
                rows = Arrays.copyOf(rows, 2 * rowCount);
            }
            rows[rowCount++] = row;
            rowBytes +=
                    ROW_BYTES
                            + (long) row.pairCount() * (Integer.BYTES + Long.BYTES)
                            + (long) row.spanId().length * Long.BYTES;
            firstMillis = Math.min(firstMillis, row.timeMillis());
            lastMillis = Math.max(lastMillis, row.timeMillis());
        }
    }

    /// By how many bytes, roughly, dictionary and rows have grown since the last call.
    long takeGrowth() {
        long now = rowBytes + dictionary.memoryBytes();
        long growth = now - countedBytes;
        countedBytes = now;
        return growth;
    }

    HeadPart view() {
        return new HeadPart(
                key, dictionaryKey, dictionary.view(), rows, rowCount, firstMillis, lastMillis);
    }
}
