package io.flamekeeper.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.model.TraceId;
import io.flamekeeper.segment.HeadSource;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.segment.SegmentWriter;
import io.flamekeeper.segment.SumPlan;
import io.flamekeeper.testkit.RandomProfiles;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.testkit.SimulatedVfs.Faults;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What a part answers from sums, span index and rows is what its rows say, bit for bit.
class SegmentPartTest {
    private static final long DAY_START = 1_750_032_000_000L;
    private static final List<ProfileType> TYPES =
            List.of(
                    ProfileType.parse("process_cpu:cpu:nanoseconds:cpu:nanoseconds"),
                    ProfileType.parse("memory:alloc_space:bytes:space:bytes"));

    /// Rows by the ids of the part.
    private record Drawn(SegmentPart part, List<ProfileRow> rows) {}

    private static Drawn drawn(SplittableRandom random, SumPlan plan) throws IOException {
        var profiles = new RandomProfiles(random.nextLong(), RandomProfiles.Shape.REALISTIC);
        var dictionary = new Dictionary(1);
        var interner = new GroupInterner();
        for (int i = 0; i < 3; i++) {
            interner.intern(profiles.next("svc"), dictionary);
        }
        // A dictionary that knows only these series.
        int nodes = dictionary.view().stacks().count();
        List<ProfileRow> rows = new ArrayList<>();
        int seriesCount = random.nextInt(1, 12);
        long span = random.nextBoolean() ? 30 * SumPlan.HOUR : 2 * SumPlan.HOUR;
        Set<Integer> drawnSeries = new HashSet<>();
        for (int i = 0; i < seriesCount; i++) {
            int series =
                    dictionary.internSeries(
                            Labels.of(Map.of("service_name", "svc", "pod", "p" + i)),
                            TYPES.get(random.nextInt(TYPES.size())));
            drawnSeries.add(series);
            int count = random.nextInt(5) == 0 ? random.nextInt(4) : random.nextInt(300);
            boolean isLarge = random.nextInt(6) == 0;
            boolean hasSpans = random.nextInt(3) == 0;
            boolean hasTraces = hasSpans && random.nextBoolean();
            for (int row = 0; row < count; row++) {
                rows.add(row(random, series, span, nodes, isLarge, hasSpans, hasTraces));
            }
        }
        if (rows.isEmpty()) {
            int any = drawnSeries.iterator().next();
            rows.add(row(random, any, span, nodes, false, true, true));
        }
        var source =
                new HeadSource(
                        TenantId.ANONYMOUS,
                        "svc",
                        dictionary.view(),
                        HeadSource.Rows.of(rows),
                        List.of());
        var vfs = SimulatedVfs.empty(Faults.NONE);
        try (VfsFile file = vfs.create("a.seg")) {
            var writer = new SegmentWriter(file, SegmentHeader.sealed(1, 0, 1));
            writer.add(source, plan);
            writer.finish();
        }
        var part = new SegmentPart(Segment.open(vfs, "a.seg").partitions().getFirst());
        Map<List<Object>, Integer> idOf = new HashMap<>();
        SeriesTable found = part.series();
        for (int series = 0; series < found.count(); series++) {
            idOf.put(List.of(found.labels(series), found.type(series)), series);
        }
        SeriesTable drawn = dictionary.view().series();
        List<ProfileRow> ofPart =
                rows.stream()
                        .map(row ->
                                new ProfileRow(
                                        idOf.getOrDefault(
                                                List.of(
                                                        drawn.labels(row.series()),
                                                        drawn.type(row.series())),
                                                -1),
                                        row.timeNanos(),
                                        row.durationNanos(),
                                        row.period(),
                                        row.total(),
                                        row.node(),
                                        row.value(),
                                        row.spanId(),
                                        row.traceId()))
                        .toList();
        return new Drawn(part, ofPart);
    }

    private static ProfileRow row(
            SplittableRandom random,
            int series,
            long span,
            int nodes,
            boolean isLarge,
            boolean hasSpans,
            boolean hasTraces) {
        long millis = DAY_START - SumPlan.HOUR + random.nextLong(span);
        if (random.nextInt(5) == 0) {
            millis -= Math.floorMod(millis, SumPlan.FIVE_MINUTES);
        }
        // Few nodes and spans, so that they come again and again and sums are worth their bytes.
        Map<List<Long>, Long> valueByKey =
                new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        int pairs = random.nextInt(12);
        for (int pair = 0; pair < pairs; pair++) {
            long node = random.nextInt(Math.min(nodes, random.nextInt(8) == 0 ? nodes : 8));
            long spanId = hasSpans && random.nextBoolean() ? random.nextLong(1, 400) : 0;
            long value =
                    isLarge && random.nextInt(3) == 0
                            ? Long.MAX_VALUE / random.nextInt(1, 9)
                            : random.nextInt(1, 50) * 10_000_000L;
            TraceId trace = hasTraces ? trace(random, spanId) : TraceId.NONE;
            valueByKey.put(List.of(node, spanId, trace.high(), trace.low()), value);
        }
        return ProfileRow.of(
                series,
                millis * 1_000_000 + random.nextInt(1_000_000),
                10,
                10_000_000,
                valueByKey.keySet().stream().mapToInt(key -> key.get(0).intValue()).toArray(),
                valueByKey.values().stream().mapToLong(Long::longValue).toArray(),
                hasSpans
                        ? valueByKey.keySet().stream().mapToLong(key -> key.get(1)).toArray()
                        : new long[0],
                hasTraces
                        ? valueByKey.keySet().stream()
                                .flatMapToLong(key -> LongStream.of(key.get(2), key.get(3)))
                                .toArray()
                        : new long[0]);
    }

