package io.flamekeeper.model;

/// What a profile measures, written `name:sampleType:sampleUnit:periodType:periodUnit`.
///
/// Example: `process_cpu:cpu:nanoseconds:cpu:nanoseconds`.
///
/// @param name   family of the profile, such as `process_cpu` or `memory`
/// @param sample what one sample's value counts
/// @param period what elapses between two samples, or [ValueType#NONE]
public record ProfileType(String name, ValueType sample, ValueType period) {

    /// Parses the five-part id; a sixth part `delta` is accepted and means nothing.
    ///
    /// @throws FlamekeeperException [ErrorCode#INVALID_REQUEST] unless `text` has five or six parts
    public static ProfileType parse(String text) {
        String[] part = text.split(":", -1);
        if (part.length != 5 && part.length != 6) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "profile type: '%s' (expected: name:type:unit:periodType:periodUnit)",
                    text);
        }
        return new ProfileType(
                part[0], new ValueType(part[1], part[2]), new ValueType(part[3], part[4]));
    }

    /// The five-part id.
    public String id() {
        return String.join(":", name, sample.type(), sample.unit(), period.type(), period.unit());
    }

    @Override
    public String toString() {
        return id();
    }
}
