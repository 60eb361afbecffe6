package io.flamekeeper.bench;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.DictionaryCodec;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.PairCodec;
import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.pprof.PprofDialect;
import io.flamekeeper.format.pprof.PprofFormat;
import io.flamekeeper.intake.Gzip;
import io.flamekeeper.intake.Intake;
import io.flamekeeper.intake.IntakeLimits;
import io.flamekeeper.intake.SeriesLabels;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileGroup;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;

/// What one upload of the corpus costs, step by step, in CPU time of one thread: what others do on the machine
/// meanwhile disturbs it less than it does a clock. Every step runs over the same uploads, round after round; the
/// least and the median round are printed, and the bytes allocated. Uploads go to 8 services in turn, each of which
/// has seen all of them.
public final class IngestCost {
    private static final int UPLOADS = 201;
    private static final int SERVICES = 8;
    private static final int ROUNDS = 60;
    private static final int WARM_ROUNDS = 20;
    private static final long START_NANOS = 1_700_000_000_000_000_000L;
    private static final long WINDOW_NANOS = 15_000_000_000L;

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private IngestCost() {}

    /// No arguments.
    static void main() throws IOException {
        Labels series =
                SeriesLabels.of(
                        List.of(
                                Map.entry("__name__", "process_cpu"),
                                Map.entry("service_name", "checkout"),
                                Map.entry("instance", "i7")),
                        IntakeLimits.DEFAULTS);
        var intake = new Intake(IntakeLimits.DEFAULTS, InstantSource.system());
        var format = new PprofFormat(DecodeLimits.DEFAULTS, PprofDialect.STANDARD);
        var random = new SplittableRandom(7);
        Corpus corpus = Corpus.load();
        List<byte[]> gzip = new ArrayList<>();
        List<byte[]> raw = new ArrayList<>();
        List<ProfileGroup> groups = new ArrayList<>();
        for (int window = 0; window < UPLOADS; window++) {
            Corpus.Upload upload =
                    corpus.drawn(random, window, START_NANOS + window * WINDOW_NANOS);
            gzip.add(upload.gzip().toByteArray());
            raw.add(upload.raw());
            groups.add(intake.push(series, gzip.getLast()));
        }
        List<Dictionary> dictionaries = new ArrayList<>();
        for (int service = 0; service < SERVICES; service++) {
            dictionaries.add(new Dictionary(service));
        }
        var interner = new GroupInterner();
        var sink = new ByteSink(1 << 20);
        BiConsumer<ProfileGroup, Dictionary> append =
                (group, dictionary) -> {
                    sink.truncate(0);
                    Dictionary.Mark before = dictionary.mark();
                    var rows = interner.intern(group, dictionary);
                    DictionaryCodec.write(dictionary.view(), before, sink);
                    rows.forEach(row -> PairCodec.write(row, sink));
                };
        dictionaries.forEach(
                dictionary -> groups.forEach(group -> append.accept(group, dictionary)));
        System.out.printf(
                "%d uploads: mean %d B gzip, %d B raw, %d strings, %d functions, %d frames, %d nodes, %d pairs%n",
                UPLOADS,
                mean(gzip.stream().mapToInt(bytes -> bytes.length).toArray()),
                mean(raw.stream().mapToInt(bytes -> bytes.length).toArray()),
                mean(groups.stream().mapToInt(g -> g.symbols().strings().count()).toArray()),
                mean(groups.stream().mapToInt(g -> g.symbols().functions().count()).toArray()),
                mean(groups.stream().mapToInt(g -> g.symbols().frames().count()).toArray()),
                mean(groups.stream().mapToInt(g -> g.stacks().count()).toArray()),
                mean(
                        groups.stream()
                                .mapToInt(g -> g.profiles().getFirst().stack().length)
                                .toArray()));
        step("inflate", i -> Gzip.inflate(gzip.get(i), 4 << 20, "profile"));
        step("decode", i -> format.decodeOne(raw.get(i)));
        step("intake", i -> intake.push(series, gzip.get(i)));
        step("append", i -> append.accept(groups.get(i), dictionaries.get(i % SERVICES)));
        step(
                "all",
                i ->
                        append.accept(
                                intake.push(series, gzip.get(i)), dictionaries.get(i % SERVICES)));
    }

    private static long mean(int[] values) {
        return Math.round(Arrays.stream(values).average().orElseThrow());
    }

    private static void step(String name, IntConsumer upload) {
        double[] micros = new double[ROUNDS];
        long allocated = 0;
        for (int round = -WARM_ROUNDS; round < ROUNDS; round++) {
            long bytes = THREADS.getCurrentThreadAllocatedBytes();
            long start = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < UPLOADS; i++) {
                upload.accept(i);
            }
            if (round >= 0) {
                micros[round] = (THREADS.getCurrentThreadCpuTime() - start) / 1e3 / UPLOADS;
                allocated = (THREADS.getCurrentThreadAllocatedBytes() - bytes) / UPLOADS;
            }
        }
        Arrays.sort(micros);
        System.out.printf(
                "%-10s least %6.1f us, median %6.1f us, %6d B%n",
                name, micros[0], micros[ROUNDS / 2], allocated);
    }
}
