package io.flamekeeper.bench.workload;

import com.google.protobuf.ByteString;
import io.flamekeeper.bench.Corpus;
import io.flamekeeper.bench.workload.History.Layer;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.intake.SeriesLabels;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.query.SelectorParser;
import io.flamekeeper.store.EmbeddedStore;
import io.flamekeeper.store.Store;
import io.flamekeeper.store.StoreConfig;
import io.flamekeeper.store.UpkeepConfig;
import io.flamekeeper.store.UpkeepStatistics;
import io.flamekeeper.vfs.DiskVfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Fills a folder with history through the store itself, in this process, and writes down what it holds.
///
/// Profiles are variants of some hundred drawn uploads that were decoded once: each keeps 80 to 100 % of their
/// samples, and ten series share the stacks of a moment. So the dictionary is that of the drawn uploads, and
/// what differs from day to day are values. Options: `--data FOLDER` that does not exist, `--layers` (see [#LAYERS]), `--drawn 300`
/// uploads, `--seed 1`.
final class HistoryLoader {
    /// 1,000 series for an hour at the usual distance; for a day and for 30 days at 2 min and 1 h, so that the folder
    /// stays a few hundred megabytes; 10 series for 30 days at 1 min.
    static final String LAYERS =
            "hour=10x100x1@15,day=10x100x24@120,month=10x100x720@3600,few=1x10x720@60";

    /// Compacts while it loads, as a server does.
    private static final UpkeepConfig UPKEEP =
            new UpkeepConfig(
                    true,
                    UpkeepConfig.COMPACTION_BYTES,
                    UpkeepConfig.Limits.NONE,
                    Map.of(),
                    SelectorParser::pattern);

    private static final int A_GROUP = 10;
    private static final int GROUPS_MAX = 64;
    private static final long DAY_MILLIS = 86_400_000;
    private static final double DROPPED_MAX = 0.2;

    private final Store store;
    private final TenantScope scope = TenantScope.grant(TenantId.ANONYMOUS);
    private final SplittableRandom random;
    private final Intake intake = new Intake(IntakeLimits.DEFAULTS, InstantSource.system());
    private final List<Drawn> drawn = new ArrayList<>();
    private final Map<String, Integer> functions = new HashMap<>();
    private final List<ProfileGroup> waiting = new ArrayList<>();

    /// A decoded upload.
    ///
    /// @param leaf `int[node]`: number of its function in [#functions]
    private record Drawn(ProfileGroup group, int[] leaf) {}

    private HistoryLoader(Store store, long seed) {
        this.store = store;
        this.random = new SplittableRandom(seed);
    }

    static void run(Options options, Figures figures) throws Exception {
        Path data = options.data();
        if (Files.exists(data)) {
            throw new IllegalArgumentException(
                    "--data: " + data + " exists (expected: a new folder)");
        }
        long endMillis = System.currentTimeMillis() / DAY_MILLIS * DAY_MILLIS;
        List<Layer> layers =
                Arrays.stream(options.text("layers", LAYERS).split(","))
                        .map(text -> Layer.parse(text, endMillis))
                        .toList();
        int seed = options.number("seed", 1);
        try (EmbeddedStore store =
                EmbeddedStore.open(
                        DiskVfs.open(data),
                        StoreConfig.defaults(Runtime.getRuntime().availableProcessors()),
                        UPKEEP,
                        InstantSource.system(),
                        seed,
                        Thread.ofPlatform().factory(),
                        System.err::println)) {
            var loader = new HistoryLoader(store, seed);
            loader.draw(options.number("drawn", 300));
            for (Layer layer : layers) {
                long started = System.nanoTime();
                loader.load(layer);
                figures.row(
                        "layer " + layer.name(),
                        "%d services x %d series, %d h, one profile per %d s: %d profiles, %.0f/s",
                        layer.services(),
                        layer.series(),
                        layer.hours(),
                        layer.intervalSeconds(),
                        layer.profiles(),
                        layer.profiles() / ((System.nanoTime() - started) / 1e9));
            }
            new History(layers).write(History.file(data));
            long started = System.nanoTime();
            store.seal();
            store.compact();
            UpkeepStatistics upkeep = store.statistics().upkeep();
            figures.row(
                    "sealed and compacted",
                    "in another %.0f s; %.0f MB read and %.0f MB written in %d compactions",
                    (System.nanoTime() - started) / 1e9,
                    upkeep.readBytes() / 1e6,
                    upkeep.writtenBytes() / 1e6,
                    upkeep.compactions());
        }
        long profiles = layers.stream().mapToLong(Layer::profiles).sum();
        figures.disk(
                "loaded", new ServerProcess(ProcessHandle.current().pid(), data).disk(), profiles);
    }

