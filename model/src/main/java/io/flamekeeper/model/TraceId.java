package io.flamekeeper.model;

import java.util.Comparator;
import java.util.HexFormat;

/// Names a trace: all that one request does, in whatever programs.
///
/// @param high upper 64 of 128 bits
/// @param low  lower 64
public record TraceId(long high, long low) implements Comparable<TraceId> {
    public static final TraceId NONE = new TraceId(0, 0);

    /// Size of both halves.
    public static final int BYTES = 2 * Long.BYTES;

    private static final Comparator<TraceId> ORDER =
            Comparator.comparingLong(TraceId::high).thenComparingLong(TraceId::low);
    private static final int HEX_DIGITS = 32;

    /// Reads 32 hex digits; [#NONE] for anything else.
    public static TraceId parse(String text) {
        if (text.length() != HEX_DIGITS || !text.chars().allMatch(HexFormat::isHexDigit)) {
            return NONE;
        }
        return new TraceId(
                HexFormat.fromHexDigitsToLong(text, 0, HEX_DIGITS / 2),
                HexFormat.fromHexDigitsToLong(text, HEX_DIGITS / 2, HEX_DIGITS));
    }

    public boolean isNone() {
        return (high | low) == 0;
    }

    @Override
    public int compareTo(TraceId other) {
        return ORDER.compare(this, other);
    }
}