    /// Mostly that of the span; or another, or none. Samples without a span may have one. Half of them look the
    /// same to an index.
    private static TraceId trace(SplittableRandom random, long spanId) {
        long number = random.nextInt(5) == 0 ? random.nextLong(0, 200) : spanId / 2;
        return number % 2 == 0 ? new TraceId(number, 0) : new TraceId(number, number);
    }

    private static TimeRange range(SplittableRandom random, Part part) {
        long span = part.lastMillis() - part.firstMillis() + 3;
        long one = part.firstMillis() - 1 + random.nextLong(span);
        long other = part.firstMillis() - 1 + random.nextLong(span);
        if (random.nextInt(3) == 0) {
            one -= Math.floorMod(one, SumPlan.FIVE_MINUTES) - random.nextInt(3) + 1;
        }
        if (random.nextInt(3) == 0) {
            other -= Math.floorMod(other, SumPlan.HOUR) - random.nextInt(3) + 1;
        }
        return switch (random.nextInt(6)) {
            case 0 -> TimeRange.ALWAYS;
            case 1 -> new TimeRange(part.firstMillis(), part.lastMillis() + 1);
            default -> new TimeRange(Math.min(one, other), Math.max(one, other));
        };
    }

    /// All series of the type, or some.
    private static int[] selection(SplittableRandom random, Part part) {
        int type = random.nextInt(part.series().types().size());
        boolean isAll = random.nextBoolean();
        return IntStream.range(0, part.series().count())
                .filter(series -> part.series().typeOf(series) == type)
                .filter(_ -> isAll || random.nextBoolean())
                .toArray();
    }

    private static long[] naiveSelf(
            Drawn drawn, Set<Integer> series, TimeRange range, SampleFilter filter) {
        long[] self = new long[drawn.part.stacks().count()];
        for (ProfileRow row : drawn.rows) {
            if (series.contains(row.series()) && range.contains(row.timeMillis())) {
                for (int pair = 0; pair < row.pairCount(); pair++) {
                    if (filter.matches(
                            row.hasSpans() ? row.spanId()[pair] : 0,
                            row.hasTraces() ? row.traceId()[2 * pair] : 0,
                            row.hasTraces() ? row.traceId()[2 * pair + 1] : 0)) {
                        int node = row.node()[pair];
                        self[node] = SaturatedMath.add(self[node], row.value()[pair]);
                    }
                }
            }
        }
        return self;
    }

    private static SumPlan plan(int round) {
        return round % 5 == 4 ? SumPlan.NONE : SumPlan.ofLevel(round % 5);
    }

    @Test
    void addSelf_anyRangeAndSelection_isTheSumOfTheRows() throws IOException {
        long seed = 71;
        var random = new SplittableRandom(seed);
        long fromSums = 0;
        for (int round = 0; round < 40; round++) {
            Drawn drawn = drawn(random, plan(round));
            for (int question = 0; question < 25; question++) {
                int[] series = selection(random, drawn.part);
                TimeRange range = range(random, drawn.part);
                long[] self = new long[drawn.part.stacks().count()];
                long[] scanned = new long[2];
                drawn.part.addSelf(
                        series,
                        range,
                        SampleFilter.ALL,
                        self,
                        (rows, pairs) -> {
                            scanned[0] += rows;
                            scanned[1] += pairs;
                        });
                Set<Integer> wanted = new HashSet<>(IntStream.of(series).boxed().toList());
                long[] expected = naiveSelf(drawn, wanted, range, SampleFilter.ALL);
                assertThat(self)
                        .as("seed %d, round %d, question %d", seed, round, question)
                        .isEqualTo(expected);
                long matching =
                        drawn.rows.stream()
                                .filter(row -> wanted.contains(row.series()))
                                .filter(row -> range.contains(row.timeMillis()))
                                .count();
                assertThat(scanned[0]).isLessThanOrEqualTo(matching);
                fromSums += matching - scanned[0];
                for (int one : series) {
                    boolean hasAny =
                            drawn.rows.stream()
                                    .anyMatch(row ->
                                            row.series() == one
                                                    && range.contains(row.timeMillis()));
                    assertThat(drawn.part.hasRows(one, range)).isEqualTo(hasAny);
                }
            }
        }
        System.out.printf("segment part: rows answered from sums %d, seed %d%n", fromSums, seed);
        assertThat(fromSums).as("sums are used at all").isGreaterThan(10_000);
    }