    private void draw(int count) throws IOException {
        Corpus corpus = Corpus.load();
        Labels any = labels(Map.of("service_name", "any"));
        for (int i = 0; i < count; i++) {
            ByteString pprof = new StampedUpload(corpus.mixed(random, i)).at(1);
            ProfileGroup group = intake.push(any, pprof.toByteArray());
            SymbolTable symbols = group.symbols();
            int[] leaf = new int[group.stacks().count()];
            for (int node = 1; node < leaf.length; node++) {
                int function = symbols.frames().function()[group.stacks().frame()[node]];
                String name = symbols.strings().get(symbols.functions().name()[function]);
                leaf[node] = functions.computeIfAbsent(name, _ -> functions.size());
            }
            drawn.add(new Drawn(group, leaf));
        }
    }

    private static Labels labels(Map<String, String> labels) {
        Map<String, String> all = new HashMap<>(labels);
        all.put("__name__", "process_cpu");
        return SeriesLabels.of(new ArrayList<>(all.entrySet()), IntakeLimits.DEFAULTS);
    }

    private void load(Layer layer) {
        Labels[][] labels = seriesLabels(layer);
        long[] self = new long[functions.size()];
        for (long step = 0; step < layer.steps(); step++) {
            for (int service = 0; service < layer.services(); service++) {
                for (int series = 0; series < layer.series(); series += A_GROUP) {
                    waiting.add(group(layer, labels[service], service, series, step, self));
                }
                if (waiting.size() >= GROUPS_MAX) {
                    append();
                }
            }
        }
        append();
        functions.forEach((name, number) -> {
            if (self[number] != 0) {
                layer.selfByFunction().put(name, self[number]);
            }
        });
    }

    private void append() {
        store.append(scope, waiting);
        waiting.clear();
    }

    /// As the server makes them, computed labels included.
    private Labels[][] seriesLabels(Layer layer) {
        byte[] pprof = new StampedUpload(smallest()).at(1).toByteArray();
        var labels = new Labels[layer.services()][layer.series()];
        for (int service = 0; service < layer.services(); service++) {
            for (int series = 0; series < layer.series(); series++) {
                Labels sent =
                        labels(
                                Map.of(
                                        "service_name", layer.service(service),
                                        "layer", layer.name(),
                                        "worker_id", "w" + series,
                                        "host", "host-" + series % 7,
                                        "version", "1." + series % 3));
                labels[service][series] =
                        intake.push(sent, pprof.clone()).profiles().getFirst().labels();
            }
        }
        return labels;
    }

    private io.flamekeeper.api.google.v1.Profile smallest() {
        try {
            return Corpus.load().sized(random, 0, 1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private ProfileGroup group(
            Layer layer, Labels[] labels, int service, int firstSeries, long step, long[] self) {
        Drawn from = drawn.get((int) ((step * 31 + service * 17L + firstSeries) % drawn.size()));
        List<Profile> profiles = new ArrayList<>(A_GROUP);
        long stepMillis = 1_000L * layer.intervalSeconds();
        for (int series = firstSeries;
                series < Math.min(firstSeries + A_GROUP, layer.series());
                series++) {
            long sinceMillis = step * stepMillis + (series + 1) * stepMillis / (layer.series() + 1);
            Profile profile =
                    variant(
                            from.group.profiles().getFirst(),
                            labels[series],
                            (layer.startMillis() + sinceMillis) * 1_000_000);
            long sum = 0;
            for (int i = 0; i < profile.stack().length; i++) {
                sum += profile.value()[i];
                self[from.leaf[profile.stack()[i]]] += profile.value()[i];
            }
            layer.total()[service][series][(int) (sinceMillis / History.HOUR_MILLIS)] += sum;
            profiles.add(profile);
        }
        return new ProfileGroup(
                layer.service(service), from.group.symbols(), from.group.stacks(), profiles);
    }

    private Profile variant(Profile of, Labels labels, long timeNanos) {
        double dropped = random.nextDouble() * DROPPED_MAX;
        int[] stack = new int[of.stack().length];
        long[] value = new long[stack.length];
        int count = 0;
        for (int i = 0; i < stack.length; i++) {
            if (count == 0 || random.nextDouble() >= dropped) {
                stack[count] = of.stack()[i];
                value[count++] = of.value()[i];
            }
        }
        return new Profile(
                labels,
                of.type(),
                timeNanos,
                of.durationNanos(),
                of.period(),
                Arrays.copyOf(stack, count),
                Arrays.copyOf(value, count),
                new long[0],
                new long[0]);
    }
}
