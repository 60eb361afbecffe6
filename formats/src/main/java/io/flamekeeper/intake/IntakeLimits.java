package io.flamekeeper.intake;

import io.flamekeeper.format.DecodeLimits;

/// How much of an upload is taken.
///
/// @param profileBytesMax    bytes of one profile, uncompressed; more is refused
/// @param decode             sizes inside one profile
/// @param labelSetsMax       different sets of sample labels in one profile; more is refused
/// @param labelsMax          labels of a series without the computed ones; more from the sender of a series
///     is refused, more from a sample is left out
/// @param labelNameBytesMax  UTF-8 bytes of a label's name; as above
/// @param labelValueBytesMax UTF-8 bytes of a label's value; more is cut, see [LabelValue]
/// @param labelValuesMax     different values that one label of one service may have within a day; more are one, see
///     [LabelValueCap]. 0 = any number
/// @param pastMillisMax      how far a profile's time may be behind the server's clock; [#ANY_AGE] = without end:
///     what is older than the retention goes with it
/// @param futureMillisMax    how far a profile's time may be ahead of the server's clock
public record IntakeLimits(
        int profileBytesMax,
        DecodeLimits decode,
        int labelSetsMax,
        int labelsMax,
        int labelNameBytesMax,
        int labelValueBytesMax,
        int labelValuesMax,
        long pastMillisMax,
        long futureMillisMax) {
    /// What [#labelValuesMax] may be at most.
    public static final int LABEL_VALUES_MAX = LabelValueCap.ALL_MAX;

    public static final long ANY_AGE = Long.MAX_VALUE;

    /// The peers' limits, but none on age.
    public static final IntakeLimits DEFAULTS =
            new IntakeLimits(
                    4 << 20,
                    DecodeLimits.DEFAULTS,
                    5_000,
                    30,
                    1_024,
                    2_048,
                    0,
                    ANY_AGE,
                    10 * 60_000L);

    IntakeLimits withLabelsMax(int max) {
        return new IntakeLimits(
                profileBytesMax,
                decode,
                labelSetsMax,
                max,
                labelNameBytesMax,
                labelValueBytesMax,
                labelValuesMax,
                pastMillisMax,
                futureMillisMax);
    }
}
