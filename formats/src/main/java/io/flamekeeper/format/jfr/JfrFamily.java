package io.flamekeeper.format.jfr;

import io.flamekeeper.model.ValueType;
import java.util.List;

/// What events of a recording measure. Each family that occurs is one profile.
@SuppressWarnings("ImmutableEnumChecker") // records, and a list of records that nobody can change
public enum JfrFamily {
    /// Time on a processor: `jdk.ExecutionSample`, or `jdk.CPUTimeSample` where there is one.
    CPU("process_cpu", type("cpu", "nanoseconds"), type("cpu", "nanoseconds")),
    /// Time that passed, running or not.
    WALL("wall", type("wall", "nanoseconds"), type("wall", "nanoseconds")),
    ALLOCATION_IN_NEW_TLAB(
            "memory",
            type("space", "bytes"),
            type("alloc_in_new_tlab_objects", "count"),
            type("alloc_in_new_tlab_bytes", "bytes")),
    ALLOCATION_OUTSIDE_TLAB(
            "memory",
            type("space", "bytes"),
            type("alloc_outside_tlab_objects", "count"),
            type("alloc_outside_tlab_bytes", "bytes")),
    ALLOCATION_SAMPLE(
            "memory",
            type("space", "bytes"),
            type("alloc_sample_objects", "count"),
            type("alloc_sample_bytes", "bytes")),
    /// Waiting to enter a monitor.
    MONITOR_ENTER(
            "mutex",
            type("mutex", "count"),
            type("contentions", "count"),
            type("delay", "nanoseconds")),
    THREAD_PARK(
            "block",
            type("block", "count"),
            type("contentions", "count"),
            type("delay", "nanoseconds")),
    /// Sampled objects that are still reachable.
    LIVE_OBJECT("memory", type("objects", "count"), type("live", "count")),
    /// Memory that native code took.
    MALLOC(
            "memory",
            ValueType.NONE,
            type("malloc_objects", "count"),
            type("malloc_bytes", "bytes"));

    private final String profileName;
    private final ValueType periodType;
    private final List<ValueType> sampleTypes;

    JfrFamily(String profileName, ValueType periodType, ValueType... sampleTypes) {
        this.profileName = profileName;
        this.periodType = periodType;
        this.sampleTypes = List.of(sampleTypes);
    }

    private static ValueType type(String type, String unit) {
        return new ValueType(type, unit);
    }

    /// First part of the profile type, such as `process_cpu`.
    public String profileName() {
        return profileName;
    }

    public ValueType periodType() {
        return periodType;
    }

    /// One amount, or how many and their amount.
    public List<ValueType> sampleTypes() {
        return sampleTypes;
    }
}
