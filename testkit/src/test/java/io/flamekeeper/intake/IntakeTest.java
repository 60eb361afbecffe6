package io.flamekeeper.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.UploadHash;
import io.flamekeeper.testkit.PprofBytes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class IntakeTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final long NOW_NANOS = NOW.getEpochSecond() * 1_000_000_000;
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final Intake INTAKE = new Intake(IntakeLimits.DEFAULTS, CLOCK);
    private static final Labels CPU =
            Labels.of(Map.of("__name__", "process_cpu", "service_name", "web", "job", "test"));

    @Test
    void push_drawnProfile_hasItsRowsAndLabels() {
        ProfileGroup group =
                INTAKE.push(
                        CPU,
                        PprofBytes.cpu(
                                        """
                                        7      2      1
                                        main   main   main
                                        serve  serve  idle
                                        parse  write
                                        """)
                                .time(NOW_NANOS - 5)
                                .duration(10)
                                .gzip());

        Profile profile = group.profiles().getFirst();
        assertThat(group.profiles()).hasSize(1);
        assertThat(group.service()).isEqualTo("web");
        assertThat(profile.type().id()).isEqualTo("process_cpu:cpu:nanoseconds:cpu:nanoseconds");
        assertThat(profile.timeNanos()).isEqualTo(NOW_NANOS - 5);
        assertThat(profile.durationNanos()).isEqualTo(10);
        assertThat(profile.period()).isEqualTo(10_000_000);
        assertThat(amounts(group, profile))
                .isEqualTo(Map.of("main;serve;parse", 7L, "main;serve;write", 2L, "main;idle", 1L));
        assertThat(profile.labels().toMap())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "__name__", "process_cpu",
                                "__period_type__", "cpu",
                                "__period_unit__", "nanoseconds",
                                "__profile_type__", profile.type().id(),
                                "__service_name__", "web",
                                "__type__", "cpu",
                                "__unit__", "nanoseconds",
                                "job", "test",
                                "service_name", "web"));
    }

    @Test
    void push_equalStacks_areSummedAndSaturate() {
        ProfileGroup group =
                INTAKE.push(
                        CPU,
                        PprofBytes.cpu(
                                        """
                                        4  5  9223372036854775807  9223372036854775807
                                        a  a  b                    b
                                        """)
                                .bytes());
        assertThat(amounts(group, group.profiles().getFirst()))
                .isEqualTo(Map.of("a", 9L, "b", Long.MAX_VALUE));
    }

    @Test
    void push_zeroAndNegativeSamples_leaveNoTrace() {
        ProfileGroup group =
                INTAKE.push(
                        CPU,
                        PprofBytes.empty()
                                .sampleType("alloc_objects", "count")
                                .sampleType("alloc_space", "bytes")
                                .sampleType("inuse_space", "bytes")
                                .draw(
                                        """
                                        1/0/0  0/0/0  -1/5/0  0/7/0
                                        main   main   main    main
                                        one    zero   less    two
                                        """)
                                .bytes());

        assertThat(group.profiles()).hasSize(2);
        assertThat(amounts(group, group.profiles().get(0))).isEqualTo(Map.of("main;one", 1L));
        assertThat(amounts(group, group.profiles().get(1))).isEqualTo(Map.of("main;two", 7L));
        assertThat(group.stacks().count()).as("empty stack, main, one, two").isEqualTo(4);
        assertThat(group.profiles().getFirst().labels().value("__period_type__")).isEmpty();
        assertThat(group.profiles().getFirst().type().id())
                .isEqualTo("process_cpu:alloc_objects:count::");
    }

    @Test
    void push_noSamples_isAGroupWithoutProfiles() {
        assertThat(INTAKE.push(CPU, PprofBytes.empty().sampleType("cpu", "ns").bytes()).profiles())
                .isEmpty();
        assertThat(INTAKE.push(CPU, PprofBytes.cpu("0\nmain").gzip()).profiles()).isEmpty();
    }

    @Test
    void push_sampleLabels_splitTheProfile() {
        ProfileGroup group =
                INTAKE.push(
                        CPU,
                        PprofBytes.cpu(
                                        """
                                        1{b=2,a=1}  2{a=1,b=2}  4{a=1}  8     16{trace_id=00ff}  32{job=mine}
                                        main        main        main    main  main               main
                                        """)
                                .bytes());
        assertThat(group.profiles())
                .extracting(profile ->
                        profile.labels().only(List.of("a", "b", "job", "trace_id"))
                                + " "
                                + Arrays.toString(profile.value()))
                .containsExactly(
                        "{a=\"1\", b=\"2\", job=\"test\"} [3]",
                        "{a=\"1\", job=\"test\"} [4]",
                        "{job=\"test\"} [56]");
    }

    @Test
    void push_labelTwiceInASample_hasTheLeastValue() {
        ProfileGroup group =
                INTAKE.push(
                        CPU,
                        PprofBytes.cpu(
                                        """
                                        1{endpoint=/status,endpoint=/evolve}  2{endpoint=/evolve,endpoint=/status}
                                        main                                  main
                                        """)
                                .bytes());
        assertThat(group.profiles()).hasSize(1);
        assertThat(group.profiles().getFirst().labels().value("endpoint")).isEqualTo("/evolve");
        assertThat(group.profiles().getFirst().value()).containsExactly(3);
    }

    @Test
    void push_sampleLabelsThatCannotBeKept_costNoSample() {
        List<Map.Entry<String, String>> labels = new ArrayList<>();
        labels.add(Map.entry("n".repeat(1_025), "x"));
        labels.add(Map.entry("", "nameless"));
        labels.add(Map.entry("__type__", "mine"));
        labels.add(Map.entry("__session_id__", "1"));
        labels.add(Map.entry("long", "v".repeat(2_049)));
        for (int i = 10; i < 50; i++) {
            labels.add(Map.entry("label" + i, "None"));
        }
        ProfileGroup group =
                INTAKE.push(
                        CPU,
                        PprofBytes.empty()
                                .sampleType("cpu", "nanoseconds")
                                .sample(List.of("main"), labels, 5)
                                .bytes());
        Profile profile = group.profiles().getFirst();
        assertThat(profile.value()).containsExactly(5);
        assertThat(profile.labels().value("label36")).isEqualTo("None");
        assertThat(profile.labels().value("label37")).isEmpty();
        assertThat(profile.labels().value("__type__")).isEqualTo("cpu");
        assertThat(profile.labels().value("long")).isEmpty();
    }

    @Test
    void push_spans_stayBesideTheSamples() {
        ProfileGroup group =
                INTAKE.push(
                        CPU,
                        PprofBytes.cpu(
                                        """
                                        1{span_id=00000bac2a5ab0c7}  2{profile_id=00000bac2a5ab0c7}  4{span_id=nonsense}  8     16{span_id=0000000000000001}
                                        main                         main                            main                 main  main
                                        """)
                                .bytes());
        assertThat(group.profiles()).hasSize(1);
        Profile profile = group.profiles().getFirst();
        long span = Long.reverseBytes(0x00000bac2a5ab0c7L);
        Map<Long, Long> amountBySpan = new HashMap<>();
        for (int row = 0; row < profile.stack().length; row++) {
            assertThat(profile.stack()[row]).isEqualTo(1);
            assertThat(amountBySpan.put(profile.spanId()[row], profile.value()[row])).isNull();
        }
        assertThat(amountBySpan).isEqualTo(Map.of(0L, 12L, span, 3L, 1L << 56, 16L));
        assertThat(profile.labels().value("span_id")).isEmpty();
        assertThat(profile.labels().value("profile_id")).isEmpty();
    }

    @Test
    void push_traces_stayBesideTheSamples() {
        ProfileGroup group =
                INTAKE.push(
                        CPU,
                        PprofBytes.cpu(
                                        """
                                        1{trace_id=000000000000000100000000000000ff}  2{trace_id=000000000000000100000000000000FF}  4{trace_id=00ff}  8     16{span_id=0100000000000000,trace_id=000000000000000100000000000000ff}  32{trace_id=00000000000000000000000000000000}
                                        main                                          main                                          main              main  main                                                                    main
                                        """)
                                .bytes());
        assertThat(group.profiles()).hasSize(1);
        Profile profile = group.profiles().getFirst();
        Map<String, Long> amounts = new HashMap<>();
        for (int row = 0; row < profile.stack().length; row++) {
            assertThat(amounts.put(spanAndTrace(profile, row), profile.value()[row])).isNull();
        }
        assertThat(amounts).isEqualTo(Map.of("0 0:0", 44L, "0 1:ff", 3L, "1 1:ff", 16L));
        assertThat(profile.labels().value("trace_id")).isEmpty();
    }

    private static String spanAndTrace(Profile profile, int row) {
        boolean hasTraces = profile.traceId().length > 0;
        return "%x %x:%x"
                .formatted(
                        profile.spanId().length == 0 ? 0 : profile.spanId()[row],
                        hasTraces ? profile.traceId()[2 * row] : 0,
                        hasTraces ? profile.traceId()[2 * row + 1] : 0);
    }

    @Test
    void push_privateLabels_areNotStored() {
        Labels labels =
                CPU.with(Map.of("__delta__", "false", "__order__", "x", "__session_id__", "ab"));
        Labels stored =
                INTAKE.push(labels, PprofBytes.cpu("1\nmain").bytes())
                        .profiles()
                        .getFirst()
                        .labels();
        assertThat(stored.value("__delta__") + stored.value("__order__")).isEmpty();
        assertThat(stored.value("__session_id__")).isEmpty();
    }

    @Test
    void push_builtInRules_renameTheFamily() {
        assertThat(family(Map.of("__name__", "godeltaprof_memory")))
                .isEqualTo("memory was godeltaprof_memory");
        assertThat(family(Map.of("__name__", "wall", "__type__", "cpu")))
                .isEqualTo("process_cpu was wall");
        assertThat(family(Map.of("__name__", "wall"))).isEqualTo("wall was ");
    }

    private static String family(Map<String, String> labels) {
        Labels stored =
                INTAKE.push(CPU.with(labels), PprofBytes.cpu("1\nmain").bytes())
                        .profiles()
                        .getFirst()
                        .labels();
        return stored.value("__name__") + " was " + stored.value("__name_replaced__");
    }

    @Test
    void push_mappingWithFunctions_forgetsItsAddresses() {
        for (boolean hasFunctions : new boolean[] {true, false}) {
            SymbolTable symbols =
                    INTAKE.push(
                                    CPU,
                                    PprofBytes.empty()
                                            .sampleType("cpu", "ns")
                                            .mapping("libc.so", hasFunctions)
                                            .draw("1\nmain")
                                            .bytes())
                            .symbols();
            assertThat(symbols.frames().address()[0] == 0).isEqualTo(hasFunctions);
            assertThat(symbols.mappings().memoryStart()[0] == 0).isEqualTo(hasFunctions);
            assertThat(symbols.mappings().fileOffset()[0] == 0).isEqualTo(hasFunctions);
        }
    }

    @Test
    void push_times_areBelievedUnlessMissingOrAhead() {
        assertThat(pushed(0)).isEqualTo(NOW_NANOS);
        assertThat(pushed(-7)).isEqualTo(NOW_NANOS);
        assertThat(pushed(1_000_000_000)).isEqualTo(1_000_000_000);
        assertThat(pushed(NOW_NANOS + 600_000_000_000L)).isEqualTo(NOW_NANOS + 600_000_000_000L);
        assertThatThrownBy(() -> pushed(NOW_NANOS + 601_000_000_000L))
                .hasMessageContaining("2026-03-01T12:10:01Z")
                .hasMessageContaining("2026-03-01T12:00:00Z")
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOCK_SKEW));
    }

    private static long pushed(long timeNanos) {
        return INTAKE.push(CPU, PprofBytes.cpu("1\nmain").time(timeNanos).bytes())
                .profiles()
                .getFirst()
                .timeNanos();
    }

    @Test
    void push_sameContentAndTime_isTheSameUpload() {
        byte[] sent = PprofBytes.cpu("1\nmain").time(NOW_NANOS - 5).bytes();
        UploadHash upload = INTAKE.push(CPU, "id 1", sent.clone()).upload();

        assertThat(upload.isNone()).isFalse();
        assertThat(INTAKE.push(CPU, "id 2", sent.clone()).upload()).isEqualTo(upload);
        assertThat(INTAKE.push(CPU.with(Map.of("pod", "2")), sent.clone()).upload())
                .as("another series")
                .isNotEqualTo(upload);
        assertThat(INTAKE.push(CPU, PprofBytes.cpu("2\nmain").time(NOW_NANOS - 5).bytes()).upload())
                .as("other content")
                .isNotEqualTo(upload);
        assertThat(INTAKE.push(CPU, PprofBytes.gzip(sent)).upload())
                .as("bytes as sent")
                .isNotEqualTo(upload);
    }

    /// Stored hashes must stay comparable.
    @Test
    void push_uploadHash_isFrozen() {
        assertThat(UploadHasher.hash(CPU, "profile".getBytes(UTF_8), 1, 2))
                .isEqualTo(new UploadHash(-7373595421436740097L, 718326494377723964L));
    }

    @Test
    void push_withoutTime_isKnownOnlyByItsUuid() {
        String uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
        byte[] sent = PprofBytes.cpu("1\nmain").bytes();
        UploadHash upload = INTAKE.push(CPU, uuid, sent.clone()).upload();

        assertThat(upload.isNone()).isFalse();
        assertThat(INTAKE.push(CPU, uuid, sent.clone()).upload()).isEqualTo(upload);
        assertThat(INTAKE.push(CPU, uuid.replace('6', '7'), sent.clone()).upload())
                .isNotEqualTo(upload);
        for (String id : List.of("", "1", "x".repeat(36), uuid.toUpperCase(Locale.ROOT) + "0")) {
            assertThat(INTAKE.push(CPU, id, sent.clone()).upload().isNone()).as(id).isTrue();
        }
    }

    @Test
    void ingest_uploadWithoutTime_isKnownOnlyByFrom() {
        byte[] pprof = PprofBytes.cpu("1\nmain").bytes();
        byte[] text = "main 1\n".getBytes(UTF_8);
        var now = parameters("name", "app.cpu", "from", "now-10s");
        var dated = parameters("name", "app.cpu", "from", "1767225600");
        var later = parameters("name", "app.cpu", "from", "1767225601");

        assertThat(INTAKE.ingestPprof(now, pprof.clone(), Optional.empty()).upload().isNone())
                .isTrue();
        assertThat(uploadOf(now, text, TextKind.GROUPS).isNone()).isTrue();
        assertThat(INTAKE.ingestPprof(dated, pprof.clone(), Optional.empty()).upload())
                .isEqualTo(INTAKE.ingestPprof(dated, pprof.clone(), Optional.empty()).upload())
                .isNotEqualTo(INTAKE.ingestPprof(later, pprof.clone(), Optional.empty()).upload());
        var other = parameters("name", "app.wall", "from", "1767225600");
        assertThat(uploadOf(dated, text, TextKind.GROUPS))
                .isEqualTo(uploadOf(dated, text, TextKind.GROUPS))
                .isNotEqualTo(uploadOf(later, text, TextKind.GROUPS))
                .isNotEqualTo(uploadOf(dated, text, TextKind.LINES))
                .isNotEqualTo(uploadOf(other, text, TextKind.GROUPS));
        assertThat(uploadOf(typed("alloc_space"), text, TextKind.GROUPS))
                .as("the same name of a profile, another type")
                .isNotEqualTo(uploadOf(typed("inuse_space"), text, TextKind.GROUPS));
    }

    private static IngestParameters typed(String type) {
        return parameters("name", "app", "from", "1767225600", "profileType", type);
    }

    private static UploadHash uploadOf(IngestParameters parameters, byte[] text, TextKind kind) {
        return INTAKE.ingestText(parameters, text.clone(), kind).group().upload();
    }

    @Test
    void ingestPprof_timesIn1970_areTheTimeOfTheRequest() {
        long from = 1_767_225_600_000_000_000L;
        assertThat(ingested(0)).isEqualTo(from);
        assertThat(ingested(1_767_225_600_000_000L)).as("microseconds").isEqualTo(from);
        assertThat(ingested(1_767_225_600_000L)).as("milliseconds").isEqualTo(from);
        assertThat(ingested(1_767_225_600L)).as("seconds").isEqualTo(from);
        assertThat(ingested(1_600_000_000_000_000_000L)).isEqualTo(1_600_000_000_000_000_000L);
    }

    private static long ingested(long timeNanos) {
        return INTAKE.ingestPprof(
                        parameters("name", "app", "from", "1767225600"),
                        PprofBytes.cpu("1\nmain").time(timeNanos).bytes(),
                        Optional.empty())
                .profiles()
                .getFirst()
                .timeNanos();
    }

    @Test
    void ingestPprof_tags_becomeLabels() {
        Labels labels =
                labels("name", "my.app{region=eu,__foo=1,worker_id=None}", "spyName", "gospy");
        assertThat(labels.value("service_name")).isEqualTo("my.app");
        assertThat(labels.value("region")).isEqualTo("eu");
        assertThat(labels.value("worker_id")).isEqualTo("None");
        assertThat(labels.value("__foo")).isEmpty();
        assertThat(labels.value("pyroscope_spy")).isEqualTo("gospy");
        assertThat(labels.value("__name__")).isEqualTo("process_cpu");
        assertThat(labels("name", "app{service_name=x}").value("service_name")).isEqualTo("x");
        assertThat(labels("name", "app{service_name=}").value("service_name")).isEqualTo("app");
    }

    private static Labels labels(String... query) {
        return INTAKE.ingestPprof(
                        parameters(query), PprofBytes.cpu("1\nmain").gzip(), Optional.empty())
                .profiles()
                .getFirst()
                .labels();
    }

    @Test
    void ingestPprof_scripts_haveTheFileInTheName() {
        assertThat(scripted("pyspy")).isEqualTo("qwe.py main;qwe.py func1;abs;nofile 1");
        assertThat(scripted("rbspy"))
                .isEqualTo("qwe.py main;qwe.py func1;/lib/abs.py abs;nofile 1");
        assertThat(scripted("scripting"))
                .isEqualTo("qwe.py main;qwe.py func1;/lib/abs.py abs;nofile 1");
        assertThat(scripted("gospy")).isEqualTo("main;func1;abs;nofile 1");
    }

    private static String scripted(String spy) {
        ProfileGroup group =
                INTAKE.ingestPprof(
                        parameters("name", "app", "spyName", spy),
                        PprofBytes.empty()
                                .file("main", "qwe.py")
                                .file("func1", "qwe.py")
                                .file("abs", "/lib/abs.py")
                                .sampleType("cpu", "ns")
                                .draw(
                                        """
                                        1
                                        main
                                        func1
                                        abs
                                        nofile
                                        """)
                                .bytes(),
                        Optional.empty());
        Map.Entry<String, Long> only =
                amounts(group, group.profiles().getFirst()).entrySet().iterator().next();
        return only.getKey() + " " + only.getValue();
    }

    @Test
    void ingestPprof_sampleTypeConfig_namesTheFamily() {
        byte[] body = PprofBytes.empty().sampleType("contentions", "count").draw("1\nmain").bytes();
        IngestParameters parameters = parameters("name", "app");
        String json = "{\"contentions\":{\"display-name\":\"block_count\"}}";
        assertThat(
                        INTAKE.ingestPprof(
                                        parameters, body.clone(), Optional.of(json.getBytes(UTF_8)))
                                .profiles()
                                .getFirst()
                                .type()
                                .name())
                .isEqualTo("block");
        assertThat(
                        INTAKE.ingestPprof(parameters, body.clone(), Optional.of(new byte[0]))
                                .profiles()
                                .getFirst()
                                .type()
                                .name())
                .isEqualTo("mutex");
        assertThatThrownBy(() ->
                        INTAKE.ingestPprof(
                                parameters, body, Optional.of("no json".getBytes(UTF_8))))
                .isInstanceOf(FlamekeeperException.class);
    }

    @Test
    void ingestPprof_emptyProfile_isNothingToStore() {
        ProfileGroup group =
                INTAKE.ingestPprof(parameters("name", "app"), new byte[0], Optional.empty());
        assertThat(group.service()).isEqualTo("app");
        assertThat(group.profiles()).isEmpty();
    }

    @Test
    void push_tooLarge_namesTheLimit() {
        byte[] big = PprofBytes.cpu("1\nmain").field(99, new byte[5 << 20]).bytes();
        for (byte[] body : new byte[][] {big, PprofBytes.gzip(big)}) {
            assertThatThrownBy(() -> INTAKE.push(CPU, body))
                    .hasMessageContaining(
                            "uncompressed profile payload size exceeds limit of 4194304 bytes")
                    .isInstanceOfSatisfying(
                            FlamekeeperException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED));
        }
    }

    /// Sums, uniqueness and order, against a plain reading of the same random samples.
    @Test
    void push_randomSamples_keepEveryAmountOnce() {
        long seed = 20260306;
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            Map<String, Long> expected = new TreeMap<>();
            PprofBytes bytes = PprofBytes.empty().sampleType("a", "count").sampleType("b", "count");
            int samples = random.nextInt(60);
            for (int sample = 0; sample < samples; sample++) {
                List<String> stack = new ArrayList<>();
                while (random.nextInt(4) != 0) {
                    stack.add("f" + random.nextInt(3));
                }
                String worker = "w" + random.nextInt(3);
                long span = random.nextInt(3);
                long trace = random.nextInt(3);
                long[] values = {random.nextLong(-1, 5), random.nextLong(0, 3)};
                bytes.sample(
                        stack,
                        List.of(
                                Map.entry("worker", worker),
                                Map.entry("span_id", "%016x".formatted(Long.reverseBytes(span))),
                                Map.entry("trace_id", "%016x%016x".formatted(trace, trace))),
                        values);
                if (values[0] >= 0) {
                    for (int type = 0; type < 2; type++) {
                        if (values[type] > 0) {
                            String key =
                                    "ab".charAt(type)
                                            + worker
                                            + "%x %x:%x".formatted(span, trace, trace)
                                            + String.join(";", stack);
                            expected.merge(key, values[type], Long::sum);
                        }
                    }
                }
            }
            ProfileGroup group = INTAKE.push(CPU, bytes.bytes());
            Map<String, Long> actual = new TreeMap<>();
            for (Profile profile : group.profiles()) {
                for (int row = 0; row < profile.stack().length; row++) {
                    String key =
                            profile.type().sample().type()
                                    + profile.labels().value("worker")
                                    + spanAndTrace(profile, row)
                                    + path(group, profile.stack()[row]);
                    assertThat(actual.put(key, profile.value()[row]))
                            .as("seed %d, round %d: %s once", seed, round, key)
                            .isNull();
                    assertThat(row == 0 || profile.stack()[row - 1] <= profile.stack()[row])
                            .as("seed %d, round %d: ascending", seed, round)
                            .isTrue();
                }
            }
            assertThat(actual).as("seed %d, round %d", seed, round).isEqualTo(expected);
        }
    }

    private static Map<String, Long> amounts(ProfileGroup group, Profile profile) {
        var amounts = new TreeMap<String, Long>();
        for (int row = 0; row < profile.stack().length; row++) {
            amounts.merge(path(group, profile.stack()[row]), profile.value()[row], Long::sum);
        }
        return amounts;
    }

    private static String path(ProfileGroup group, int leaf) {
        SymbolTable symbols = group.symbols();
        List<String> leafFirst = new ArrayList<>();
        for (int node = leaf; node != StackTable.ROOT; node = group.stacks().parent()[node]) {
            int function = symbols.frames().function()[group.stacks().frame()[node]];
            leafFirst.add(symbols.strings().get(symbols.functions().name()[function]));
        }
        return String.join(";", leafFirst.reversed());
    }

    private static IngestParameters parameters(String... query) {
        Map<String, String> byName = new HashMap<>();
        for (int i = 0; i < query.length; i += 2) {
            byName.put(query[i], query[i + 1]);
        }
        return IngestParameters.parse(byName, CLOCK);
    }
}
