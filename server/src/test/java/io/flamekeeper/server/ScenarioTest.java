package io.flamekeeper.server;

import static io.flamekeeper.server.PushMessage.PUSH;
import static io.flamekeeper.server.RunningServer.CPU;
import static io.flamekeeper.server.RunningServer.NOW;
import static io.flamekeeper.server.RunningServer.nanos;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.flamekeeper.api.push.v1.RawProfileSeries;
import io.flamekeeper.server.Querier.Amounts;
import io.flamekeeper.server.RunningServer.Reply;
import io.flamekeeper.store.EmbeddedStore;
import io.flamekeeper.store.StoreConfig;
import io.flamekeeper.testkit.PprofBytes;
import io.flamekeeper.vfs.DiskVfs;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;
import java.util.stream.Gatherers;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What people run, from the first upload to the answer they look for. What is sent is drawn; the sums of it are what
/// has to come back.
class ScenarioTest extends ServerTest {
    private static final long SEED = 20_261_126;
    private static final Duration WINDOW = Duration.ofSeconds(10);

    /// One sample, every 10 ms.
    private static final long TICK = 10_000_000;

    private final SplittableRandom random = seeded();

    private static SplittableRandom seeded() {
        System.out.println("seed " + SEED);
        return new SplittableRandom(SEED);
    }

    private static PprofBytes cpu(Instant time, Duration duration) {
        return PprofBytes.empty()
                .sampleType("cpu", "nanoseconds")
                .period("cpu", "nanoseconds", TICK)
                .time(nanos(time))
                .duration(duration.toNanos());
    }

    /// As the Python SDK words it.
    private RawProfileSeries python(PprofBytes profile, String... labels) {
        Stream<String> own =
                Stream.of(
                        "__name__=process_cpu",
                        "otel.scope.name=com.grafana.pyroscope/python",
                        "process.runtime.name=cpython");
        return PushMessage.rawSeries(
                profile.bytes(),
                new UUID(random.nextLong(), random.nextLong()).toString(),
                Stream.concat(own, Stream.of(labels)).toArray(String[]::new));
    }

    private static void send(RunningServer server, List<RawProfileSeries> series) {
        byte[] message = PprofBytes.gzip(PushMessage.of(series));
        taken(server.post(PUSH, "application/proto", message, "Content-Encoding", "gzip"));
    }

    private static void taken(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    private String hex(int digits) {
        return HexFormat.of().toHexDigits(random.nextLong()).substring(16 - digits);
    }

    // ---- one service for each container

    private static final Duration CONTAINER_WINDOW = Duration.ofSeconds(30);
    private static final String FLEET = "{service_name=~\"genetic-pool-.+\"}";

    private record Window(String service, String image, Instant time, long evolve, long fitness) {
        long total() {
            return evolve + fitness;
        }
    }

    /// 500 containers that start within the hour before now, alive for two minutes each.
    private List<Window> fleet() {
        List<Window> windows = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String service = "genetic-pool-" + hex(12);
            String image = random.nextInt(3) == 0 ? "None" : "genetic-pool:2." + random.nextInt(4);
            Instant start = NOW.minusSeconds(3_600).plusMillis(i * 3_480_000L / 499);
            for (int window = 0; window < 4; window++) {
                windows.add(
                        new Window(
                                service,
                                image,
                                start.plus(CONTAINER_WINDOW.multipliedBy(window)),
                                TICK * random.nextLong(1, 2_000),
                                TICK * random.nextLong(1, 1_000)));
            }
        }
        windows.sort(Comparator.comparing(Window::time));
        return windows;
    }

    private void sendFleet(RunningServer server, List<Window> fleet) {
        fleet.stream()
                .map(this::python)
                .gather(Gatherers.windowFixed(50))
                .forEach(batch -> send(server, batch));
    }

    private RawProfileSeries python(Window window) {
        PprofBytes profile =
                cpu(window.time, CONTAINER_WINDOW)
                        .sample(List.of("main", "evolve"), List.of(), window.evolve)
                        .sample(List.of("main", "fitness"), List.of(), window.fitness);
        return python(
                profile,
                "service_name=" + window.service,
                "docker_image=" + window.image,
                "k8s_pod=None");
    }

