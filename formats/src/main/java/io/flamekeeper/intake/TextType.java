package io.flamekeeper.intake;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.ValueType;

/// What the counts of a text upload measure: the application's name says it behind its last dot.
///
/// @param service    the name without that suffix
/// @param multiplier what one count is worth, in `type.sample().unit()`
/// @param period     the same for processor and wall time, else 0
record TextType(String service, ProfileType type, long multiplier, long period) {
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final ValueType SAMPLES = new ValueType("samples", "count");
    private static final ValueType CPU = new ValueType("cpu", "nanoseconds");

    /// @param sampleRate counts a second, 0 = counts are not time
    /// @throws FlamekeeperException `INVALID_REQUEST` for a suffix that names no type
    static TextType of(String application, int sampleRate) {
        int dot = application.lastIndexOf('.');
        String service = dot < 0 ? application : application.substring(0, dot);
        String suffix = dot < 0 ? "cpu" : application.substring(dot + 1);
        return switch (suffix) {
            case "cpu", "itimer" -> time(service, "process_cpu", "cpu", sampleRate);
            case "wall", "seconds", "milliseconds", "microseconds", "nanoseconds" ->
                    time(service, "wall", "wall", sampleRate);
            case "inuse_objects", "alloc_objects", "live" ->
                    plain(service, "memory", suffix, "count");
            case "inuse_space", "alloc_space" -> plain(service, "memory", suffix, "bytes");
            case "alloc_in_new_tlab_objects", "alloc_outside_tlab_objects" ->
                    plain(service, "memory", suffix, "count");
            case "alloc_in_new_tlab_bytes", "alloc_outside_tlab_bytes" ->
                    plain(service, "memory", suffix, "bytes");
            case "goroutines" -> plain(service, "goroutine", "goroutines", "count");
            case "mutex_count" -> plain(service, "mutex", "contentions", "count");
            case "mutex_duration" -> plain(service, "mutex", "delay", "nanoseconds");
            case "block_count", "lock_count" -> plain(service, "block", "contentions", "count");
            case "block_duration", "lock_duration" ->
                    plain(service, "block", "delay", "nanoseconds");
            case "exceptions" -> plain(service, "exceptions", "samples", "count");
            case "bytes" -> plain(service, "memory", "samples", "bytes");
            default ->
                    throw new FlamekeeperException(
                            ErrorCode.INVALID_REQUEST,
                            "unknown profile type: '%.100s' in application '%.200s'"
                                    + " (expected: cpu, wall, alloc_space, … behind the last dot, or no dot)",
                            suffix,
                            application);
        };
    }

    private static TextType time(String service, String name, String sample, int sampleRate) {
        if (sampleRate == 0) {
            return new TextType(service, new ProfileType(name, SAMPLES, ValueType.NONE), 1, 0);
        }
        long period = SECOND_NANOS / sampleRate;
        var type = new ProfileType(name, new ValueType(sample, "nanoseconds"), CPU);
        return new TextType(service, type, period, period);
    }

    private static TextType plain(String service, String name, String sample, String unit) {
        var type = new ProfileType(name, new ValueType(sample, unit), ValueType.NONE);
        return new TextType(service, type, 1, 0);
    }

    /// Worth of that many counts; saturates.
    long value(long count) {
        if (count <= 0 || multiplier == 0) {
            return 0;
        }
        return count > Long.MAX_VALUE / multiplier ? Long.MAX_VALUE : count * multiplier;
    }
}
