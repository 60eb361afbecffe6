package io.flamekeeper.store;

import io.flamekeeper.dictionary.PartitionKey;
import io.flamekeeper.segment.UploadMark;
import java.util.Arrays;
import java.util.function.Consumer;

/// Uploads that one shard took before a start, as they turn up in logs and segments: in any order, and any number
/// of them. For one thread at a time.
///
/// Columns `high`, `low` and `second` are those of [KnownUploads]. There is room for twice as many as that may know; when it is full,
/// the older half goes.
final class EarlierUploads {
    private static final int COUNT_INITIAL = 1 << 10;

    private final KnownUploads known;
    private final long nowMillis;
    private long[] high = new long[COUNT_INITIAL];
    private int[] low = new int[COUNT_INITIAL];
    private int[] second = new int[COUNT_INITIAL];
    private int count;

    /// @param known     where they go in the end
    /// @param nowMillis what came 24 hours earlier is nobody's business any more
    EarlierUploads(KnownUploads known, long nowMillis) {
        this.known = known;
        this.nowMillis = nowMillis;
    }

    /// Takes the uploads of one partition.
    Consumer<UploadMark> of(PartitionKey key) {
        long secret = known.secretOf(key);
        return mark -> add(secret, mark);
    }

    private void add(long secret, UploadMark mark) {
        int received = KnownUploads.seconds(mark.receivedMillis());
        if (KnownUploads.seconds(nowMillis) - received >= KnownUploads.WINDOW_SECONDS) {
            return;
        }
        if (count == high.length) {
            makeRoom();
        }
        high[count] = KnownUploads.high(secret, mark.high());
        low[count] = KnownUploads.low(secret, mark.low());
        second[count] = received;
        count++;
    }

    private void makeRoom() {
        long countMax = Math.clamp(2L * known.countMax(), COUNT_INITIAL, Integer.MAX_VALUE / 2);
        if (count < countMax) {
            int length = (int) Math.min(2L * count, countMax);
            high = Arrays.copyOf(high, length);
            low = Arrays.copyOf(low, length);
            second = Arrays.copyOf(second, length);
        } else {
            keep(byTime(), known.countMax());
        }
    }

    /// Places, the oldest upload first, in the lower halves.
    private long[] byTime() {
        long[] order = new long[count];
        for (int place = 0; place < count; place++) {
            order[place] = (long) second[place] << Integer.SIZE | place;
        }
        Arrays.sort(order);
        return order;
    }

    private void keep(long[] order, int newest) {
        long[] keptHigh = new long[high.length];
        int[] keptLow = new int[high.length];
        int[] keptSecond = new int[high.length];
        int forgotten = count - newest;
        for (int i = 0; i < newest; i++) {
            int place = (int) order[forgotten + i];
            keptHigh[i] = high[place];
            keptLow[i] = low[place];
            keptSecond[i] = second[place];
        }
        high = keptHigh;
        low = keptLow;
        second = keptSecond;
        count = newest;
        known.addForgotten(forgotten);
    }

    /// Where they go.
    KnownUploads known() {
        return known;
    }

    /// Makes them known, the oldest first. Nothing may be added afterwards.
    void makeKnown() {
        for (long one : byTime()) {
            int place = (int) one;
            known.addIfUnknown(high[place], low[place], second[place], nowMillis);
        }
        count = 0;
        high = new long[0];
        low = new int[0];
        second = new int[0];
    }
}