    private static long sum(List<Window> windows) {
        return windows.stream().mapToLong(Window::total).sum();
    }

    @Test
    void containers_aServiceEach_areOneFleetAndOnlyThoseOfTheRangeAreListed() {
        List<Window> fleet = fleet();
        sendFleet(server, fleet);
        Querier hour = server.querier(NOW.minusSeconds(3_600), NOW.plusSeconds(1));

        assertThat(hour.labelValues("service_name"))
                .hasSize(500)
                .containsExactlyElementsOf(services(fleet));
        for (int round = 0; round < 20; round++) {
            Instant from = NOW.minusSeconds(random.nextLong(60, 3_600));
            Instant until = from.plusSeconds(random.nextLong(1, 600));
            List<Window> alive =
                    fleet.stream()
                            .filter(one -> !one.time.isBefore(from) && one.time.isBefore(until))
                            .toList();
            Querier querier = server.querier(from, until);
            assertThat(querier.labelValues("service_name"))
                    .as("seed %d, round %d", SEED, round)
                    .containsExactlyElementsOf(services(alive));
            assertThat(querier.total(CPU, FLEET))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(sum(alive));
        }

        assertThat(hour.totals(CPU, FLEET))
                .containsEntry("main", sum(fleet))
                .containsEntry("evolve", fleet.stream().mapToLong(Window::evolve).sum())
                .containsEntry("fitness", fleet.stream().mapToLong(Window::fitness).sum());
        List<Window> unnamed = fleet.stream().filter(one -> one.image.equals("None")).toList();
        assertThat(hour.total(CPU, "{docker_image=\"None\"}")).isEqualTo(sum(unnamed));
        assertThat(hour.total(CPU, "{docker_image!=\"None\"}"))
                .isEqualTo(sum(fleet) - sum(unnamed));
        assertThat(hour.total(CPU, "{docker_image=\"None\",k8s_pod=\"None\"}"))
                .isEqualTo(sum(unnamed));
    }

    private static Set<String> services(List<Window> windows) {
        Set<String> names = new TreeSet<>();
        windows.forEach(window -> names.add(window.service));
        return names;
    }

    @Test
    void containers_afterTheRetention_areListedNoMore(@TempDir Path data) throws IOException {
        var later = NOW.plus(Duration.ofDays(2));
        try (var then = RunningServer.in(data, Map.of())) {
            sendFleet(then, fleet());
        }
        Window young =
                new Window("genetic-pool-" + hex(12), "None", later.minusSeconds(60), TICK, TICK);
        try (var now = RunningServer.start(data, Map.of(), at(later))) {
            sendFleet(now, List.of(young));
            assertThat(listed(now, later)).hasSize(501);
        }
        upkeep(data, Map.of("retention", "1d"), later);
        try (var now = RunningServer.start(data, Map.of(), at(later))) {
            assertThat(listed(now, later)).containsExactly(young.service);
            assertThat(now.querier(NOW.minusSeconds(7_200), later).total(CPU, FLEET))
                    .isEqualTo(young.total());
        }
    }

    private static List<String> listed(RunningServer server, Instant until) {
        return server.querier(NOW.minusSeconds(7_200), until).labelValues("service_name");
    }

    private static ProfilingServer.World at(Instant time) {
        return new ProfilingServer.World(
                InstantSource.fixed(time),
                new SplittableRandom(SEED),
                why -> {
                    throw new AssertionError(why);
                });
    }

    /// What the server does in the background, at once: seals, joins, and looks again when the next look is due.
    private static void upkeep(Path data, Map<String, String> settings, Instant time)
            throws IOException {
        var clock = new AtomicReference<>(time);
        try (EmbeddedStore store =
                EmbeddedStore.open(
                        DiskVfs.open(data),
                        StoreConfig.defaults(2),
                        ProfilingServer.upkeep(RunningServer.config(data, settings)),
                        clock::get,
                        SEED,
                        Thread.ofPlatform().daemon().factory(),
                        line -> {})) {
            store.seal();
            clock.set(time.plus(Duration.ofHours(1)));
            store.compact();
            clock.set(time.plus(Duration.ofHours(2)));
            store.compact();
        }
    }

