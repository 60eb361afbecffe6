package io.flamekeeper.format;

/// How large the parts of one profile may be. A decoder enforces them while it reads, so that what exceeds
/// them is never built.
///
/// @param samplesMax      samples as sent, counted before equal ones are merged; of text and trees, different
///     stacks; more is refused
/// @param sampleLabelsMax labels on one sample, numeric ones too; more is refused
/// @param stackDepthMax   frames of one stack, at least 3; what is deeper keeps its outermost and its
///     innermost frames around one marker frame named [#CUT_MARKER]
/// @param symbolBytesMax  UTF-8 bytes of one string, at least 4; a longer one keeps its end
public record DecodeLimits(
        int samplesMax, int sampleLabelsMax, int stackDepthMax, int symbolBytesMax) {
    /// What the peers allow; their clients are built for these numbers.
    public static final DecodeLimits DEFAULTS = new DecodeLimits(16_000, 100, 1_000, 65_535);

    /// The function that stands for the frames cut out of a stack that is too deep.
    public static final String CUT_MARKER = "[frames cut]";

    public DecodeLimits {
        assert samplesMax > 0 && sampleLabelsMax > 0 && stackDepthMax >= 3 && symbolBytesMax >= 4
                : "a limit that nothing can keep";
    }
}
