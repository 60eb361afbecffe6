package io.flamekeeper.store;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.flamekeeper.dictionary.PartitionKey;
import io.flamekeeper.model.UploadHash;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// The uploads that one shard took in the last 24 hours, so that one sent again counts once. For one thread.
///
/// A ring in order of arrival, with open addressing beside it:
///
/// | column   | shape     | meaning                                                               |
/// |----------|-----------|-----------------------------------------------------------------------|
/// | `high`   | `long[n]` | upper half of the hash, mixed with a secret of the partition          |
/// | `low`    | `int[n]`  | lower 32 bits of it, likewise                                         |
/// | `second` | `int[n]`  | when it came, seconds since the Unix epoch                            |
/// | `slots`  | `int[2n]` | place in the ring + 1, at or behind the slot its hash asks for; 0 = free |
///
/// Slots are found by a seeded hash of the hash, so that nobody can crowd them. 24 bytes an upload. 96 bits of hash tell uploads apart: with 4 million of them, one in 10²² new ones would be
/// taken for another. The secret keeps tenants apart, who may know each other's hashes.
///
/// When there are more than may be kept, the oldest is forgotten before its time, and counted.
final class KnownUploads {
    static final int WINDOW_SECONDS = (int) TimeUnit.HOURS.toSeconds(24);

    /// What [#find] returns for an upload that is not known.
    static final long UNKNOWN = -1;

    private static final int COUNT_INITIAL = 1 << 10;

    private final int countMax;
    private final Hasher64 hasher;
    private long[] high;
    private int[] low;
    private int[] second;
    private int[] slots;

    /// Place of the oldest.
    private int first;

    private int count;

    /// How many have left the ring.
    private long passed;

    private long forgotten;

    /// @param countMax how many are kept, at most
    /// @param seed     unpredictable, different in every process
    KnownUploads(int countMax, long seed) {
        this.countMax = countMax;
        this.hasher = Hashing.wyhashFinal4(seed);
        int capacity = Math.min(countMax, COUNT_INITIAL);
        high = new long[capacity];
        low = new int[capacity];
        second = new int[capacity];
        slots = new int[2 * capacity];
    }

    int countMax() {
        return countMax;
    }

    /// How many are kept.
    int count() {
        return count;
    }

    /// How many were forgotten within 24 hours.
    long forgotten() {
        return forgotten;
    }

    /// Number of the next upload; every one has the next.
    long nextNumber() {
        return passed + count;
    }

    /// What keeps uploads of this partition apart from those of all others.
    long secretOf(PartitionKey key) {
        return hasher.hashStream()
                .putString(key.tenant().value())
                .putString(key.service())
                .getAsLong();
    }

    /// Number of the upload, or [#UNKNOWN] if it did not come within 24 hours before `nowMillis`.
    long find(long secret, UploadHash upload, long nowMillis) {
        return find(high(secret, upload.high()), low(secret, upload.low()), seconds(nowMillis));
    }

    /// What `high` has of the upper half of a hash.
    static long high(long secret, long high) {
        return high ^ secret;
    }

    /// What `low` has of the lower half of a hash.
    static int low(long secret, long low) {
        return (int) (low ^ (secret >>> Integer.SIZE));
    }

    private long find(long wantedHigh, int wantedLow, int nowSeconds) {
        int slot = home(wantedHigh, wantedLow);
        while (slots[slot] != 0) {
            int place = slots[slot] - 1;
            if (high[place] == wantedHigh && low[place] == wantedLow) {
                if (isRecent(place, nowSeconds)) {
                    return passed + Math.floorMod(place - first, high.length);
                }
                // Too old, but behind one that claims to be newer: the clock was set back.
                free(slot);
                slot = home(wantedHigh, wantedLow);
            } else {
                slot = next(slot);
            }
        }
        return UNKNOWN;
    }

    /// Adds an upload that [#find] does not know.
    void add(long secret, UploadHash upload, long receivedMillis) {
        add(high(secret, upload.high()), low(secret, upload.low()), seconds(receivedMillis));
    }

    /// Adds an upload as the columns have it, unless it is known.
    void addIfUnknown(long addedHigh, int addedLow, int addedSecond, long nowMillis) {
        if (find(addedHigh, addedLow, seconds(nowMillis)) == UNKNOWN) {
            add(addedHigh, addedLow, addedSecond);
        }
    }

    /// Counts uploads that were forgotten before they came here.
    void addForgotten(long uploads) {
        forgotten += uploads;
    }

    private void add(long addedHigh, int addedLow, int addedSecond) {
        while (count > 0 && !isRecent(first, addedSecond)) {
            removeFirst();
        }
        if (count == high.length) {
            if (count < countMax) {
                grow();
            } else {
                removeFirst();
                forgotten++;
            }
        }
        int place = (first + count) % high.length;
        high[place] = addedHigh;
        low[place] = addedLow;
        second[place] = addedSecond;
        count++;
        link(place);
    }

    /// Takes back those with this number and later ones.
    void removeFrom(long number) {
        while (nextNumber() > number) {
            count--;
            unlink((first + count) % high.length);
        }
    }

    private void removeFirst() {
        unlink(first);
        first = (first + 1) % high.length;
        count--;
        passed++;
    }

    private boolean isRecent(int place, int nowSeconds) {
        return nowSeconds - second[place] < WINDOW_SECONDS;
    }

    static int seconds(long millis) {
        return (int) Math.floorDiv(millis, 1_000L);
    }

    private int home(long high, int low) {
        long hash = hasher.hashLongIntToLong(high, low);
        return (int) (((hash >>> Integer.SIZE) * slots.length) >>> Integer.SIZE);
    }

    private int home(int place) {
        return home(high[place], low[place]);
    }

    private int next(int slot) {
        return slot + 1 == slots.length ? 0 : slot + 1;
    }

    private void link(int place) {
        int slot = home(place);
        while (slots[slot] != 0) {
            slot = next(slot);
        }
        slots[slot] = place + 1;
    }

    private void unlink(int place) {
        int slot = home(place);
        while (slots[slot] != place + 1) {
            if (slots[slot] == 0) {
                return;
            }
            slot = next(slot);
        }
        free(slot);
    }

    /// Frees the slot and moves up those behind it that may not stand behind a free one.
    private void free(int slot) {
        int gap = slot;
        for (int at = next(gap); slots[at] != 0; at = next(at)) {
            int home = home(slots[at] - 1);
            boolean isBetween = gap < at ? gap < home && home <= at : gap < home || home <= at;
            if (!isBetween) {
                slots[gap] = slots[at];
                gap = at;
            }
        }
        slots[gap] = 0;
    }

    private void grow() {
        int capacity = (int) Math.min(countMax, 2L * high.length);
        long[] grownHigh = new long[capacity];
        int[] grownLow = new int[capacity];
        int[] grownSecond = new int[capacity];
        for (int i = 0; i < count; i++) {
            int place = (first + i) % high.length;
            grownHigh[i] = high[place];
            grownLow[i] = low[place];
            grownSecond[i] = second[place];
        }
        boolean[] isLinked = new boolean[high.length];
        Arrays.stream(slots)
                .filter(taken -> taken != 0)
                .forEach(taken -> isLinked[taken - 1] = true);
        int oldFirst = first;
        int oldLength = high.length;
        high = grownHigh;
        low = grownLow;
        second = grownSecond;
        first = 0;
        slots = new int[2 * capacity];
        for (int i = 0; i < count; i++) {
            if (isLinked[(oldFirst + i) % oldLength]) {
                link(i);
            }
        }
    }
}
