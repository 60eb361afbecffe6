package io.flamekeeper.testkit;

import io.flamekeeper.format.jfr.JfrFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedObject;
import jdk.jfr.consumer.RecordingFile;

/// A recording as the JDK's own reader has it, event by event: the oracle of ours.
public final class JdkRecording {
    private static final Map<String, JfrFamily> FAMILY_BY_EVENT =
            Map.of(
                    "jdk.ObjectAllocationInNewTLAB", JfrFamily.ALLOCATION_IN_NEW_TLAB,
                    "jdk.ObjectAllocationOutsideTLAB", JfrFamily.ALLOCATION_OUTSIDE_TLAB,
                    "jdk.ObjectAllocationSample", JfrFamily.ALLOCATION_SAMPLE,
                    "jdk.JavaMonitorEnter", JfrFamily.MONITOR_ENTER,
                    "jdk.ThreadPark", JfrFamily.THREAD_PARK,
                    "profiler.LiveObject", JfrFamily.LIVE_OBJECT,
                    "profiler.Malloc", JfrFamily.MALLOC);

    private JdkRecording() {}

    /// One event that adds to a family.
    ///
    /// @param event  for its stack
    /// @param amount what it measured; of [JfrFamily#CPU] and [JfrFamily#WALL] nanoseconds
    public record Measured(JfrFamily family, RecordedEvent event, long amount) {
        /// What the Java agent's labels of the event are known by, 0 = it has none.
        public long contextId() {
            return event.hasField("contextId") ? event.getLong("contextId") : 0;
        }
    }

    /// All events that have a stack, in the order in which they were written.
    ///
    /// @param periodNanos what one sample stands for
    public static List<Measured> read(byte[] recording, long periodNanos) throws IOException {
        Path file = Files.createTempFile("recording", ".jfr");
        try {
            Files.write(file, recording);
            List<Measured> all = new ArrayList<>();
            boolean isByWall = false;
            for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                if (event.getEventType().getName().equals("jdk.ActiveSetting")
                        && event.getString("name").equals("event")) {
                    isByWall = event.getString("value").equals("wall");
                }
                if (event.getStackTrace() != null) {
                    add(event, isByWall, periodNanos, all);
                }
            }
            boolean hasCpuTime = all.stream().anyMatch(JdkRecording::isCpuTime);
            if (hasCpuTime) {
                all.removeIf(one -> one.family() == JfrFamily.CPU && !isCpuTime(one));
            }
            return all;
        } finally {
            Files.delete(file);
        }
    }

    private static void add(
            RecordedEvent event, boolean isByWall, long periodNanos, List<Measured> to) {
        switch (event.getEventType().getName()) {
            case "jdk.ExecutionSample" -> {
                if (!state(event).equals("STATE_SLEEPING")) {
                    to.add(new Measured(JfrFamily.CPU, event, periodNanos));
                }
                if (isByWall) {
                    to.add(new Measured(JfrFamily.WALL, event, periodNanos));
                }
            }
            case "jdk.CPUTimeSample" ->
                    to.add(
                            new Measured(
                                    JfrFamily.CPU,
                                    event,
                                    event.getDuration("samplingPeriod").toNanos()));
            case "profiler.WallClockSample" -> {
                long nanos = event.getInt("samples") * periodNanos;
                to.add(new Measured(JfrFamily.WALL, event, nanos));
                if (isByWall && state(event).equals("STATE_RUNNABLE")) {
                    to.add(new Measured(JfrFamily.CPU, event, nanos));
                }
            }
            default -> {
                JfrFamily family = FAMILY_BY_EVENT.get(event.getEventType().getName());
                if (family != null) {
                    to.add(new Measured(family, event, amount(family, event)));
                }
            }
        }
    }

    private static long amount(JfrFamily family, RecordedEvent event) {
        return switch (family) {
            case ALLOCATION_IN_NEW_TLAB -> event.getLong("tlabSize");
            case ALLOCATION_OUTSIDE_TLAB -> event.getLong("allocationSize");
            case ALLOCATION_SAMPLE -> event.getLong("weight");
            case MONITOR_ENTER, THREAD_PARK -> event.getDuration().toNanos();
            case LIVE_OBJECT -> 1;
            case MALLOC -> event.getLong("size");
            case CPU, WALL -> throw new IllegalStateException(family + " is a number of periods");
        };
    }

    private static boolean isCpuTime(Measured measured) {
        return measured.event().getEventType().getName().equals("jdk.CPUTimeSample");
    }

    private static String state(RecordedEvent event) {
        return event.getValue("state") instanceof RecordedObject state
                ? state.getString("name")
                : event.getString("state");
    }
}
