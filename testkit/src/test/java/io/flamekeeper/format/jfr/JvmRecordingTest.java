package io.flamekeeper.format.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.testkit.JvmRecording;
import io.flamekeeper.testkit.RawSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedObject;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What this JVM records of itself, and what a native profiler once recorded, read by us and by the JDK's own
/// reader.
class JvmRecordingTest {
    private static final long PERIOD = 10_000_000;

    @TempDir private Path folder = Path.of("");

    /// @param count  how many events
    /// @param amount sum of what they measured
    private record Sum(long count, long amount) {
        Sum plus(Sum other) {
            return new Sum(count + other.count, amount + other.amount);
        }
    }

    @Test
    void decode_ownExecutionSamples_areWhatTheJdkReads() throws Exception {
        byte[] recording =
                JvmRecording.record(JvmRecording.Sampling.EXECUTION, Duration.ofSeconds(2));
        compare(
                recording,
                JfrFamily.CPU,
                JfrFamily.ALLOCATION_IN_NEW_TLAB,
                JfrFamily.ALLOCATION_OUTSIDE_TLAB,
                JfrFamily.ALLOCATION_SAMPLE,
                JfrFamily.MONITOR_ENTER,
                JfrFamily.THREAD_PARK);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void decode_ownCpuTimeSamples_areWhatTheJdkReads() throws Exception {
        byte[] recording =
                JvmRecording.record(JvmRecording.Sampling.CPU_TIME, Duration.ofSeconds(2));
        compare(recording, JfrFamily.CPU, JfrFamily.ALLOCATION_SAMPLE, JfrFamily.THREAD_PARK);
    }

    @Test
    void decode_keptRecordings_areWhatTheJdkReads() throws Exception {
        compare(
                JvmRecording.own("cpu-alloc-lock"),
                JfrFamily.CPU,
                JfrFamily.ALLOCATION_IN_NEW_TLAB,
                JfrFamily.MONITOR_ENTER);
        compare(
                JvmRecording.own("wall-live-malloc"),
                JfrFamily.CPU,
                JfrFamily.WALL,
                JfrFamily.LIVE_OBJECT,
                JfrFamily.MALLOC);
        compare(
                JvmRecording.own("jdk-allocation"),
                JfrFamily.CPU,
                JfrFamily.ALLOCATION_SAMPLE,
                JfrFamily.MONITOR_ENTER);
    }

    private void compare(byte[] recording, JfrFamily... families) throws IOException {
        JfrRecording decoded =
                new JfrFormat(DecodeLimits.DEFAULTS).decode(recording, new byte[0], PERIOD);
        Map<JfrFamily, Map<String, Sum>> expected = jdk(recording);
        assertThat(decoded.profileByFamily().keySet()).contains(families);
        assertThat(decoded.profileByFamily().keySet()).isEqualTo(expected.keySet());
        assertThat(decoded.losses()).doesNotContainKeys(JfrLoss.BROKEN_CHUNK, JfrLoss.NO_METHOD);
        decoded.profileByFamily()
                .forEach((family, profile) -> {
                    Map<String, Sum> ours = ours(profile);
                    Map<String, Sum> theirs = expected.getOrDefault(family, Map.of());
                    System.out.printf(
                            Locale.ROOT,
                            "%s: %d stacks, %d events%n",
                            family,
                            theirs.size(),
                            theirs.values().stream().mapToLong(Sum::count).sum());
                    assertThat(ours.keySet()).as("%s", family).isEqualTo(theirs.keySet());
                    theirs.forEach((stack, sum) -> {
                        Sum our = ours.getOrDefault(stack, new Sum(0, 0));
                        if (profile.sampleTypes().size() == 2) {
                            assertThat(our.count())
                                    .as("%s %s", family, stack)
                                    .isEqualTo(sum.count());
                        }
                        // The JDK converts ticks in floating point.
                        assertThat(Math.abs(our.amount() - sum.amount()))
                                .as("%s %s: %d, %d", family, stack, our.amount(), sum.amount())
                                .isLessThanOrEqualTo(isTimed(family) ? sum.count() : 0);
                    });
                });
    }

    private static boolean isTimed(JfrFamily family) {
        return family == JfrFamily.MONITOR_ENTER
                || family == JfrFamily.THREAD_PARK
                || family == JfrFamily.CPU;
    }

    private static Map<String, Sum> ours(RawProfile profile) {
        Map<String, Sum> byStack = new TreeMap<>();
        for (RawSample sample : RawSample.of(profile)) {
            List<String> frames = new ArrayList<>();
            for (String frame : sample.rootFirst()) {
                String[] part = frame.split("\\|");
                String line = part[3].substring(part[3].indexOf(':'), part[3].indexOf('@'));
                int dot = part[0].lastIndexOf('.');
                frames.add(name(part[0].substring(0, dot), part[0].substring(dot + 1)) + line);
            }
            byStack.merge(
                    String.join(";", frames),
                    new Sum(sample.values().getFirst(), sample.values().getLast()),
                    Sum::plus);
        }
        return byStack;
    }

    private Map<JfrFamily, Map<String, Sum>> jdk(byte[] recording) throws IOException {
        Path file = Files.write(folder.resolve("recording.jfr"), recording);
        Map<JfrFamily, Map<String, Sum>> sums = new TreeMap<>();
        Map<String, Sum> cpuTime = new TreeMap<>();
        boolean isByWall = false;
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            if (event.getEventType().getName().equals("jdk.ActiveSetting")
                    && event.getString("name").equals("event")) {
                isByWall = event.getString("value").equals("wall");
            }
            if (event.getStackTrace() == null) {
                continue;
            }
            String stack =
                    String.join(
                            ";",
                            event.getStackTrace().getFrames().reversed().stream()
                                    .map(JvmRecordingTest::frame)
                                    .toList());
            switch (event.getEventType().getName()) {
                case "jdk.ExecutionSample" -> {
                    if (!state(event).equals("STATE_SLEEPING")) {
                        add(sums, JfrFamily.CPU, stack, PERIOD);
                    }
                }
                case "profiler.WallClockSample" -> {
                    long nanos = event.getInt("samples") * PERIOD;
                    add(sums, JfrFamily.WALL, stack, nanos);
                    if (isByWall && state(event).equals("STATE_RUNNABLE")) {
                        add(sums, JfrFamily.CPU, stack, nanos);
                    }
                }
                case "profiler.LiveObject" -> add(sums, JfrFamily.LIVE_OBJECT, stack, 1);
                case "profiler.Malloc" -> add(sums, JfrFamily.MALLOC, stack, event.getLong("size"));
                case "jdk.CPUTimeSample" ->
                        cpuTime.merge(
                                stack,
                                new Sum(1, event.getDuration("samplingPeriod").toNanos()),
                                Sum::plus);
                case "jdk.ObjectAllocationInNewTLAB" ->
                        add(
                                sums,
                                JfrFamily.ALLOCATION_IN_NEW_TLAB,
                                stack,
                                event.getLong("tlabSize"));
                case "jdk.ObjectAllocationOutsideTLAB" ->
                        add(
                                sums,
                                JfrFamily.ALLOCATION_OUTSIDE_TLAB,
                                stack,
                                event.getLong("allocationSize"));
                case "jdk.ObjectAllocationSample" ->
                        add(sums, JfrFamily.ALLOCATION_SAMPLE, stack, event.getLong("weight"));
                case "jdk.JavaMonitorEnter" ->
                        add(sums, JfrFamily.MONITOR_ENTER, stack, event.getDuration().toNanos());
                case "jdk.ThreadPark" ->
                        add(sums, JfrFamily.THREAD_PARK, stack, event.getDuration().toNanos());
                default -> {}
            }
        }
        if (!cpuTime.isEmpty()) {
            sums.put(JfrFamily.CPU, cpuTime);
        }
        return sums;
    }

    private static String state(RecordedEvent event) {
        return event.getValue("state") instanceof RecordedObject state
                ? state.getString("name")
                : event.getString("state");
    }

    private static void add(
            Map<JfrFamily, Map<String, Sum>> sums, JfrFamily family, String stack, long amount) {
        sums.computeIfAbsent(family, _ -> new TreeMap<>())
                .merge(stack, new Sum(1, amount), Sum::plus);
    }

    private static String frame(RecordedFrame frame) {
        return name(frame.getMethod().getType().getName(), frame.getMethod().getName())
                + ":"
                + Math.max(0, frame.getLineNumber());
    }

    /// Classes as the language writes them, those that are generated without what differs from run to run.
    private static String name(String className, String method) {
        String dotted = className.replace('/', '.');
        int lambda = dotted.indexOf("$$Lambda");
        return (lambda < 0 ? dotted : dotted.substring(0, lambda)) + "." + method;
    }
}
