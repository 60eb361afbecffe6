package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.column.Checksum;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.model.UploadHash;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.testkit.StoredText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// One bit of one file is wrong: the store starts, says so if anything is missing, and never answers wrongly.
class BitRotTest {
    @Test
    void anyBitFlipped_answersRightOrSaysSo() {
        long seed = 11;
        Set<String> expected = new HashSet<>();
        Map<String, byte[]> files = referenceStore(seed, expected);
        assertThat(files.keySet())
                .contains(
                        "catalog-1", "catalog-2", "segment-1.seg", "segment-2.seg", "wal-0-3.log");
        flipAll(seed, files, expected);
    }

    @Test
    void anyBitOfACompactedStoreFlipped_answersRightOrSaysSo() {
        long seed = 12;
        Set<String> expected = new HashSet<>();
        var vfs = SimulatedVfs.of(referenceStore(seed, expected), Faults.NONE);
        try (EmbeddedStore store = TestStores.open(vfs, 1)) {
            store.seal();
            store.compactAll();
        }
        assertThat(vfs.content().keySet()).doesNotContain("segment-1.seg", "segment-2.seg");
        flipAll(seed, vfs.content(), expected);
    }

    private static void flipAll(long seed, Map<String, byte[]> files, Set<String> expected) {
        var random = new SplittableRandom(seed);
        var outcomes = new TreeMap<String, Integer>();
        int flips = 0;
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            int bits = 8 * file.getValue().length;
            for (int i = 0; i < Math.min(bits, 400); i++) {
                // The first bits are headers, where every one means something else.
                int bit = i < 200 ? i : random.nextInt(bits);
                String where = "seed %d, bit %d of %s".formatted(seed, bit, file.getKey());
                outcomes.merge(flip(files, file.getKey(), bit, expected, where), 1, Integer::sum);
                flips++;
            }
        }
        System.out.printf("bit rot: flips %d, %s, wrong 0, seed %d%n", flips, outcomes, seed);
        assertThat(outcomes.get("flagged")).isGreaterThan(flips / 5);
    }

    /// Two segments, two catalogs, and a log of several batches.
    private static Map<String, byte[]> referenceStore(long seed, Set<String> expected) {
        var profiles = new RandomProfiles(seed, RandomProfiles.Shape.SMALL);
        var vfs = SimulatedVfs.empty(Faults.NONE);
        try (EmbeddedStore store = TestStores.open(vfs, 1)) {
            for (int generation = 0; generation < 3; generation++) {
                for (int i = 0; i < 12; i++) {
                    ProfileGroup group = sentOnce(profiles.next(), 100 * generation + i);
                    store.append(Workload.TENANT, List.of(group));
                    expected.addAll(StoredText.of(group));
                }
                if (generation < 2) {
                    store.seal();
                }
            }
        }
        return vfs.content();
    }

    private static ProfileGroup sentOnce(ProfileGroup group, int number) {
        return new ProfileGroup(
                group.service(),
                group.symbols(),
                group.stacks(),
                group.profiles(),
                new UploadHash(number * 0x9E3779B97F4A7C15L, number + 1));
    }

    private static String flip(
            Map<String, byte[]> files, String name, int bit, Set<String> expected, String where) {
        Map<String, byte[]> flipped = new TreeMap<>(files);
        flipped.computeIfPresent(
                name,
                (_, bytes) -> {
                    byte[] copy = bytes.clone();
                    copy[bit / 8] ^= (byte) (1 << bit % 8);
                    return copy;
                });
        var vfs = SimulatedVfs.of(flipped, Faults.NONE);
        List<String> report = new ArrayList<>();
        boolean refused = false;
        List<String> found = new ArrayList<>();
        try (EmbeddedStore store = TestStores.open(vfs, 1, report);
                Snapshot snapshot = store.snapshot(Workload.TENANT)) {
            for (Part part : snapshot.parts()) {
                try {
                    found.addAll(StoredText.of(part));
                } catch (FlamekeeperException e) {
                    assertThat(e.code()).as(where).isEqualTo(ErrorCode.CORRUPT_DATA);
                    refused = true;
                }
            }
        }
        assertThat(expected).as("%s: wrong", where).containsAll(found);
        assertThat(new HashSet<>(found)).as("%s: twice", where).hasSize(found.size());
        boolean complete = found.size() == expected.size();
        boolean flagged = refused || !report.isEmpty();
        assertThat(complete || flagged).as("%s: missing in silence", where).isTrue();
        return complete ? "correct" : "flagged";
    }

    @Test
    void log_damagedBeforeLaterBatches_servesWhatCameBeforeAndSetsTheRestAside() {
        var vfs = SimulatedVfs.empty(Faults.NONE);
        var profiles = new RandomProfiles(3, RandomProfiles.Shape.SMALL);
        List<String> first;
        long firstBytes;
        long logBytes;
        try (EmbeddedStore store = TestStores.open(vfs, 1)) {
            ProfileGroup group = profiles.next();
            first = StoredText.of(group);
            store.append(Workload.TENANT, List.of(group));
            firstBytes = store.statistics().walBytes();
            store.append(Workload.TENANT, List.of(profiles.next()));
            store.append(Workload.TENANT, List.of(profiles.next()));
            logBytes = store.statistics().walBytes();
        }
        Map<String, byte[]> files = new TreeMap<>(vfs.content());
        byte[] log = Objects.requireNonNull(files.get("wal-0-1.log"));
        log[(int) firstBytes + 30] ^= 1;
        SimulatedVfs damaged = SimulatedVfs.of(files, Faults.NONE);
        List<String> report = new ArrayList<>();

        try (EmbeddedStore store = TestStores.open(damaged, 1, report)) {
            assertThat(StoredText.of(store, Workload.TENANT)).hasSameElementsAs(first);
        }

        String aside = "wal-0-1.log." + firstBytes + ".quarantine";
        assertThat(report).singleElement().asString().contains(aside).contains("acknowledged");
        assertThat(damaged.content()).containsKey(aside);
        assertThat(damaged.content().get(aside)).hasSize((int) (logBytes - firstBytes));
    }

    @Test
    void segment_tableOfContentsDamaged_isSetAsideAndTheRestServed() {
        Set<String> expected = new HashSet<>();
        Map<String, byte[]> files = new TreeMap<>(referenceStore(5, expected));
        files.computeIfPresent(
                "segment-1.seg",
                (_, bytes) -> {
                    bytes[bytes.length - 1] ^= 1;
                    return bytes;
                });
        var vfs = SimulatedVfs.of(files, Faults.NONE);
        List<String> report = new ArrayList<>();
        try (EmbeddedStore store = TestStores.open(vfs, 1, report)) {
            List<String> found = StoredText.of(store, Workload.TENANT);
            assertThat(expected).containsAll(found);
            assertThat(found).hasSizeLessThan(expected.size()).isNotEmpty();
        }
        assertThat(report).singleElement().asString().contains("segment-1.seg.quarantine");
        assertThat(vfs.content()).containsKey("segment-1.seg.quarantine");
    }

    @Test
    void catalog_bothGenerationsLost_segmentsAreTakenUpAgain() {
        Set<String> expected = new HashSet<>();
        Map<String, byte[]> files = new TreeMap<>(referenceStore(6, expected));
        files.keySet().removeIf(name -> name.startsWith("catalog-"));
        var vfs = SimulatedVfs.of(files, Faults.NONE);
        List<String> report = new ArrayList<>();
        try (EmbeddedStore store = TestStores.open(vfs, 1, report)) {
            assertThat(StoredText.of(store, Workload.TENANT))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
        assertThat(report).hasSize(3);
        assertThat(report.getLast()).contains("deleted may be shown again");
    }

    @Test
    void catalog_lostWithADeleteThatIsNotApplied_saysThatDeletesMayBeUndone() {
        Set<String> expected = new HashSet<>();
        Map<String, byte[]> files = new TreeMap<>(referenceStore(7, expected));
        var vfs = SimulatedVfs.of(files, Faults.NONE);
        try (EmbeddedStore store = TestStores.open(vfs, 1)) {
            store.delete(Workload.TENANT, Selector.EVERYTHING, TimeRange.ALWAYS);
            assertThat(StoredText.of(store, Workload.TENANT)).isEmpty();
        }
        Map<String, byte[]> deleted = vfs.content();
        List<String> catalogs =
                deleted.keySet().stream().filter(name -> name.startsWith("catalog-")).toList();
        String newest =
                catalogs.stream().max(Comparator.comparingLong(Catalog::numberOf)).orElseThrow();

        for (List<String> lost : List.of(List.<String>of(), List.of(newest), catalogs)) {
            Map<String, byte[]> left = new TreeMap<>(deleted);
            lost.forEach(name -> left.computeIfPresent(name, (_, _) -> new byte[0]));
            List<String> report = new ArrayList<>();
            try (EmbeddedStore store =
                    TestStores.open(SimulatedVfs.of(left, Faults.NONE), 1, report)) {
                boolean isBack = !StoredText.of(store, Workload.TENANT).isEmpty();
                assertThat(isBack).as("lost %s", lost).isEqualTo(!lost.isEmpty());
            }
            assertThat(report.stream().filter(line -> line.contains("deletes to be sent again")))
                    .as("lost %s", lost)
                    .hasSize(lost.isEmpty() ? 0 : 1);
        }
    }

    /// A log must not get the generation of a head that is sealed: the next start would take it for that head's.
    @Test
    void catalog_lostAndSegmentsTakenUp_whatIsAppendedThenSurvivesTheNextStart() {
        Set<String> expected = new HashSet<>();
        var profiles = new RandomProfiles(9, RandomProfiles.Shape.SMALL);
        var vfs = SimulatedVfs.empty(Faults.NONE);
        try (EmbeddedStore store = TestStores.open(vfs, 1)) {
            appendTo(store, profiles.next(), expected);
            store.seal();
        }
        Map<String, byte[]> files = new TreeMap<>(vfs.content());
        files.keySet().removeIf(name -> name.startsWith("catalog-"));
        var left = SimulatedVfs.of(files, Faults.NONE);
        try (EmbeddedStore store = TestStores.open(left, 1)) {
            appendTo(store, profiles.next(), expected);
        }
        try (EmbeddedStore store = TestStores.open(left, 1)) {
            assertThat(StoredText.of(store, Workload.TENANT))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private static void appendTo(EmbeddedStore store, ProfileGroup group, Set<String> expected) {
        store.append(Workload.TENANT, List.of(group));
        expected.addAll(StoredText.of(group));
    }

    @Test
    void start_newerVersion_isRefusedAndTouchesNothing() {
        Set<String> expected = new HashSet<>();
        Map<String, Integer> crcAt = Map.of("wal-0-3.log", 20, "segment-2.seg", 12);
        for (String name : crcAt.keySet()) {
            Map<String, byte[]> files = new TreeMap<>(referenceStore(8, expected));
            files.computeIfPresent(
                    name,
                    (_, bytes) -> {
                        bytes[4]++;
                        int at = crcAt.get(name);
                        int crc = Checksum.of(bytes, 0, at);
                        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, crc);
                        return bytes;
                    });
            var vfs = SimulatedVfs.of(files, Faults.NONE);
            assertThatThrownBy(() -> TestStores.open(vfs, 1))
                    .hasMessageMatching(name + ": version (2 .*at most 1|3 .*at most 2), .*");
            assertThat(vfs.content()).usingRecursiveComparison().isEqualTo(files);
        }
    }
}
