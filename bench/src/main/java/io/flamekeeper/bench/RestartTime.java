package io.flamekeeper.bench;

import io.flamekeeper.model.Labels;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.store.Durability;
import io.flamekeeper.store.EmbeddedStore;
import io.flamekeeper.store.StoreConfig;
import io.flamekeeper.vfs.DiskVfs;
import io.flamekeeper.wal.LogFiles;
import io.flamekeeper.wal.WalReader;
import io.flamekeeper.wal.WalWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// How long a start takes that finds this many logs of 22 MiB, which is what a head of 128 MiB has.
///
/// ```
/// RestartTime make FOLDER LOGS   makes them, with the memory of one
/// RestartTime open FOLDER        starts a store on them; run it under `taskset -c 0` and the launcher's heap
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

    /// One log is written by a store; the others are the same under other generations.
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
            for (int i = 0; store.statistics().walBytes() < LOG_BYTES; i += SERVICES) {
                List<ProfileGroup> batch = new ArrayList<>();
                for (int service = 0; service < SERVICES; service++) {
                    batch.add(ofService(drawn.get((i + service) % GROUPS), "service-" + service));
                }
                store.append(TENANT, batch);
            }
            profiles = store.statistics().appendedProfiles();
        }
        try (DiskVfs vfs = DiskVfs.open(folder)) {
            var files = new LogFiles(vfs, 4 << 20, 0);
            for (long generation = 2; generation <= logs; generation++) {
                copy(files, generation);
            }
        }
        System.out.printf("logs %d, profiles %d each%n", logs, profiles);
    }

    private static ProfileGroup ofService(ProfileGroup group, String service) {
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
        return new ProfileGroup(service, group.symbols(), group.stacks(), profiles);
    }

    private static void copy(LogFiles files, long generation) throws IOException {
        try (WalWriter copy =
                WalWriter.create(files, "wal-0-" + generation + ".log", 0, generation)) {
            WalReader.replay(
                            files,
                            "wal-0-1.log",
                            0,
                            1,
                            (type, payload) -> {
                                byte[] bytes = payload.nextBytes(payload.remaining());
                                copy.beginFrame().putBytes(bytes, 0, bytes.length);
                                copy.endFrame(type);
                            },
                            new ArrayList<>())
                    .close();
            copy.write();
            copy.sync();
        }
    }

    private static void open(Path folder) throws IOException {
        long bytes = 0;
        try (var files = Files.newDirectoryStream(folder, "wal-*")) {
            for (Path log : files) {
                bytes += Files.size(log);
            }
        }
        long start = System.nanoTime();
        long cpuStart = cpuNanos();
        try (EmbeddedStore store =
                EmbeddedStore.open(
                        DiskVfs.open(folder),
                        StoreConfig.defaults(1).withReserveBytes(0),
                        InstantSource.system(),
                        SEED,
                        task -> new Thread(task, "store"),
                        System.err::println)) {
            System.out.printf(
                    "%d MiB of log: accepts writes after %s, statistics %s, heap %d MiB%n",
                    bytes >> 20, since(start, cpuStart), store.statistics(), heapMiB());
            store.seal();
            System.out.printf("sealed after %s, heap %d MiB%n", since(start, cpuStart), heapMiB());
        }
    }

    private static String since(long start, long cpuStart) {
        return "%.1f s, %.1f s of processor"
                .formatted((System.nanoTime() - start) / 1e9, (cpuNanos() - cpuStart) / 1e9);
    }

    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : TimeUnit.MILLISECONDS.toNanos(0);
    }

    private static long heapMiB() {
        return (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20;
    }
}