    // ---- pre-forked workers

    /// Four workers over two minutes; the third is killed in the middle of a window, which is lost with it, and its
    /// successor has windows of its own. A worker that did nothing sends a profile of nothing.
    @Test
    void workers_oneKilledAndForkedAgain_nothingIsMissingOrDouble() {
        Instant start = NOW.minusSeconds(600);
        SortedMap<Instant, Long> sent = new TreeMap<>();
        Map<List<String>, Long> byPid = new HashMap<>();
        int empty = 0;
        for (int window = 0; window < 12; window++) {
            Map<Integer, Instant> timeByPid = new LinkedHashMap<>();
            Instant time = start.plus(WINDOW.multipliedBy(window));
            timeByPid.put(101, time);
            timeByPid.put(102, time);
            timeByPid.put(window < 6 ? 103 : 205, window < 6 ? time : time.plusMillis(6_200));
            timeByPid.put(104, time);
            for (var worker : timeByPid.entrySet()) {
                int pid = worker.getKey();
                boolean isIdle = random.nextInt(5) == 0;
                long evolve = TICK * random.nextLong(1, 700);
                long render = TICK * random.nextLong(1, 300);
                PprofBytes profile = cpu(worker.getValue(), WINDOW);
                if (isIdle) {
                    empty++;
                } else {
                    var label = List.of(Map.entry("pid", Integer.toString(pid)));
                    profile.sample(List.of("main", "evolve"), label, evolve);
                    profile.sample(List.of("main", "render"), label, render);
                    byPid.merge(List.of(Integer.toString(pid)), evolve + render, Long::sum);
                    sent.merge(endOfStep(start, worker.getValue()), evolve + render, Long::sum);
                }
                send(server, List.of(python(profile, "service_name=web", "worker_id=None")));
            }
        }
        Querier querier = server.querier(start, start.plusSeconds(180));

        assertThat(empty).as("seed " + SEED).isPositive();
        assertThat(querier.labelValues("pid")).containsExactly("101", "102", "103", "104", "205");
        assertThat(querier.sums(CPU, "{service_name=\"web\"}", "pid"))
                .containsExactlyInAnyOrderEntriesOf(byPid);
        assertThat(querier.steps(10, CPU, "{service_name=\"web\"}")).containsExactlyEntriesOf(sent);
        assertThat(querier.total(CPU, "{service_name=\"web\"}"))
                .isEqualTo(sent.values().stream().mapToLong(Long::longValue).sum());
        assertThat(server.get("/metrics").text())
                .contains(
                        "flamekeeper_uploads_empty_total{tenant=\"anonymous\"} %d.0"
                                .formatted(empty));
    }

    /// Of the first step that does not end before it.
    private static Instant endOfStep(Instant start, Instant time) {
        long steps = Math.ceilDiv(Duration.between(start, time).toMillis(), WINDOW.toMillis());
        return start.plus(WINDOW.multipliedBy(steps));
    }

    // ---- spans

    private record Span(String id, String name, String trace) {}

    @Test
    void spans_ofRequests_areFoundOneByOneAndAreNoSeries() {
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String name = List.of("GET /evolve", "POST /status", "GET /best").get(i % 3);
            spans.add(new Span(hex(16), name, hex(16) + hex(16)));
        }
        Map<Span, Long> bySpan = new HashMap<>();
        Map<List<String>, Long> byName = new HashMap<>();
        for (int window = 0; window < 6; window++) {
            PprofBytes profile =
                    cpu(NOW.minusSeconds(60).plus(WINDOW.multipliedBy(window)), WINDOW);
            for (int sample = 0; sample < 100; sample++) {
                Span span = spans.get(random.nextInt(spans.size()));
                long value = TICK * random.nextLong(1, 50);
                boolean isOutside = random.nextInt(10) == 0;
                List<Entry<String, String>> labels =
                        isOutside
                                ? List.of()
                                : List.of(
                                        Map.entry("span_id", span.id),
                                        Map.entry("span_name", span.name),
                                        Map.entry("trace_id", span.trace));
                profile.sample(List.of("main", "f" + random.nextInt(5)), labels, value);
                if (!isOutside) {
                    bySpan.merge(span, value, Long::sum);
                }
                byName.merge(List.of(isOutside ? "" : span.name), value, Long::sum);
            }
            send(server, List.of(python(profile, "service_name=flask")));
        }
        Querier querier = server.querier();
        String flask = "{service_name=\"flask\"}";

