package io.flamekeeper.query;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TimeRange;
import java.util.List;

/// How much did the selected profiles measure over time?
///
/// Steps end at `start`, `start + step`, … up to the last that is not after `end`; a profile belongs to
/// the first step that does not end before it, and the step that ends at `start` reaches back one step.
/// Profiles at or after the end of the range, or after the last step, do not count.
///
/// @param stepMillis distance of two points, at least 1
/// @param groupBy    one series of points for each set of values of these labels; empty means one series
/// @param callSite   as in [MergeQuery]
/// @param limit      how many series, those with the largest sums; 0 means all
public record SeriesQuery(
        ProfileType type,
        Selector selector,
        TimeRange range,
        long stepMillis,
        List<String> groupBy,
        Aggregation aggregation,
        List<String> callSite,
        long limit) {
    public SeriesQuery {
        if (stepMillis < 1) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST,
                    "step: %d ms, step must be >= 1ms (expected: at least 1 ms)",
                    stepMillis);
        }
        if (limit < 0) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_REQUEST, "limit: %d (expected: at least 0)", limit);
        }
        groupBy = List.copyOf(groupBy);
        callSite = List.copyOf(callSite);
    }
}
