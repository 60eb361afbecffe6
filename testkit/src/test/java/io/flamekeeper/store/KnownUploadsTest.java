package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.dictionary.PartitionKey;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.UploadHash;
import io.flamekeeper.segment.UploadMark;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KnownUploadsTest {
    private static final long SEED = 0x5eed;
    private static final long WINDOW_MILLIS =
            TimeUnit.SECONDS.toMillis(KnownUploads.WINDOW_SECONDS);

    private record Entry(long secret, UploadHash upload, long millis) {}

    /// The slow twin: a list.
    private static final class Naive {
        private final Deque<Entry> entries = new ArrayDeque<>();
        private final int countMax;
        private long forgotten;

        Naive(int countMax) {
            this.countMax = countMax;
        }

        private static boolean isRecent(Entry entry, long now) {
            return now / 1_000 - entry.millis / 1_000 < KnownUploads.WINDOW_SECONDS;
        }

        boolean find(long secret, UploadHash upload, long now) {
            boolean found = false;
            for (Iterator<Entry> all = entries.iterator(); all.hasNext(); ) {
                Entry entry = all.next();
                if (entry.secret == secret && entry.upload.equals(upload)) {
                    found = isRecent(entry, now);
                }
            }
            return found;
        }

        void add(Entry added) {
            while (!entries.isEmpty() && !isRecent(entries.getFirst(), added.millis)) {
                entries.removeFirst();
            }
            if (entries.size() == countMax) {
                entries.removeFirst();
                forgotten++;
            }
            entries.add(added);
        }
    }

    /// Of any number that come in any order, the newest are known in the end, as if they had come in order.
    @Test
    void earlierUploads_inAnyOrder_areKnownAsIfTheyHadComeInOrder() {
        long found = 0;
        for (long seed = 1; seed <= 40; seed++) {
            var random = new SplittableRandom(seed);
            int countMax = 1 + random.nextInt(3_000);
            int count = random.nextInt(10_000);
            long now = 1_700_000_000_000L;
            var key = new PartitionKey(TenantId.ANONYMOUS, "service-" + seed);
            List<UploadMark> marks = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                // A second each, so that no two came at once; some before the last 24 hours.
                long received = now - 1_000L * i - 990L * (seed % 3) * count;
                marks.add(new UploadMark(random.nextLong(), random.nextLong(), received));
            }
            var known = new KnownUploads(countMax, seed);
            var earlier = new EarlierUploads(known, now);
            List<UploadMark> shuffled = new ArrayList<>(marks);
            Collections.shuffle(shuffled, new Random(seed));
            shuffled.forEach(earlier.of(key));
            earlier.makeKnown();
            long recent =
                    marks.stream()
                            .filter(mark -> now - mark.receivedMillis() < WINDOW_MILLIS)
                            .count();
            for (int i = 0; i < count; i++) {
                UploadMark mark = marks.get(i);
                var upload = new UploadHash(mark.high(), mark.low());
                boolean isKnown =
                        known.find(known.secretOf(key), upload, now) != KnownUploads.UNKNOWN;
                assertThat(isKnown)
                        .as("seed %d, upload %d", seed, i)
                        .isEqualTo(i < Math.min(countMax, recent));
                found += isKnown ? 1 : 0;
            }
            assertThat(known.forgotten())
                    .as("seed %d", seed)
                    .isEqualTo(Math.max(0, recent - countMax));
        }
        System.out.printf("earlier uploads: known %d, mismatches 0, seeds 1 to 40%n", found);
    }

    @Test
    void anyOperations_equalTheNaiveTwin() {
        long found = 0;
        long operations = 0;
        for (long seed = 1; seed <= 60; seed++) {
            var random = new SplittableRandom(seed);
            int countMax = 1 + random.nextInt(seed % 2 == 0 ? 20 : 5_000);
            var known = new KnownUploads(countMax, seed);
            var naive = new Naive(countMax);
            int keys = 1 + random.nextInt(2 * countMax);
            long now = 1_700_000_000_000L;
            for (int i = 0; i < 6_000; i++) {
                String where = "seed %d, operation %d".formatted(seed, i);
                now += random.nextInt(10) == 0 ? random.nextLong(WINDOW_MILLIS / 50) : 0;
                long secret = random.nextInt(2);
                int key = random.nextInt(keys);
                // Few distinct bits: neighbours in the table.
                var upload = new UploadHash(key, 1 + key % 3);
                boolean isKnown = naive.find(secret, upload, now);
                long number = known.find(secret, upload, now);
                assertThat(number != KnownUploads.UNKNOWN).as(where).isEqualTo(isKnown);
                if (!isKnown) {
                    long next = known.nextNumber();
                    known.add(secret, upload, now);
                    naive.add(new Entry(secret, upload, now));
                    assertThat(known.find(secret, upload, now)).as(where).isEqualTo(next);
                    if (random.nextInt(8) == 0) {
                        known.removeFrom(next);
                        naive.entries.removeLast();
                    }
                }
                found += isKnown ? 1 : 0;
                operations++;
                assertThat(known.count()).as(where).isEqualTo(naive.entries.size());
                assertThat(known.forgotten()).as(where).isEqualTo(naive.forgotten);
            }
        }
        System.out.printf(
                "known uploads: operations %d, known %d, mismatches 0%n", operations, found);
    }

    @Test
    void find_clockJumpsBothWays_isNeverTwiceOrLost() {
        var known = new KnownUploads(100, SEED);
        var upload = new UploadHash(1, 2);
        var later = new UploadHash(3, 4);
        long now = 1_700_000_000_000L;
        long ahead = now + 10 * WINDOW_MILLIS;
        known.add(0, later, ahead);
        known.add(0, upload, now);
        assertThat(known.find(0, upload, now)).isNotEqualTo(KnownUploads.UNKNOWN);
        assertThat(known.find(0, later, now)).isNotEqualTo(KnownUploads.UNKNOWN);
        assertThat(known.find(0, upload, ahead)).isEqualTo(KnownUploads.UNKNOWN);
        known.add(0, upload, ahead);
        long number = known.nextNumber() - 1;
        assertThat(known.find(0, upload, ahead)).isEqualTo(number);
        known.removeFrom(number);
        assertThat(known.find(0, upload, ahead)).isEqualTo(KnownUploads.UNKNOWN);
        for (int i = 0; i < 1_000; i++) {
            known.add(0, new UploadHash(i, 5), ahead + 2 * WINDOW_MILLIS);
        }
        assertThat(known.count()).isEqualTo(100);
        assertThat(known.find(0, new UploadHash(999, 5), ahead + 2 * WINDOW_MILLIS))
                .isNotEqualTo(KnownUploads.UNKNOWN);
    }

    @Test
    void secretOf_otherTenantOrService_differs() {
        var known = new KnownUploads(1, SEED);
        var other = new KnownUploads(1, SEED + 1);
        var key = new PartitionKey(new TenantId("ab"), "c");
        assertThat(known.secretOf(key))
                .isEqualTo(known.secretOf(new PartitionKey(new TenantId("ab"), "c")))
                .isNotEqualTo(known.secretOf(new PartitionKey(new TenantId("a"), "bc")))
                .isNotEqualTo(known.secretOf(new PartitionKey(new TenantId("ab"), "d")))
                .isNotEqualTo(other.secretOf(key));
    }
}
