package io.flamekeeper.bench;

import io.flamekeeper.column.ByteSource;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.UploadHash;
import io.flamekeeper.store.Durability;
import io.flamekeeper.store.EmbeddedStore;
import io.flamekeeper.store.StoreConfig;
import io.flamekeeper.vfs.DiskVfs;
import io.flamekeeper.wal.LogFiles;
import io.flamekeeper.wal.WalRecovery;
import io.flamekeeper.wal.WalWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// How long a start takes that finds this many logs of 22 MiB: until it has stored a first profile, until it answers a
/// first question, until all is sealed.
///
/// ```
/// RestartTime make FOLDER LOGS   makes them, with the memory of one
/// RestartTime open FOLDER        starts a store on them, which seals them: run it on a copy, with the launcher's heap
/// ```
public final class RestartTime {
    private static final TenantScope TENANT = TenantScope.grant(TenantId.ANONYMOUS);
    private static final long SEED = 7;
    private static final long LOG_BYTES = 22L << 20;
    private static final int SERVICES = 4;
    private static final int GROUPS = 2_000;

    private RestartTime() {}

    static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "make" -> make(folder, Integer.parseInt(arguments[2]));
            case "open" -> open(folder);
            default -> throw new IllegalArgumentException("expected: make or open");
        }
    }

    /// One log is written by a store; the others are the same under other generations, of other uploads.
    private static void make(Path folder, int logs) throws IOException {
        List<ProfileGroup> drawn = CorpusGroups.drawn(SEED, GROUPS);
        StoreConfig config =
                StoreConfig.defaults(1)
                        .withSealing(Long.MAX_VALUE / 8, Long.MAX_VALUE / 8, Duration.ofDays(1))
                        .withDurability(Durability.NONE)
                        .withReserveBytes(0);
        long profiles;
        try (EmbeddedStore store =
                EmbeddedStore.open(
                        DiskVfs.open(folder),
                        config,
                        InstantSource.system(),
                        SEED,
                        task -> new Thread(task, "store"),
                        System.err::println)) {
            var random = new SplittableRandom(SEED);
            for (int i = 0; store.statistics().walBytes() < LOG_BYTES; i += SERVICES) {
                List<ProfileGroup> batch = new ArrayList<>();
                for (int service = 0; service < SERVICES; service++) {
                    batch.add(
                            ofService(
                                    drawn.get((i + service) % GROUPS),
                                    "service-" + service,
                                    random));
                }
                store.append(TENANT, batch);
            }
            profiles = store.statistics().appendedProfiles();
        }
        try (DiskVfs vfs = DiskVfs.open(folder)) {
            var files = new LogFiles(vfs, 4 << 20, 0);
            for (long generation = 2; generation <= logs; generation++) {
                copy(vfs, files, generation);
            }
        }
        System.out.printf("logs %d, profiles %d each%n", logs, profiles);
    }

    private static ProfileGroup ofService(
            ProfileGroup group, String service, SplittableRandom random) {
        List<Profile> profiles = new ArrayList<>();
        for (Profile profile : group.profiles()) {
            Map<String, String> labels = new HashMap<>();
            for (int i = 0; i < profile.labels().count(); i++) {
                labels.put(profile.labels().name(i), profile.labels().value(i));
            }
            labels.put("service_name", service);
            profiles.add(
                    new Profile(
                            Labels.of(labels),
                            profile.type(),
                            profile.timeNanos(),
                            profile.durationNanos(),
                            profile.period(),
                            profile.stack(),
                            profile.value(),
                            profile.spanId(),
                            profile.traceId()));
        }
        var upload = new UploadHash(random.nextLong(), random.nextLong());
        return new ProfileGroup(service, group.symbols(), group.stacks(), profiles, upload);
    }

    private static void copy(DiskVfs vfs, LogFiles files, long generation) throws IOException {
        try (WalWriter copy =
                WalWriter.create(files, "wal-0-" + generation + ".log", 0, generation)) {
            Set<Long> partitions = new HashSet<>();
            WalRecovery.read(
                    vfs,
                    "wal-0-1.log",
                    0,
                    1,
                    (type, payload) -> {
                        byte[] bytes = payload.nextBytes(payload.remaining());
                        bytes[uploadAt(bytes, partitions)] ^= (byte) generation;
                        copy.beginFrame().putBytes(bytes, 0, bytes.length);
                        copy.endFrame(type);
                    },
                    System.err::println);
            copy.write();
            copy.sync();
        }
    }

    /// Where the upload's hash begins in the payload of a frame: behind the partition, named if it is new, and a 1.
    private static int uploadAt(byte[] payload, Set<Long> partitions) {
        var source = new ByteSource("frame", payload, 0, payload.length);
        if (partitions.add(source.nextVarint())) {
            source.nextString();
            source.nextString();
        }
        source.nextVarint();
        return source.position();
    }

    private static void open(Path folder) throws IOException {
        long bytes = 0;
        try (var files = Files.newDirectoryStream(folder, "wal-*")) {
            for (Path log : files) {
                bytes += Files.size(log);
            }
        }
        ProfileGroup group =
                ofService(
                        CorpusGroups.drawn(SEED, 1).getFirst(),
                        "service-0",
                        new SplittableRandom(SEED + 1));
        System.out.printf("%d MiB of log, heap at most %d MiB%n", bytes >> 20, heapMaxMiB());
        long start = System.nanoTime();
        long cpuStart = cpuNanos();
        try (EmbeddedStore store =
                EmbeddedStore.open(
                        DiskVfs.open(folder),
                        StoreConfig.defaults(Runtime.getRuntime().availableProcessors())
                                .withReserveBytes(0)
                                .withReadBackWait(Duration.ofHours(1)),
                        InstantSource.system(),
                        SEED,
                        task -> new Thread(task, "store"),
                        System.err::println)) {
            print("open", start, cpuStart);
            store.append(TENANT, List.of(group));
            print("a profile is stored", start, cpuStart);
            store.snapshot(TENANT).close();
            print("a question is answered", start, cpuStart);
            store.seal();
            print("all is sealed", start, cpuStart);
            System.out.println(store.statistics());
        }
    }

    private static void print(String what, long start, long cpuStart) throws IOException {
        System.out.printf(
                "%-22s after %5.1f s, %5.1f s of processor, peak %d MiB resident%n",
                what, (System.nanoTime() - start) / 1e9, (cpuNanos() - cpuStart) / 1e9, peakMiB());
    }

    /// Linux only.
    private static long peakMiB() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10)
                .sum();
    }

    private static long heapMaxMiB() {
        return Runtime.getRuntime().maxMemory() >> 20;
    }

    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : TimeUnit.MILLISECONDS.toNanos(0);
    }
}
