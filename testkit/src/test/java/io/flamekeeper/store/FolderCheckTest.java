package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.column.Checksum;
import io.flamekeeper.model.Damage;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelMatcher;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.store.FileReport.Kind;
import io.flamekeeper.store.Workload.Ledger;
import io.flamekeeper.store.Workload.PowerCut;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.testkit.SimulatedVfs.Operation;
import io.flamekeeper.testkit.SimulatedVfs.Survival;
import io.flamekeeper.testkit.StoredText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What a store or a crash leaves is well; one byte that is not as it was written is named; nothing is changed.
class FolderCheckTest {
    private static final Selector SERVICE_0 =
            new Selector(List.of(new LabelMatcher.Equal(LabelNames.SERVICE_NAME, "service-0")));

    /// Of a folder that refuses and counts every change.
    private static List<FileReport> check(Map<String, byte[]> files) {
        List<Operation> changes = new ArrayList<>();
        var vfs =
                SimulatedVfs.of(
                        files,
                        (operation, _) -> {
                            if (operation.changes()) {
                                changes.add(operation);
                            }
                            return Integer.MAX_VALUE;
                        });
        List<FileReport> reports = new ArrayList<>();
        try {
            FolderCheck.run(vfs, SelectorParser::pattern, reports::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(changes).isEmpty();
        return reports;
    }

    private static void expectWell(Map<String, byte[]> files, String where) {
        List<FileReport> reports = check(files);
        assertThat(reports).as(where).allMatch(FileReport::isWell);
        assertThat(reports).extracting(FileReport::name).as(where).containsAll(files.keySet());
    }

    @Test
    void anyFolder_asAStoreLeavesIt_isWell() {
        long profiles = 0;
        var kinds = new TreeMap<Kind, Integer>();
        for (long seed = 1; seed <= 60; seed++) {
            var random = new SplittableRandom(seed);
            var vfs = SimulatedVfs.empty(Faults.NONE);
            long stored;
            try (EmbeddedStore store = TestStores.open(vfs, 1 + random.nextInt(3))) {
                var ledger = new Ledger();
                new Workload(seed, 20 + random.nextInt(100), 2 + random.nextInt(12))
                        .run(store, ledger, true);
                stored = StoredText.of(store, Workload.TENANT).size();
                expectWell(vfs.content(), "open, seed " + seed);
            }
            List<FileReport> reports = check(vfs.content());
            assertThat(reports).as("seed %d", seed).allMatch(FileReport::isWell);
            reports.forEach(one -> kinds.merge(one.kind(), 1, Integer::sum));
            long found = reports.stream().mapToLong(FileReport::profiles).sum();
            boolean hasDeletes =
                    reports.stream()
                            .anyMatch(
                                    one -> one.summary().matches("in force.* [1-9]\\d* deletes?"));
            assertThat(found).as("seed %d", seed).isGreaterThanOrEqualTo(stored);
            if (!hasDeletes) {
                assertThat(found).as("seed %d", seed).isEqualTo(stored);
            }
            profiles += found;
        }
        System.out.printf(
                "folders as left: 60, files %s, profiles %d, false alarms 0%n", kinds, profiles);
        assertThat(kinds).containsKeys(Kind.CATALOG, Kind.SEGMENT, Kind.LOG);
    }

    @Test
    void anyFolder_asACrashLeavesIt_isWell() {
        long states = 0;
        for (long seed = 1; seed <= 40; seed++) {
            var random = new SplittableRandom(seed);
            SimulatedVfs vfs = SimulatedVfs.empty(Faults.NONE);
            for (int round = 0; round < 6; round++) {
                vfs = vfs.afterKill(new PowerCut(random.nextInt(1, 120)));
                var workload = new Workload(random.nextLong(), 40, 4);
                StoreConfig config =
                        TestStores.config(1 + random.nextInt(3))
                                .withDurability(
                                        random.nextBoolean() ? Durability.FSYNC : Durability.NONE);
                try (EmbeddedStore store = TestStores.open(vfs, config, new ArrayList<>())) {
                    workload.run(store, new Ledger(), true);
                } catch (FlamekeeperException e) {
                    // The power went.
                }
                expectWell(
                        vfs.afterKill(Faults.NONE).content(),
                        "seed %d, killed in round %d".formatted(seed, round));
                for (int i = 0; i < 5; i++) {
                    expectWell(
                            vfs.afterPowerCut(Survival.random(random), Faults.NONE).content(),
                            "seed %d, power cut in round %d".formatted(seed, round));
                }
                vfs = vfs.afterPowerCut(Survival.random(random), Faults.NONE);
                states += 6;
            }
        }
        System.out.printf("folders after crashes: %d, false alarms 0%n", states);
    }

    /// The places where a log cannot tell.
    ///
    /// @param proven     behind the last frame of which a later one proves that it had been synced
    /// @param end        behind the last frame
    private record LogPlaces(int proven, int end) {
        private static final int HEADER_BYTES = 24;
        private static final int FRAME_HEADER_BYTES = 22;
        private static final int FRAME_AFTER_SYNC = 20;

        static LogPlaces of(byte[] log) {
            ByteBuffer bytes = ByteBuffer.wrap(log).order(ByteOrder.LITTLE_ENDIAN);
            int proven = HEADER_BYTES;
            int at = HEADER_BYTES;
            while (at + FRAME_HEADER_BYTES <= log.length && bytes.getInt(at) > 0) {
                proven = log[at + FRAME_AFTER_SYNC] == 1 ? at : proven;
                at += FRAME_HEADER_BYTES + bytes.getInt(at);
            }
            return new LogPlaces(proven, at);
        }
    }

    /// A flipped bit of a log's last batch looks like a write that was never finished, and is told as one; preallocated
    /// zeros behind the end are nobody's. Everything else is damage of the file it is in, and of no other.
    @Test
    void anyByteFlipped_isDamageOfItsFile() {
        long seed = 51;
        var random = new SplittableRandom(seed);
        var outcomes = new TreeMap<String, Integer>();
        int flips = 0;
        for (Map<String, byte[]> files : folders(seed)) {
            expectWell(files, "seed " + seed);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                int length = file.getValue().length;
                for (int i = 0; i < Math.min(length, 300); i++) {
                    int at = i < 100 ? i : random.nextInt(length);
                    outcomes.merge(
                            flip(files, file.getKey(), at, 1 << random.nextInt(8)),
                            1,
                            Integer::sum);
                    flips++;
                }
            }
        }
        System.out.printf("verify: flips %d, %s, missed 0, seed %d%n", flips, outcomes, seed);
        assertThat(outcomes.keySet())
                .containsExactlyInAnyOrder(
                        "damage of catalog",
                        "damage of segment",
                        "damage of log",
                        "unfinished write",
                        "zeros behind a log");
    }

    private static String flip(Map<String, byte[]> files, String name, int at, int bit) {
        Map<String, byte[]> flipped = new TreeMap<>(files);
        byte[] bytes = Objects.requireNonNull(files.get(name)).clone();
        bytes[at] ^= (byte) bit;
        flipped.put(name, bytes);
        List<FileReport> reports = check(flipped);
        String where = "byte %d of %s".formatted(at, name);
        FileReport report =
                reports.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
        assertThat(reports)
                .as(where)
                .filteredOn(one -> !one.name().equals(name))
                .allMatch(FileReport::isWell);
        if (report.kind() == Kind.LOG) {
            LogPlaces places = LogPlaces.of(Objects.requireNonNull(files.get(name)));
            if (at >= places.end + LogPlaces.FRAME_HEADER_BYTES) {
                return "zeros behind a log";
            }
            if (at >= places.proven) {
                assertThat(report.summary()).as(where).contains("unfinished write");
                return "unfinished write";
            }
        }
        assertThat(report.damages())
                .as(where)
                .isNotEmpty()
                .allSatisfy(damage -> {
                    assertThat(damage.what()).startsWith(name).contains("(expected: ");
                    assertThat(damage.lost()).isNotEmpty();
                });
        assertThat(report.damageCount()).isEqualTo(report.damages().size());
        return "damage of " + report.kind().name().toLowerCase(Locale.ROOT);
    }

    /// One with several of everything; one that is compacted and has a delete, with several frames in the last batch of
    /// its log.
    private static List<Map<String, byte[]>> folders(long seed) {
        var several = SimulatedVfs.empty(Faults.NONE);
        try (EmbeddedStore store = TestStores.open(several, 2)) {
            for (int round = 0; round < 3; round++) {
                new Workload(seed + round, 30, 1_000).run(store, new Ledger(), true);
                if (round < 2) {
                    store.seal();
                }
            }
        }
        var compacted = SimulatedVfs.empty(Faults.NONE);
        var profiles = new RandomProfiles(seed, RandomProfiles.Shape.SMALL);
        try (EmbeddedStore store = TestStores.open(compacted, 1)) {
            for (int i = 0; i < 15; i++) {
                store.append(Workload.TENANT, List.of(profiles.next()));
            }
            store.seal();
            store.compactAll();
            store.append(Workload.TENANT, List.of(profiles.next()));
            store.delete(Workload.TENANT, SERVICE_0, TimeRange.ALWAYS);
            for (int upload = 0; upload < 4; upload++) {
                store.append(
                        Workload.TENANT,
                        List.of(profiles.next(), profiles.next(), profiles.next()));
            }
        }
        return List.of(several.content(), compacted.content());
    }

    private static Map<String, byte[]> folder() {
        return new TreeMap<>(folders(61).getFirst());
    }

    private static FileReport find(List<FileReport> reports, String name) {
        return reports.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void segmentThatIsMissing_isNamedWithItsProfiles() {
        Map<String, byte[]> files = folder();
        long profiles = find(check(files), "segment-1.seg").profiles();
        files.remove("segment-1.seg");
        List<FileReport> reports = check(files);
        assertThat(reports).filteredOn(one -> !one.isWell()).hasSize(1);
        assertThat(find(reports, "segment-1.seg").damages())
                .containsExactly(
                        new Damage(
                                "segment-1.seg: missing (expected: there, as in catalog-2)",
                                profiles + " profiles"));
    }

    @Test
    void segmentUnderAnothersName_isNamed() {
        Map<String, byte[]> files = folder();
        files.put("segment-2.seg", Objects.requireNonNull(files.get("segment-1.seg")));
        assertThat(find(check(files), "segment-2.seg").damages())
                .singleElement()
                .satisfies(damage ->
                        assertThat(damage.what())
                                .startsWith("segment-2.seg: number 1, level 0, ")
                                .contains("(expected: number 2, level 0, ")
                                .endsWith("as in catalog-2)"));
    }

    @Test
    void bothCatalogsLost_segmentsAreNamed() {
        Map<String, byte[]> files = folder();
        files.keySet().removeIf(name -> name.startsWith("catalog-"));
        assertThat(check(files))
                .filteredOn(one -> one.kind() == Kind.SEGMENT)
                .isNotEmpty()
                .allSatisfy(one ->
                        assertThat(one.damages())
                                .containsExactly(
                                        new Damage(
                                                one.name()
                                                        + ": not in any catalog (expected: there, or its profiles elsewhere, too)",
                                                "deletes that only a lost catalog knows")));
    }

    @Test
    void catalogLost_olderOneOrNone_onlyTheCatalogIsDamage() {
        Map<String, byte[]> files = folder();
        Objects.requireNonNull(files.get("catalog-2"))[30] ^= 1;
        assertThat(check(files))
                .filteredOn(one -> !one.isWell())
                .extracting(FileReport::name)
                .containsExactly("catalog-2");
        Objects.requireNonNull(files.get("catalog-1"))[30] ^= 1;
        assertThat(check(files))
                .filteredOn(one -> !one.isWell())
                .extracting(FileReport::name)
                .containsExactly("catalog-2", "catalog-1");
    }

    @Test
    void whatAStartDeletesOrLeavesAlone_isWell() {
        Map<String, byte[]> files = folder();
        byte[] garbage = {1, 2, 3};
        Map<String, Kind> others =
                Map.of(
                        "segment-9.seg.tmp", Kind.LEFTOVER,
                        "catalog-9.tmp", Kind.LEFTOVER,
                        "spare-1.log", Kind.LEFTOVER,
                        "reserve", Kind.RESERVE,
                        "wal-0-1.log.77.quarantine", Kind.SET_ASIDE,
                        "segment-8.seg.quarantine", Kind.SET_ASIDE,
                        "notes.txt", Kind.UNKNOWN);
        others.keySet().forEach(name -> files.put(name, garbage));
        List<FileReport> reports = check(files);
        assertThat(reports).allMatch(FileReport::isWell);
        others.forEach(
                (name, kind) -> assertThat(find(reports, name).kind()).as(name).isEqualTo(kind));
    }

    @Test
    void newerVersion_isNoDamage() {
        Map<String, byte[]> files = folder();
        byte[] segment = Objects.requireNonNull(files.get("segment-1.seg"));
        segment[4]++;
        ByteBuffer.wrap(segment)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(12, Checksum.of(segment, 0, 12));
        List<FileReport> reports = check(files);
        assertThat(reports).allMatch(one -> one.damageCount() == 0);
        assertThat(find(reports, "segment-1.seg").unread())
                .hasValue(
                        "segment-1.seg: version 3 (expected: at most 2, the newest this software knows)");
    }

    @Test
    void diskThatDoesNotRead_isNoDamage() throws IOException {
        var vfs =
                SimulatedVfs.of(
                        folder(),
                        (operation, name) -> {
                            if (operation == Operation.READ && name.equals("segment-1.seg")) {
                                throw new IOException("Input/output error");
                            }
                            return Integer.MAX_VALUE;
                        });
        List<FileReport> reports = new ArrayList<>();
        FolderCheck.run(vfs, SelectorParser::pattern, reports::add);
        assertThat(reports).allMatch(one -> one.damageCount() == 0);
        assertThat(reports)
                .filteredOn(one -> one.unread().isPresent())
                .singleElement()
                .satisfies(
                        one -> assertThat(one.unread().orElse("")).contains("Input/output error"));
    }

    @Test
    void finding_ofManyDamages_keepsAHundredAndCountsAll() {
        var finding = new FileFinding("a", Kind.SEGMENT);
        for (int i = 0; i < 250; i++) {
            finding.damaged("place " + i, "nothing");
        }
        FileReport report = finding.report(1, Optional.empty());
        assertThat(report.damages()).hasSize(100);
        assertThat(report.damageCount()).isEqualTo(250);
    }
}
