package io.flamekeeper.format.speedscope;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.Arrays;
import java.util.stream.Collectors;

/// What the amounts of a profile are counted in.
enum Unit {
    NONE("none", "count", 1),
    NANOSECONDS("nanoseconds", "nanoseconds", 1),
    MICROSECONDS("microseconds", "nanoseconds", 1_000),
    MILLISECONDS("milliseconds", "nanoseconds", 1_000_000),
    SECONDS("seconds", "nanoseconds", 1_000_000_000),
    BYTES("bytes", "bytes", 1);

    /// For what a `long` cannot hold.
    static final long NO_AMOUNT = Long.MIN_VALUE;

    private static final double LONG_END = 0x1p63;

    private final String said;
    private final String stored;
    private final long factor;

    Unit(String said, String stored, long factor) {
        this.said = said;
        this.stored = stored;
        this.factor = factor;
    }

    static Unit of(String said) {
        for (Unit unit : values()) {
            if (unit.said.equals(said)) {
                return unit;
            }
        }
        throw new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE,
                "speedscope: unit is '%.100s' (expected: %s)",
                said,
                Arrays.stream(values()).map(unit -> unit.said).collect(Collectors.joining(", ")));
    }

    /// The unit in which amounts are given away: all times are nanoseconds.
    String stored() {
        return stored;
    }

    /// So much of this unit, in [#stored], or [#NO_AMOUNT].
    long amount(long said) {
        long product = said * factor;
        boolean fits = Math.multiplyHigh(said, factor) == product >> 63;
        return fits ? product : NO_AMOUNT;
    }

    /// As above, to the nearest whole.
    long amount(double said) {
        double product = scaled(said);
        return Math.abs(product) < LONG_END ? Math.round(product) : NO_AMOUNT;
    }

    double scaled(double said) {
        return said * factor;
    }
}
