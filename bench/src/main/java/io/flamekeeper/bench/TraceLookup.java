package io.flamekeeper.bench;

import io.flamekeeper.model.Labels;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.StackTree;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.model.TraceId;
import io.flamekeeper.query.MergeQuery;
import io.flamekeeper.query.QueryBudget;
import io.flamekeeper.query.QueryEngine;
import io.flamekeeper.query.QueryLimits;
import io.flamekeeper.store.Durability;
import io.flamekeeper.store.EmbeddedStore;
import io.flamekeeper.store.SampleFilter;
import io.flamekeeper.store.StoreConfig;
import io.flamekeeper.vfs.DiskVfs;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/// What spans and traces cost in a day's file, and how long it takes to find one: ten series of a service, one
/// profile of the corpus every 15 s, [#SPANS] spans in each, every span a trace of its own.
///
/// ```
/// TraceLookup FOLDER plain|spans|traces   without either, with spans, with both; makes the folder if it is not there
/// ```
///
/// Compares the amount of every answer with what was stored.
public final class TraceLookup {
    private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();
    private static final TenantScope TENANT = TenantScope.grant(TenantId.ANONYMOUS);
    private static final long SEED = 7;
    private static final int GROUPS = 300;
    private static final int SERIES = 10;
    private static final int STEPS = 5_760;
    private static final long STEP_MILLIS = 15_000;
    private static final long DAY_MILLIS = 86_400_000;
    private static final int SPANS = 18;
    private static final int ASKED = 300;
    private static final int WARM_UP = 100;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<ProfileGroup> drawn = CorpusGroups.drawn(SEED, GROUPS);
    private final boolean withSpans;
    private final boolean withTraces;
    private final List<Asked> asked = new ArrayList<>();
    private long spans;
    private long pairs;

    /// A span with its trace, and the amount of its samples.
    private record Asked(long span, TraceId trace, long amount) {}

    private TraceLookup(String kind) throws IOException {
        withTraces = kind.equals("traces");
        withSpans = withTraces || kind.equals("spans");
    }

    static void main(String[] arguments) throws IOException {
        new TraceLookup(arguments[1]).run(Path.of(arguments[0]));
    }

    private void run(Path folder) throws IOException {
        boolean isNew = Files.notExists(folder);
        try (EmbeddedStore store =
                EmbeddedStore.open(
                        DiskVfs.open(folder),
                        StoreConfig.defaults(1).withDurability(Durability.NONE).withReserveBytes(0),
                        InstantSource.system(),
                        SEED,
                        task -> new Thread(task, "store"),
                        System.err::println)) {
            long start = System.nanoTime();
            fill(isNew, store);
            System.out.printf(
                    "%d profiles, %d pairs, %d spans, appended in %.1f s%n",
                    STEPS * SERIES, pairs, spans, (System.nanoTime() - start) / 1e9);
            start = System.nanoTime();
            store.seal();
            store.compactAll();
            System.out.printf(
                    "sealed and compacted in %.1f s, %d segments of %d bytes%n",
                    (System.nanoTime() - start) / 1e9,
                    store.statistics().segmentCount(),
                    segmentBytes(folder));
            if (withSpans) {
                ask("span", store, one -> SampleFilter.ofSpans(one.span));
            }
            if (withTraces) {
                ask("trace", store, one -> SampleFilter.ofTraces(one.trace));
            }
        }
    }

    private void fill(boolean isNew, EmbeddedStore store) {
        long dayStart = System.currentTimeMillis() / DAY_MILLIS * DAY_MILLIS - DAY_MILLIS;
        for (int step = 0; step < STEPS; step++) {
            List<ProfileGroup> batch = new ArrayList<>();
            for (int series = 0; series < SERIES; series++) {
                ProfileGroup group = drawn.get((step * SERIES + series) % GROUPS);
                Profile profile = group.profiles().getFirst();
                long millis = dayStart + step * STEP_MILLIS + series;
                batch.add(
                        new ProfileGroup(
                                group.service(),
                                group.symbols(),
                                group.stacks(),
                                List.of(variant(profile, "pod-" + series, millis))));
            }
            if (isNew) {
                store.append(TENANT, batch);
            }
        }
    }

    /// The profile in another series at another time, each sample in one of [#SPANS] spans.
    private Profile variant(Profile of, String pod, long millis) {
        int count = of.stack().length;
        long[] span = random.longs(SPANS).toArray();
        long[] trace = random.longs(2 * SPANS).toArray();
        int[] spanOf = random.ints(count, 0, SPANS).toArray();
        long[] amount = new long[SPANS];
        for (int pair = 0; pair < count; pair++) {
            amount[spanOf[pair]] += of.value()[pair];
        }
        if (random.nextInt(STEPS * SERIES / ASKED) == 0 && amount[0] > 0) {
            asked.add(new Asked(span[0], new TraceId(trace[0], trace[1]), amount[0]));
        }
        pairs += count;
        spans += LongStream.of(amount).filter(one -> one > 0).count();
        Map<String, String> labels = new HashMap<>();
        for (int i = 0; i < of.labels().count(); i++) {
            labels.put(of.labels().name(i), of.labels().value(i));
        }
        labels.put("pod", pod);
        return new Profile(
                Labels.of(labels),
                of.type(),
                millis * 1_000_000,
                of.durationNanos(),
                of.period(),
                of.stack(),
                of.value(),
                withSpans
                        ? Arrays.stream(spanOf).mapToLong(one -> span[one]).toArray()
                        : new long[0],
                withTraces
                        ? Arrays.stream(spanOf)
                                .mapToObj(one -> LongStream.of(trace[2 * one], trace[2 * one + 1]))
                                .flatMapToLong(halves -> halves)
                                .toArray()
                        : new long[0]);
    }

    private static long segmentBytes(Path folder) throws IOException {
        long bytes = 0;
        try (var files = Files.newDirectoryStream(folder, "segment-*")) {
            for (Path file : files) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    private interface Question {
        SampleFilter of(Asked one);
    }

    private void ask(String what, EmbeddedStore store, Question question) {
        QueryLimits limits = QueryLimits.DEFAULTS;
        var engine = new QueryEngine(store, limits, Runnable::run, 1);
        List<Long> nanos = new ArrayList<>();
        long read = 0;
        for (Asked one : asked) {
            QueryBudget budget = QueryBudget.of(limits, System::nanoTime);
            long start = THREAD.getCurrentThreadCpuTime();
            StackTree tree =
                    engine.mergeStacks(
                            TENANT,
                            new MergeQuery(
                                    drawn.getFirst().profiles().getFirst().type(),
                                    Selector.EVERYTHING,
                                    TimeRange.ALWAYS,
                                    List.of(),
                                    question.of(one)),
                            budget);
            nanos.add(THREAD.getCurrentThreadCpuTime() - start);
            long amount = LongStream.of(tree.self()).sum();
            if (amount != one.amount) {
                throw new IllegalStateException(
                        what + " " + one + ": " + amount + " (expected: " + one.amount + ")");
            }
            read += budget.pairs();
        }
        System.out.printf(
                "%s: first %.1f ms of processor, then p50 %.2f ms, p99 %.2f ms; %d pairs read a question%n",
                what,
                nanos.getFirst() / 1e6,
                percentile(nanos, 0.5),
                percentile(nanos, 0.99),
                read / asked.size());
    }

    private static double percentile(List<Long> nanos, double share) {
        List<Long> warm = nanos.subList(WARM_UP, nanos.size()).stream().sorted().toList();
        return warm.get((int) (share * (warm.size() - 1))) / 1e6;
    }
}
