package io.flamekeeper.model;

/// Half-open interval of wall-clock time, `startMillis <= t < endMillis`; may be empty.
///
/// @param startMillis first instant inside, milliseconds since the Unix epoch; may be negative
/// @param endMillis   first instant outside, milliseconds since the Unix epoch
public record TimeRange(long startMillis, long endMillis) {
    /// All of time.
    public static final TimeRange ALWAYS = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

    public TimeRange {
        if (startMillis > endMillis) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "range: query start time is after end time, start %d, end %d (expected: start <= end)",
                    startMillis,
                    endMillis);
        }
    }

    public boolean contains(long timeMillis) {
        return startMillis <= timeMillis && timeMillis < endMillis;
    }

    /// Whether any instant of `[firstMillis, lastMillis]`, both inside, lies in this range.
    public boolean overlaps(long firstMillis, long lastMillis) {
        return firstMillis < endMillis && startMillis <= lastMillis;
    }

    /// Whether all of `[firstMillis, lastMillis]`, both inside, lies in this range.
    public boolean covers(long firstMillis, long lastMillis) {
        return startMillis <= firstMillis && lastMillis < endMillis;
    }
}
