package io.flamekeeper.format;

import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.ValueType;
import java.util.List;

/// One profile exactly as the sender described it: decoded and consistent in itself, but not yet believed.
///
/// Values may be zero or negative, the same stack may come twice, times may be 0, label names may be
/// illegal. The normaliser turns this into `Profile`s; nothing else may read it.
///
/// | column       | shape                | meaning                                                       |
/// |--------------|----------------------|---------------------------------------------------------------|
/// | `stack`      | `int[samples]`       | leaf node in `stacks`                                         |
/// | `value`      | `long[samples * t]`  | `value[sample * t + type]`, t = number of sample types        |
/// | `labelStart` | `int[samples + 1]`   | first label of the sample in the two columns below            |
/// | `labelName`  | `int[labels]`        | string; the same name may come twice in a sample              |
/// | `labelValue` | `int[labels]`        | string; only labels with text values are here                 |
///
/// Arrays may be longer than said. Strings are those of `symbols.strings()`.
///
/// @param sampleTypes   what each value column counts, at least one
/// @param periodType    what elapses between two samples, or [ValueType#NONE]
/// @param period        how much of it, 0 = not said
/// @param timeNanos     nanoseconds since the Unix epoch as sent, 0 = not said
/// @param durationNanos as sent, 0 = not said
public record RawProfile(
        SymbolTable symbols,
        StackTable stacks,
        List<ValueType> sampleTypes,
        ValueType periodType,
        long period,
        long timeNanos,
        long durationNanos,
        int sampleCount,
        int[] stack,
        long[] value,
        int[] labelStart,
        int[] labelName,
        int[] labelValue) {
    public RawProfile {
        sampleTypes = List.copyOf(sampleTypes);
    }

    /// The same profile, whose sender says elsewhere how long it took.
    public RawProfile lasting(long nanos) {
        return new RawProfile(
                symbols,
                stacks,
                sampleTypes,
                periodType,
                period,
                timeNanos,
                nanos,
                sampleCount,
                stack,
                value,
                labelStart,
                labelName,
                labelValue);
    }
}