    @Test
    void addSelf_ofSpans_isTheSumOfTheirSamples() throws IOException {
        checkFiltered(
                72,
                random ->
                        SampleFilter.ofSpans(
                                random.longs(random.nextInt(1, 4), 1, 420).distinct().toArray()));
    }

    @Test
    void addSelf_ofTraces_isTheSumOfTheirSamples() throws IOException {
        checkFiltered(
                74,
                random ->
                        SampleFilter.ofTraces(
                                random.longs(random.nextInt(1, 4), 1, 210)
                                        .distinct()
                                        .mapToObj(number ->
                                                number % 2 == 0
                                                        ? new TraceId(number, 0)
                                                        : new TraceId(number, number))
                                        .toArray(TraceId[]::new)));
    }

    private static void checkFiltered(long seed, Function<SplittableRandom, SampleFilter> draw)
            throws IOException {
        var random = new SplittableRandom(seed);
        long found = 0;
        for (int round = 0; round < 30; round++) {
            Drawn drawn = drawn(random, plan(round));
            for (int question = 0; question < 30; question++) {
                SampleFilter filter = draw.apply(random);
                int[] series = selection(random, drawn.part);
                TimeRange range = range(random, drawn.part);
                long[] self = new long[drawn.part.stacks().count()];
                drawn.part.addSelf(series, range, filter, self, Part.ScanMeter.UNLIMITED);
                Set<Integer> wanted = new HashSet<>(IntStream.of(series).boxed().toList());
                assertThat(self)
                        .as("seed %d, round %d, question %d", seed, round, question)
                        .isEqualTo(naiveSelf(drawn, wanted, range, filter));
                found += IntStream.range(0, self.length).filter(node -> self[node] > 0).count();
            }
        }
        assertThat(found).as("samples are found at all").isGreaterThan(200);
    }

    /// Step `(k - 1) * step < t <= k * step`, as time series have them.
    private record Step(long millis) implements Part.Grid {
        long of(long timeMillis) {
            return -Math.floorDiv(-timeMillis, millis);
        }

        @Override
        public boolean isOneCell(long firstMillis, long lastMillis) {
            return of(firstMillis) == of(lastMillis);
        }
    }

    @Test
    void forEachTotal_anyRangeAndStep_givesEveryRowOnceInItsStep() throws IOException {
        long seed = 73;
        var random = new SplittableRandom(seed);
        long visits = 0;
        long visited = 0;
        for (int round = 0; round < 40; round++) {
            Drawn drawn = drawn(random, plan(2 + round % 3));
            for (int question = 0; question < 20; question++) {
                TimeRange range = range(random, drawn.part);
                var step =
                        new Step(
                                switch (random.nextInt(4)) {
                                    case 0 -> 15_000;
                                    case 1 -> SumPlan.HOUR * random.nextInt(1, 4);
                                    case 2 -> SumPlan.DAY;
                                    default -> random.nextLong(1, 2 * SumPlan.DAY);
                                });
                int series = random.nextInt(drawn.part.series().count());
                Map<Long, List<Long>> expected = new TreeMap<>();
                for (ProfileRow row : drawn.rows) {
                    if (row.series() == series && range.contains(row.timeMillis())) {
                        add(expected, step.of(row.timeMillis()), row.total(), 1);
                    }
                }
                Map<Long, List<Long>> found = new TreeMap<>();
                long[] calls = new long[2];
                drawn.part.forEachTotal(
                        series,
                        range,
                        step,
                        (timeMillis, total, rows) -> {
                            add(found, step.of(timeMillis), total, rows);
                            calls[0]++;
                            calls[1] += rows;
                        });
                assertThat(found)
                        .as("seed %d, round %d, question %d", seed, round, question)
                        .isEqualTo(expected);
                visits += calls[0];
                visited += calls[1];
            }
        }
        System.out.printf("segment part: rows %d in %d totals, seed %d%n", visited, visits, seed);
        assertThat(visits).as("sums are used").isLessThan(visited - 5_000);
    }

    private static void add(Map<Long, List<Long>> byStep, long step, long total, long rows) {
        byStep.merge(
                step,
                List.of(total, rows),
                (a, b) -> List.of(SaturatedMath.add(a.get(0), b.get(0)), a.get(1) + b.get(1)));
    }

    @Test
    void addSelf_meterThrows_readsNothingMore() throws IOException {
        var random = new SplittableRandom(74);
        Drawn drawn = drawn(random, SumPlan.NONE);
        int[] series =
                IntStream.range(0, drawn.part.series().count())
                        .filter(one -> drawn.part.series().typeOf(one) == 0)
                        .toArray();
        long[] self = new long[drawn.part.stacks().count()];
        assertThatThrownBy(() ->
                        drawn.part.addSelf(
                                series,
                                TimeRange.ALWAYS,
                                SampleFilter.ALL,
                                self,
                                (_, _) -> {
                                    throw new IllegalStateException("enough");
                                }))
                .hasMessage("enough");
        assertThat(self).containsOnly(0);
    }
}
