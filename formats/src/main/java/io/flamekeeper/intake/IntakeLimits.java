package io.flamekeeper.intake;

import io.flamekeeper.format.DecodeLimits;

/// How much of an upload is taken. Times in the past have no limit: what is older than the retention goes
/// with it.
///
/// @param profileBytesMax    bytes of one profile, uncompressed; more is refused
/// @param decode             sizes inside one profile
/// @param labelsMax          labels of a series without the computed ones; more from the sender of a series
///     is refused, more from a sample is left out
/// @param labelNameBytesMax  UTF-8 bytes of a label's name; as above
/// @param labelValueBytesMax UTF-8 bytes of a label's value; more is cut, see [LabelValue]
/// @param futureMillisMax    how far a profile's time may be ahead of the server's clock
public record IntakeLimits(
        int profileBytesMax,
        DecodeLimits decode,
        int labelsMax,
        int labelNameBytesMax,
        int labelValueBytesMax,
        long futureMillisMax) {
    /// The peers' limits, but none on age.
    public static final IntakeLimits DEFAULTS =
            new IntakeLimits(4 << 20, DecodeLimits.DEFAULTS, 30, 1_024, 2_048, 10 * 60_000L);
}
