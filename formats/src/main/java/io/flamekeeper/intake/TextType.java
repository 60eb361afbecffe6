package io.flamekeeper.intake;

import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.ValueType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// What a text upload measured, see [#of].
///
/// @param multiplier what one count is worth, in `type.sample().unit()`
/// @param period     the same for processor and wall time, else 0
record TextType(ProfileType type, long multiplier, long period) {
    /// The profile type of a request that leaves it to the file.
    static final String AUTO = "auto";

    private static final long SECOND_NANOS = 1_000_000_000;
    private static final String COUNT = "count";
    private static final String NANOSECONDS = "nanoseconds";
    private static final ValueType CPU = new ValueType("cpu", NANOSECONDS);

    /// Words for types. Those of processor and wall time count samples, or are in nanoseconds if anybody says how
    /// long a sample is.
    private static final Map<String, ProfileType> TYPE_BY_WORD = new TreeMap<>();

    static {
        put("process_cpu", "samples", COUNT, "cpu", "itimer");
        put(
                "wall",
                "samples",
                COUNT,
                "wall",
                "seconds",
                "milliseconds",
                "microseconds",
                NANOSECONDS);
        for (String objects :
                new String[] {
                    "inuse_objects",
                    "alloc_objects",
                    "alloc_in_new_tlab_objects",
                    "alloc_outside_tlab_objects",
                    "live"
                }) {
            put("memory", objects, COUNT, objects);
        }
        for (String bytes :
                new String[] {
                    "inuse_space",
                    "alloc_space",
                    "alloc_in_new_tlab_bytes",
                    "alloc_outside_tlab_bytes"
                }) {
            put("memory", bytes, "bytes", bytes);
        }
        put("memory", "samples", "bytes", "bytes");
        put("goroutine", "goroutines", COUNT, "goroutines");
        put("mutex", "contentions", COUNT, "mutex_count");
        put("mutex", "delay", NANOSECONDS, "mutex_duration");
        put("block", "contentions", COUNT, "block_count", "lock_count");
        put("block", "delay", NANOSECONDS, "block_duration", "lock_duration");
        put("exceptions", "samples", COUNT, "exceptions");
    }

    private static void put(String name, String sample, String unit, String... words) {
        for (String word : words) {
            TYPE_BY_WORD.put(
                    word, new ProfileType(name, new ValueType(sample, unit), ValueType.NONE));
        }
    }

    /// Where a request says what was measured.
    ///
    /// | `profileType`           | service                       | type                                        |
    /// |-------------------------|-------------------------------|---------------------------------------------|
    /// | none                    | application up to its last dot | the word behind the dot; without a dot as `auto` |
    /// | a word, such as `cpu`   | application                   | the word's                                  |
    /// | `auto`                  | application                   | what the file says, or `cpu`                |
    /// | five parts with `:`     | application                   | exactly that; counts are taken as they are  |
    ///
    /// @param word a word for a type, `auto`, or a whole type
    record Said(String service, String word) {
        /// @param parts as of [DecodedText]; of several, which say it, the application need not
        /// @throws FlamekeeperException `INVALID_REQUEST` for a word that names no type
        static Said of(IngestParameters parameters, int parts) {
            String application = parameters.application();
            String word = parameters.profileType();
            int dot = application.lastIndexOf('.');
            if (word.isEmpty() && dot >= 0) {
                word = application.substring(dot + 1);
                if (TYPE_BY_WORD.containsKey(word)) {
                    return new Said(application.substring(0, dot), word);
                }
                if (parts == 1) {
                    throw unknown(word);
                }
                return new Said(application, AUTO);
            }
            if (word.isEmpty() || word.equals(AUTO)) {
                return new Said(application, AUTO);
            }
            if (TYPE_BY_WORD.containsKey(word) || word.contains(":")) {
                return new Said(application, word);
            }
            throw unknown(word);
        }

        private static FlamekeeperException unknown(String word) {
            return invalid(
                    "unknown profile type: '%.100s' (expected: behind the last dot of the name, or as profileType, one of %s; or profileType=auto or =name:type:unit:periodType:periodUnit)",
                    word, String.join(", ", TYPE_BY_WORD.keySet()));
        }
    }

    /// The type of a profile whose amounts are in this unit.
    ///
    /// @param word       of [Said]
    /// @param unit       `count`, `nanoseconds` or `bytes`
    /// @param parts      as of [DecodedText]; of several threads, time is wall time
    /// @param sampleRate counts a second, 0 = counts are not time
    /// @throws FlamekeeperException `INVALID_REQUEST` if the type has another unit
    static TextType of(String word, String unit, int parts, int sampleRate) {
        ProfileType type = typeOf(word, unit, parts);
        boolean isWord = !word.contains(":");
        boolean isTime =
                isWord && (type.name().equals("process_cpu") || type.name().equals("wall"));
        if (isTime && (unit.equals(NANOSECONDS) || (unit.equals(COUNT) && sampleRate > 0))) {
            String sample = type.name().equals("wall") ? "wall" : "cpu";
            var inTime = new ProfileType(type.name(), new ValueType(sample, NANOSECONDS), CPU);
            long period = unit.equals(COUNT) ? SECOND_NANOS / sampleRate : 0;
            return new TextType(inTime, unit.equals(COUNT) ? period : 1, period);
        }
        if (!unit.equals(COUNT) && !unit.equals(type.sample().unit())) {
            throw invalid(
                    "profile type: %s is in %s, the profile in %s (expected: the same)",
                    word, type.sample().unit(), unit);
        }
        return new TextType(type, 1, 0);
    }

    private static ProfileType typeOf(String word, String unit, int parts) {
        if (word.contains(":")) {
            ProfileType type = ProfileType.parse(word);
            if (type.name().isEmpty() || type.sample().type().isEmpty()) {
                throw invalid(
                        "profile type: '%.200s' (expected: name:type:unit:periodType:periodUnit)",
                        word);
            }
            return type;
        }
        String own =
                switch (unit) {
                    case "bytes" -> "bytes";
                    case NANOSECONDS -> parts > 1 ? "wall" : "cpu";
                    default -> "cpu";
                };
        return Objects.requireNonNull(TYPE_BY_WORD.get(word.equals(AUTO) ? own : word), word);
    }

    @FormatMethod
    private static FlamekeeperException invalid(String message, Object... args) {
        return new FlamekeeperException(ErrorCode.INVALID_REQUEST, message, args);
    }

    /// The same profile, of this type and in its unit. What is negative stays so: it is for the normaliser to drop.
    RawProfile apply(RawProfile counted) {
        long[] value = new long[counted.sampleCount()];
        Arrays.setAll(value, sample -> value(counted.value()[sample]));
        return new RawProfile(
                counted.symbols(),
                counted.stacks(),
                List.of(type.sample()),
                type.period(),
                period,
                counted.timeNanos(),
                counted.durationNanos(),
                counted.sampleCount(),
                counted.stack(),
                value,
                counted.labelStart(),
                counted.labelName(),
                counted.labelValue());
    }

    /// Worth of that many counts; saturates.
    private long value(long count) {
        if (count <= 0 || multiplier == 0) {
            return Math.min(count, 0);
        }
        return count > Long.MAX_VALUE / multiplier ? Long.MAX_VALUE : count * multiplier;
    }
}
