package io.flamekeeper.cli;

import io.flamekeeper.model.LabelMatcher;
import io.flamekeeper.model.LabelNames;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.store.EmbeddedStore;
import io.flamekeeper.store.StoreConfig;
import io.flamekeeper.store.UpkeepConfig;
import io.flamekeeper.testkit.TextProfiles;
import io.flamekeeper.vfs.DiskVfs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/// A small data folder that is the same every time: two segments, one of which is a day's, a delete, a log.
final class DataFolder {
    private static final TenantScope TENANT = TenantScope.grant(TenantId.ANONYMOUS);
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

    private DataFolder() {}

    static void write(Path folder) throws IOException {
        StoreConfig config =
                StoreConfig.defaults(1)
                        .withSealing(1 << 20, 1 << 20, Duration.ofDays(10_000))
                        .withLogStepBytes(4_096)
                        .withReserveBytes(4_096);
        try (EmbeddedStore store =
                EmbeddedStore.open(
                        DiskVfs.open(folder),
                        config,
                        UpkeepConfig.manual(SelectorParser::pattern),
                        InstantSource.fixed(NOON),
                        1,
                        task -> Thread.ofPlatform().daemon().unstarted(task),
                        _ -> {})) {
            append(store, "checkout", 0, 20);
            append(store, "search", 0, 20);
            store.seal();
            store.compactAll();
            append(store, "checkout", 20, 30);
            store.seal();
            store.delete(
                    TENANT,
                    new Selector(
                            List.of(new LabelMatcher.Equal(LabelNames.SERVICE_NAME, "search"))),
                    TimeRange.ALWAYS);
            append(store, "checkout", 30, 33);
        }
    }

    /// One profile every 15 s.
    private static void append(EmbeddedStore store, String service, int from, int to) {
        for (int i = from; i < to; i++) {
            store.append(
                    TENANT,
                    List.of(
                            TextProfiles.cpu(
                                    service,
                                    NOON.toEpochMilli() + i * 15_000L,
                                    Map.of("pod", "pod-" + i % 2),
                                    """
                                    7000000  2000000  1000000
                                    main     main     main
                                    serve    serve    idle
                                    parse    write
                                    """)));
        }
    }
}
