package io.flamekeeper.store;

import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.PartitionKey;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.segment.UploadMark;
import java.util.Arrays;

/// What one service has in a [Head]: its dictionary, and its rows in order of arrival. For the writer thread.
final class HeadPartition {
    private static final int UPLOAD_BYTES = 40;

    private final PartitionKey key;
    private final Dictionary dictionary;
    private final Object dictionaryKey = new Object();
    private final HeadRows rows = new HeadRows();
    private UploadMark[] uploads = new UploadMark[4];
    private int uploadCount;
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

    void add(ProfileRow row) {
        rows.add(row);
        addTime(row.timeMillis());
    }

    void add(LoggedRow row) {
        rows.add(row);
        addTime(row.timeMillis());
    }

    private void addTime(long millis) {
        firstMillis = Math.min(firstMillis, millis);
        lastMillis = Math.max(lastMillis, millis);
    }

    void add(UploadMark upload) {
        if (uploadCount == uploads.length) {
            uploads = Arrays.copyOf(uploads, 2 * uploadCount);
        }
        uploads[uploadCount++] = upload;
    }

    /// By how many bytes, roughly, dictionary and rows have grown since the last call.
    long takeGrowth() {
        long now =
                rows.memoryBytes() + dictionary.memoryBytes() + (long) UPLOAD_BYTES * uploadCount;
        long growth = now - countedBytes;
        countedBytes = now;
        return growth;
    }

    HeadPart view() {
        return new HeadPart(
                key,
                dictionaryKey,
                dictionary.view(),
                rows.view(),
                uploads,
                uploadCount,
                firstMillis,
                lastMillis);
    }
}