        assertThat(querier.labelNames())
                .contains("span_name")
                .doesNotContain("span_id", "trace_id", "profile_id");
        assertThat(querier.sums(CPU, flask, "span_name"))
                .containsExactlyInAnyOrderEntriesOf(byName);
        for (Span span : spans.subList(0, 40)) {
            assertThat(querier.totalOfSpans(CPU, flask, span.id))
                    .as("seed %d, %s", SEED, span)
                    .isEqualTo(bySpan.getOrDefault(span, 0L));
        }
        assertThat(querier.totalOfSpans(CPU, flask, spans.get(0).id, spans.get(1).id))
                .isEqualTo(
                        bySpan.getOrDefault(spans.get(0), 0L)
                                + bySpan.getOrDefault(spans.get(1), 0L));
        assertThat(querier.totalOfSpans(CPU, flask, hex(16))).as("a span nobody sent").isZero();
        assertThat(querier.totalOfSpans(CPU, "{service_name=\"nobody\"}", spans.get(0).id))
                .isZero();
    }

    // ---- a label of its own for each individual

    private static final int GENERATIONS = 20;
    private static final int OF_GENERATION = 5_000;
    private static final List<String> COMPONENTS = List.of("fitness", "selection", "mutation");

    /// Value by generation, individual and component.
    private record Individuals(Map<List<String>, Long> values) {
        Map<List<String>, Long> sums(int... columns) {
            Map<List<String>, Long> sums = new HashMap<>();
            values.forEach((key, value) -> {
                List<String> group = Arrays.stream(columns).mapToObj(key::get).toList();
                sums.merge(group, value, Long::sum);
            });
            return sums;
        }
    }

    /// A minute each; all individuals in one component, then a fifth of them in another.
    private void sendGeneration(RunningServer server, int generation, Individuals sent) {
        for (int part = 0; part < 2; part++) {
            Instant time = NOW.minusSeconds(60L * (GENERATIONS - generation) + 30 - part * 20L);
            PprofBytes profile = cpu(time, Duration.ofSeconds(20));
            for (int i = 0; i < OF_GENERATION; i += part == 0 ? 1 : 5) {
                String individual = Integer.toString((generation - 1) * OF_GENERATION + i);
                String component = part == 0 ? "fitness" : COMPONENTS.get(1 + random.nextInt(2));
                long value = TICK * random.nextLong(1, 1_000);
                profile.sample(
                        List.of("main", component),
                        List.of(
                                Map.entry("individual_id", individual),
                                Map.entry("component", component)),
                        value);
                sent.values.merge(
                        List.of(Integer.toString(generation), individual, component),
                        value,
                        Long::sum);
            }
            send(
                    server,
                    List.of(python(profile, "service_name=evolution", "generation=" + generation)));
        }
    }

    @Test
    void individuals_aLabelEach_areTakenAndTheBestOfAGenerationAreFound() {
        var sent = new Individuals(new HashMap<>());
        for (int generation = 1; generation <= GENERATIONS; generation++) {
            sendGeneration(server, generation, sent);
        }
        Querier querier = server.querier();
        String evolution = "{service_name=\"evolution\"}";
        assertThat(sent.sums(1)).hasSize(100_000);

        Map<List<String>, Long> generations = querier.sums(CPU, evolution, "generation");
        assertThat(generations).containsExactlyInAnyOrderEntriesOf(sent.sums(0));
        assertThat(new ArrayList<>(generations.values()))
                .as("the largest first")
                .isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(querier.sums(CPU, evolution, "component"))
                .containsExactlyInAnyOrderEntriesOf(sent.sums(2));
        long total = sent.values.values().stream().mapToLong(Long::longValue).sum();
        assertThat(querier.total(CPU, evolution)).isEqualTo(total);

        Map<List<String>, Long> ofGeneration = new HashMap<>();
        sent.sums(0, 1)
                .forEach((key, value) -> {
                    if (key.getFirst().equals("17")) {
                        ofGeneration.put(key.subList(1, 2), value);
                    }
                });
        List<Entry<List<String>, Long>> best =
                ofGeneration.entrySet().stream()
                        .sorted(
                                Entry.<List<String>, Long>comparingByValue()
                                        .reversed()
                                        .thenComparing(one -> one.getKey().getFirst()))
                        .limit(10)
                        .toList();
        assertThat(
                        List.copyOf(
                                querier.largest(
                                                10,
                                                CPU,
                                                "{service_name=\"evolution\",generation=\"17\"}",
                                                "individual_id")
                                        .entrySet()))
                .as("seed " + SEED)
                .isEqualTo(best);
    }

    @Test
    void individuals_moreThanTheCap_areOneValueAndTheSumsStay(@TempDir Path data) {
        var sent = new Individuals(new HashMap<>());
        try (var capped = RunningServer.in(data, Map.of("label-values-max", "1000"))) {
            sendGeneration(capped, 17, sent);
            Querier querier = capped.querier();
            List<String> individuals = querier.labelValues("individual_id");
            assertThat(individuals).hasSize(1_001).contains("__other__");
            assertThat(querier.sums(CPU, "{}", "component"))
                    .containsExactlyInAnyOrderEntriesOf(sent.sums(2));
            Map<List<String>, Long> known = querier.sums(CPU, "{}", "individual_id");
            long others = requireNonNull(known.remove(List.of("__other__")));
            assertThat(sent.sums(1)).containsAllEntriesOf(known);
            assertThat(others + known.values().stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(querier.total(CPU, "{}"));
            assertThat(capped.get("/metrics").text())
                    .contains(
                            "flamekeeper_intake_dropped_total{reason=\"label_value\",tenant=\"anonymous\"} 4800.0");
        }
    }

    // ---- before and after, and load that is not balanced

    private static final Duration BEFORE = Duration.ofMinutes(10);
    private static final Duration AFTER = Duration.ofMinutes(5);

    /// 40 ms, as one sample of 25 a second and as four of 100.
    private static final long SLICE = 4 * TICK;

    /// What a worker does in a window, in slices.
    private record Load(long mutate, long crossover, long fitness) {}

    /// Worker 3 has twice the work.
    private List<List<Load>> drawnLoad() {
        List<List<Load>> windows = new ArrayList<>();
        for (long window = 0; window < AFTER.dividedBy(WINDOW); window++) {
            List<Load> workers = new ArrayList<>();
            for (int worker = 0; worker < 4; worker++) {
                int share = worker == 3 ? 2 : 1;
                workers.add(
                        new Load(
                                share * random.nextLong(90, 110),
                                share * random.nextLong(22, 28),
                                share * random.nextLong(70, 80)));
            }
            windows.add(workers);
        }
        return windows;
    }

    /// By a profiler that looks 100 times a second and says time.
    private RawProfileSeries before(Instant time, int worker, Load load) {
        PprofBytes profile =
                cpu(time, WINDOW)
                        .sample(List.of("main", "evolve", "mutate"), List.of(), load.mutate * SLICE)
                        .sample(
                                List.of("main", "evolve", "crossover"),
                                List.of(),
                                load.crossover * SLICE)
                        .sample(List.of("main", "fitness"), List.of(), load.fitness * SLICE);
        return python(profile, "service_name=ga", "strategy_type=a", "worker_id=worker-" + worker);
    }

    /// By one that looks 25 times a second and says how often it saw what.
    private void after(Instant time, int worker, Load load) {
        String name = "ga{strategy_type=b,worker_id=worker-%d}".formatted(worker);
        String body =
                """
                main;evolve;mutate %d
                main;evolve;crossover %d
                main;fitness %d
                """
                        .formatted(load.mutate / 10, load.crossover, load.fitness);
        taken(
                server.post(
                        "/ingest?format=folded&sampleRate=25&name=%s&from=%d&until=%d"
                                .formatted(
                                        URLEncoder.encode(name, UTF_8),
                                        time.getEpochSecond(),
                                        time.plus(WINDOW).getEpochSecond()),
                        "",
                        body.getBytes(UTF_8)));
    }

    @Test
    void versions_oneWithoutTheSlowPart_differInItMost() {
        Instant first = NOW.minusSeconds(2_400);
        Instant second = NOW.minusSeconds(1_200);
        List<List<Load>> load = drawnLoad();
        for (int window = 0; window < BEFORE.dividedBy(WINDOW); window++) {
            List<RawProfileSeries> batch = new ArrayList<>();
            for (int worker = 0; worker < 4; worker++) {
                Instant time = first.plus(WINDOW.multipliedBy(window));
                batch.add(before(time, worker, load.get(window % load.size()).get(worker)));
            }
            send(server, batch);
        }
        for (int window = 0; window < load.size(); window++) {
            for (int worker = 0; worker < 4; worker++) {
                Instant time = second.plus(WINDOW.multipliedBy(window));
                after(time, worker, load.get(window).get(worker));
            }
        }
        Querier before = server.querier(first, first.plus(BEFORE));
        Querier after = server.querier(second, second.plus(AFTER));

        Map<String, Amounts> diff =
                before.diff(
                        CPU,
                        "{service_name=\"ga\",strategy_type=\"a\"}",
                        after,
                        "{service_name=\"ga\",strategy_type=\"b\"}");
        assertThat(diff)
                .containsOnlyKeys("total", "main", "evolve", "mutate", "crossover", "fitness");
        for (String unchanged : List.of("crossover", "fitness")) {
            Amounts amounts = requireNonNull(diff.get(unchanged));
            assertThat(cores(amounts.leftTotal(), BEFORE))
                    .as(unchanged)
                    .isEqualTo(cores(amounts.rightTotal(), AFTER), within(1e-9));
        }
        Amounts all = requireNonNull(diff.get("total"));
        assertThat(largest(diff, ScenarioTest::change)).as("cores").isEqualTo("mutate");
        assertThat(
                        largest(
                                diff,
                                one ->
                                        share(one.leftSelf(), all.leftTotal())
                                                - share(one.rightSelf(), all.rightTotal())))
                .as("share of all")
                .isEqualTo("mutate");
        assertThat(
                        largest(
                                diff,
                                one ->
                                        Math.log(
                                                cores(one.leftTotal(), BEFORE)
                                                        / cores(one.rightTotal(), AFTER))))
                .as("times faster")
                .isEqualTo("mutate");

        Map<List<String>, Long> byWorker =
                before.sums(CPU, "{service_name=\"ga\",strategy_type=\"a\"}", "worker_id");
        assertThat(byWorker.keySet().iterator().next()).containsExactly("worker-3");
        for (int worker = 0; worker < 3; worker++) {
            assertThat(byWorker.get(List.of("worker-3")))
                    .isCloseTo(
                            2 * requireNonNull(byWorker.get(List.of("worker-" + worker))),
                            withinPercentage(5));
        }
    }

    private static double cores(long nanos, Duration range) {
        return (double) nanos / (double) range.toNanos();
    }

    private static double share(long part, long all) {
        return (double) part / (double) all;
    }

    private static double change(Amounts amounts) {
        return cores(amounts.leftSelf(), BEFORE) - cores(amounts.rightSelf(), AFTER);
    }

    /// The function with the largest change, up or down.
    private static String largest(Map<String, Amounts> diff, ToDoubleFunction<Amounts> change) {
        return diff.entrySet().stream()
                .max(
                        Comparator.comparingDouble(
                                one -> Math.abs(change.applyAsDouble(one.getValue()))))
                .orElseThrow()
                .getKey();
    }
}
