package io.flamekeeper.format.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.testkit.JfrBytes;
import io.flamekeeper.testkit.RawSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class JfrFormatTest {
    private static final long PERIOD = 10_000_000;
    private static final JfrFormat FORMAT = new JfrFormat(DecodeLimits.DEFAULTS);
    private static final String MAIN = "Main.main:3;Main.work:7";
    private static final String OTHER = "Main.main:3;Main.rest:9";

    @Test
    void decode_executionSamples_areAPeriodEachUnlessAsleep() {
        JfrRecording recording =
                decode(
                        new JfrBytes()
                                .setting("event", "itimer")
                                .event("jdk.ExecutionSample", MAIN, "state", "STATE_RUNNABLE")
                                .event("jdk.ExecutionSample", MAIN, "state", "STATE_DEFAULT")
                                .event("jdk.ExecutionSample", OTHER, "state", "STATE_SLEEPING")
                                .event("jdk.ExecutionSample", OTHER, "state", "STATE_DEFAULT"));

        assertThat(amounts(recording))
                .isEqualTo(
                        Map.of(
                                JfrFamily.CPU,
                                Map.of(MAIN, List.of(2 * PERIOD), OTHER, List.of(PERIOD))));
        assertThat(recording.event()).isEqualTo("itimer");
        assertThat(recording.losses()).isEmpty();
        assertThat(profile(recording, JfrFamily.CPU).period()).isEqualTo(PERIOD);
    }

    @Test
    void decode_executionSamplesByWall_areWallTimeInAnyState() {
        JfrRecording recording =
                decode(
                        new JfrBytes()
                                .event("jdk.ExecutionSample", MAIN, "state", "STATE_SLEEPING")
                                .setting("event", "wall")
                                .event("jdk.ExecutionSample", MAIN, "state", "STATE_SLEEPING")
                                .chunk()
                                .event("jdk.ExecutionSample", MAIN, "state", "STATE_RUNNABLE"));
        assertThat(amounts(recording))
                .isEqualTo(
                        Map.of(
                                JfrFamily.CPU,
                                Map.of(MAIN, List.of(PERIOD)),
                                JfrFamily.WALL,
                                Map.of(MAIN, List.of(2 * PERIOD))));
    }

    @Test
    void decode_wallClockSamples_standForSeveralAndAreCpuWhereTheyRun() {
        JfrRecording recording =
                decode(
                        new JfrBytes()
                                .setting("event", "wall")
                                .event(
                                        "profiler.WallClockSample",
                                        MAIN,
                                        "state",
                                        "STATE_RUNNABLE",
                                        "samples",
                                        3L)
                                .event(
                                        "profiler.WallClockSample",
                                        OTHER,
                                        "state",
                                        "STATE_SLEEPING",
                                        "samples",
                                        5L)
                                .event("profiler.LiveObject", MAIN));
        assertThat(amounts(recording))
                .isEqualTo(
                        Map.of(
                                JfrFamily.CPU,
                                Map.of(MAIN, List.of(3 * PERIOD)),
                                JfrFamily.WALL,
                                Map.of(MAIN, List.of(3 * PERIOD), OTHER, List.of(5 * PERIOD)),
                                JfrFamily.LIVE_OBJECT,
                                Map.of(MAIN, List.of(1L))));
    }

    @Test
    void decode_everyOtherFamily_isACountAndAnAmount() {
        JfrRecording recording =
                decode(
                        new JfrBytes()
                                .event(
                                        "jdk.ObjectAllocationInNewTLAB",
                                        MAIN,
                                        "allocationSize",
                                        8L,
                                        "tlabSize",
                                        100L)
                                .event("jdk.ObjectAllocationInNewTLAB", MAIN, "tlabSize", 50L)
                                .event(
                                        "jdk.ObjectAllocationOutsideTLAB",
                                        MAIN,
                                        "allocationSize",
                                        7L)
                                .event("jdk.ObjectAllocationSample", MAIN, "weight", 4096L)
                                .event("jdk.JavaMonitorEnter", MAIN, "duration", 20L)
                                .event("jdk.ThreadPark", MAIN, "duration", 30L)
                                .event("profiler.LiveObject", MAIN, "allocationSize", 64L)
                                .event("profiler.Malloc", MAIN, "size", 1L << 40)
                                .event("jdk.ExecutionSample", MAIN, "state", "STATE_DEFAULT"));
        assertThat(amounts(recording))
                .isEqualTo(
                        Map.of(
                                JfrFamily.ALLOCATION_IN_NEW_TLAB, one(2, 150),
                                JfrFamily.ALLOCATION_OUTSIDE_TLAB, one(1, 7),
                                JfrFamily.ALLOCATION_SAMPLE, one(1, 4096),
                                JfrFamily.MONITOR_ENTER, one(1, 20),
                                JfrFamily.THREAD_PARK, one(1, 30),
                                JfrFamily.LIVE_OBJECT, Map.of(MAIN, List.of(1L)),
                                JfrFamily.MALLOC, one(1, 1L << 40),
                                JfrFamily.CPU, Map.of(MAIN, List.of(PERIOD))));
        recording
                .profileByFamily()
                .forEach((family, profile) ->
                        assertThat(profile.sampleTypes()).isEqualTo(family.sampleTypes()));
    }

    private static Map<String, List<Long>> one(long count, long amount) {
        return Map.of(MAIN, List.of(count, amount));
    }

    @Test
    void decode_cpuTimeSamples_bringTheirPeriodAndReplaceExecutionSamples() {
        JfrRecording recording =
                decode(
                        new JfrBytes()
                                .ticksPerSecond(2_000_000_000)
                                .event("jdk.ExecutionSample", OTHER, "state", "STATE_RUNNABLE")
                                .event("jdk.CPUTimeSample", MAIN, "samplingPeriod", 40_000_000L)
                                .event("jdk.CPUTimeSample", MAIN, "samplingPeriod", 2_000_000L));
        assertThat(amounts(recording))
                .isEqualTo(Map.of(JfrFamily.CPU, Map.of(MAIN, List.of(21_000_000L))));
        assertThat(profile(recording, JfrFamily.CPU).period()).isZero();
    }

    @Test
    void decode_ticks_becomeNanosecondsByTheClockOfTheirChunk() {
        JfrRecording recording =
                decode(
                        new JfrBytes()
                                .ticksPerSecond(2_799_998_547L)
                                .event("jdk.ThreadPark", MAIN, "duration", 2_799_998_547L * 3 + 1)
                                .chunk()
                                .ticksPerSecond(1_000)
                                .event("jdk.ThreadPark", MAIN, "duration", 7L)
                                .chunk()
                                .ticksPerSecond(1_000_000_000_000L)
                                .event("jdk.ThreadPark", MAIN, "duration", 5_000L));
        assertThat(amounts(recording))
                .isEqualTo(Map.of(JfrFamily.THREAD_PARK, one(3, 3_007_000_005L)));
    }

    @Test
    void decode_durationsBeyondAllTime_saturate() {
        JfrRecording recording =
                decode(
                        new JfrBytes()
                                .ticksPerSecond(1)
                                .event("jdk.ThreadPark", MAIN, "duration", Long.MAX_VALUE)
                                .event("jdk.ThreadPark", MAIN, "duration", Long.MAX_VALUE)
                                .event(
                                        "profiler.WallClockSample",
                                        MAIN,
                                        "samples",
                                        Long.MAX_VALUE / 2));
        assertThat(amounts(recording))
                .isEqualTo(
                        Map.of(
                                JfrFamily.THREAD_PARK, one(2, Long.MAX_VALUE),
                                JfrFamily.WALL, Map.of(MAIN, List.of(Long.MAX_VALUE))));
    }

    @Test
    void decode_whatIsNotKnown_isLeftOutAndCounted() {
        JfrRecording recording =
                decode(
                        new JfrBytes()
                                .event("jdk.ThreadPark", null, "duration", 7L)
                                .event("jdk.ThreadPark", MAIN, "duration", -1L)
                                .event("jdk.ExecutionSample", MAIN, "state", 77L)
                                .event("jdk.ThreadPark", MAIN, "duration", 3L));
        assertThat(amounts(recording)).isEqualTo(Map.of(JfrFamily.THREAD_PARK, one(1, 3)));
        assertThat(recording.losses())
                .isEqualTo(
                        Map.of(
                                JfrLoss.NO_STACK, 1L,
                                JfrLoss.MALFORMED_EVENT, 1L,
                                JfrLoss.UNKNOWN_STATE, 1L));
    }

    @Test
    void decode_unknownLine_isZeroAndEmptyClassAnEmptyName() {
        JfrRecording recording =
                decode(
                        new JfrBytes()
                                .event(
                                        "jdk.ThreadPark",
                                        ".start:0;java/A$B.ü€😀:-1",
                                        "duration",
                                        1L)
                                .event("jdk.ThreadPark", "", "duration", 2L));
        assertThat(amounts(recording))
                .isEqualTo(
                        Map.of(
                                JfrFamily.THREAD_PARK,
                                Map.of(
                                        ".start:0;java/A$B.ü€😀:0",
                                        List.of(1L, 1L),
                                        "",
                                        List.of(1L, 2L))));
    }

    @Test
    void decode_stackThatIsTooDeep_keepsBothEndsAroundAMarker() {
        var deep = new ArrayList<String>();
        for (int level = 0; level < 2_500; level++) {
            deep.add("A.f" + level + ":" + level);
        }
        JfrRecording recording =
                decode(
                        new JfrBytes()
                                .event("jdk.ThreadPark", String.join(";", deep), "duration", 1L));
        List<String> cut =
                List.of(
                        amounts(recording, JfrFamily.THREAD_PARK)
                                .keySet()
                                .iterator()
                                .next()
                                .split(";"));
        assertThat(cut).hasSize(1_000);
        assertThat(cut.subList(0, 500)).isEqualTo(deep.subList(0, 500));
        assertThat(cut.get(500)).isEqualTo(DecodeLimits.CUT_MARKER + ":0");
        assertThat(cut.subList(501, 1_000)).isEqualTo(deep.subList(2_001, 2_500));
    }

    @Test
    void decode_moreDifferentSamplesThanAllowed_namesTheLimit() {
        var bytes = new JfrBytes();
        for (int i = 0; i < 101; i++) {
            bytes.event("jdk.ThreadPark", "A.f" + i + ":1", "duration", 1L);
            bytes.event("jdk.ThreadPark", "A.f" + i + ":1", "duration", 1L);
        }
        var format = new JfrFormat(new DecodeLimits(100, 100, 1_000, 65_535));
        assertThatThrownBy(() -> format.decode(bytes.bytes(), new byte[0], PERIOD))
                .hasMessage(
                        "jfr: more than 100 different samples of THREAD_PARK (expected: at most 100;"
                                + " setting profile-samples-max)")
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED));
    }

    @Test
    void decode_chunksOfWhichOneIsBroken_keepsTheOthers() {
        byte[] good = new JfrBytes().event("jdk.ThreadPark", MAIN, "duration", 3L).bytes();
        byte[] bad = good.clone();
        bad[5] = 9;
        JfrRecording recording = FORMAT.decode(joined(good, bad, good), new byte[0], PERIOD);
        assertThat(amounts(recording, JfrFamily.THREAD_PARK))
                .isEqualTo(Map.of(MAIN, List.of(2L, 6L)));
        assertThat(recording.losses()).isEqualTo(Map.of(JfrLoss.BROKEN_CHUNK, 1L));
    }

    @Test
    void decode_nothingThatCanBeRead_isMalformed() {
        assertMalformed(new byte[0], "jfr: recording is empty (expected: a chunk)");
        assertMalformed(
                new byte[67], "jfr: header at byte 0 is truncated (expected: 68 bytes, 67 left)");
        assertMalformed(new byte[68], "jfr: no chunk at byte 0 (expected: FLR)");
        byte[] version3 = new JfrBytes().setting("a", "b").bytes();
        version3[5] = 3;
        assertMalformed(version3, "jfr: version is 3.0 at byte 4 (expected: 2.x)");
        byte[] uncompressed = new JfrBytes().setting("a", "b").bytes();
        uncompressed[67] = 0;
        assertMalformed(
                uncompressed,
                "jfr: integers of the chunk at byte 0 are not compressed (expected: compressed)");
    }

    private static void assertMalformed(byte[] body, String message) {
        assertThatThrownBy(() -> FORMAT.decode(body, new byte[0], PERIOD))
                .hasMessage(message)
                .isInstanceOfSatisfying(
                        FlamekeeperException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_PROFILE));
    }

    /// Whatever freedom a writer takes, the sums are those of the events that were drawn.
    @Test
    void decode_drawnRecordings_haveTheSumsOfTheirEvents() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("seed " + seed);
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 100; round++) {
            long drawn = random.nextLong();
            var recording = new JfrBytes(drawn);
            Map<JfrFamily, Map<String, List<Long>>> expected = new TreeMap<>();
            boolean isByWall = false;
            for (int chunk = 1 + random.nextInt(3); chunk > 0; chunk--) {
                for (int event = random.nextInt(60); event > 0; event--) {
                    if (random.nextInt(20) == 0) {
                        isByWall = random.nextBoolean();
                        recording.setting("event", isByWall ? "wall" : "cpu");
                    }
                    draw(random, recording, isByWall, expected);
                }
                recording.chunk();
            }
            JfrRecording decoded = FORMAT.decode(recording.bytes(), new byte[0], PERIOD);
            assertThat(decoded.losses()).as("losses of recording %d", drawn).isEmpty();
            assertThat(amounts(decoded).keySet())
                    .as("families of recording %d", drawn)
                    .isEqualTo(expected.keySet());
            expected.forEach((family, amounts) ->
                    assertThat(amounts(decoded, family))
                            .as("%s of recording %d", family, drawn)
                            .containsExactlyInAnyOrderEntriesOf(amounts));
        }
    }

    private static void draw(
            SplittableRandom random,
            JfrBytes recording,
            boolean isByWall,
            Map<JfrFamily, Map<String, List<Long>>> expected) {
        String stack = stack(random);
        long amount = random.nextLong(1L << random.nextInt(1, 40));
        String state =
                List.of("STATE_RUNNABLE", "STATE_SLEEPING", "STATE_DEFAULT").get(random.nextInt(3));
        boolean isAsleep = state.equals("STATE_SLEEPING");
        switch (random.nextInt(9)) {
            case 0, 1 -> {
                recording.event("jdk.ExecutionSample", stack, "state", state);
                if (!isAsleep) {
                    add(expected, JfrFamily.CPU, stack, PERIOD);
                }
                if (isByWall) {
                    add(expected, JfrFamily.WALL, stack, PERIOD);
                }
            }
            case 2 -> {
                long samples = 1 + random.nextLong(300);
                recording.event(
                        "profiler.WallClockSample", stack, "state", state, "samples", samples);
                add(expected, JfrFamily.WALL, stack, samples * PERIOD);
                if (isByWall && state.equals("STATE_RUNNABLE")) {
                    add(expected, JfrFamily.CPU, stack, samples * PERIOD);
                }
            }
            case 3 -> {
                recording.event("jdk.ObjectAllocationInNewTLAB", stack, "tlabSize", amount);
                add(expected, JfrFamily.ALLOCATION_IN_NEW_TLAB, stack, 1, amount);
            }
            case 4 -> {
                recording.event("jdk.ObjectAllocationOutsideTLAB", stack, "allocationSize", amount);
                add(expected, JfrFamily.ALLOCATION_OUTSIDE_TLAB, stack, 1, amount);
            }
            case 5 -> {
                recording.event("jdk.ObjectAllocationSample", stack, "weight", amount);
                add(expected, JfrFamily.ALLOCATION_SAMPLE, stack, 1, amount);
            }
            case 6 -> {
                recording.event("jdk.JavaMonitorEnter", stack, "duration", amount);
                add(expected, JfrFamily.MONITOR_ENTER, stack, 1, amount);
            }
            case 7 -> {
                recording.event("profiler.LiveObject", stack, "allocationSize", amount);
                add(expected, JfrFamily.LIVE_OBJECT, stack, 1);
            }
            default -> {
                recording.event("profiler.Malloc", stack, "size", amount);
                add(expected, JfrFamily.MALLOC, stack, 1, amount);
            }
        }
    }

    private static String stack(SplittableRandom random) {
        var frames = new ArrayList<String>();
        int depth = random.nextInt(12);
        for (int level = 0; level < depth; level++) {
            frames.add(
                    "a/Cläss"
                            + random.nextInt(4)
                            + ".méthod"
                            + random.nextInt(1 + level)
                            + ":"
                            + random.nextInt(1 << random.nextInt(1, 20)));
        }
        return String.join(";", frames);
    }

    private static void add(
            Map<JfrFamily, Map<String, List<Long>>> expected,
            JfrFamily family,
            String stack,
            long... values) {
        expected.computeIfAbsent(family, _ -> new TreeMap<>())
                .merge(
                        stack,
                        Arrays.stream(values).boxed().toList(),
                        (one, other) -> {
                            var sum = new ArrayList<Long>();
                            for (int i = 0; i < one.size(); i++) {
                                sum.add(one.get(i) + other.get(i));
                            }
                            return sum;
                        });
    }

    private static JfrRecording decode(JfrBytes recording) {
        return FORMAT.decode(recording.bytes(), new byte[0], PERIOD);
    }

    private static RawProfile profile(JfrRecording recording, JfrFamily family) {
        return Objects.requireNonNull(recording.profileByFamily().get(family));
    }

    private static Map<String, List<Long>> amounts(JfrRecording recording, JfrFamily family) {
        return amounts(recording).getOrDefault(family, Map.of());
    }

    /// Values by stack, frames with their lines.
    private static Map<JfrFamily, Map<String, List<Long>>> amounts(JfrRecording recording) {
        Map<JfrFamily, Map<String, List<Long>>> amounts = new TreeMap<>();
        recording
                .profileByFamily()
                .forEach((family, profile) -> {
                    Map<String, List<Long>> byStack = new HashMap<>();
                    for (RawSample sample : RawSample.of(profile)) {
                        String stack =
                                String.join(
                                        ";",
                                        sample.rootFirst().stream()
                                                .map(JfrFormatTest::frame)
                                                .toList());
                        assertThat(byStack.put(stack, sample.values()))
                                .as("%s twice", stack)
                                .isNull();
                    }
                    amounts.put(family, byStack);
                });
        return amounts;
    }

    /// `name||file|0:line@…` → `name:line`
    private static String frame(String frame) {
        String[] part = frame.split("\\|");
        String line = part[part.length - 1];
        return part[0] + line.substring(line.indexOf(':'), line.indexOf('@'));
    }

    private static byte[] joined(byte[]... parts) {
        var out = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
