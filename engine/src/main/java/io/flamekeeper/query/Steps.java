package io.flamekeeper.query;

import io.flamekeeper.model.TimeRange;
import io.flamekeeper.store.Part;

/// The steps of a time series: each is named by its end, and a profile at that very millisecond is in it.
///
/// Differences of times are taken as unsigned numbers, so that no range is too wide.
record Steps(TimeRange range, long stepMillis) implements Part.Grid {
    /// When the profiles that count were taken: from one step before the start, exclusive, up to the last
    /// step that ends in the range.
    TimeRange rows() {
        long lastStep =
                range.startMillis()
                        + Long.divideUnsigned(range.endMillis() - range.startMillis(), stepMillis)
                                * stepMillis;
        long end = lastStep < range.endMillis() ? lastStep + 1 : range.endMillis();
        return new TimeRange(reachBack(range.startMillis()), end);
    }

    /// End of the step that a profile belongs to.
    long of(long timeMillis) {
        long start = range.startMillis();
        if (timeMillis <= start) {
            return start;
        }
        long stepsBefore = Long.divideUnsigned(timeMillis - start - 1, stepMillis);
        return start + (stepsBefore + 1) * stepMillis;
    }

    @Override
    public boolean isOneCell(long firstMillis, long lastMillis) {
        return of(firstMillis) == of(lastMillis);
    }

    /// When the profiles of one step that count were taken.
    TimeRange rows(long stepEndMillis) {
        TimeRange all = rows();
        long start = Math.max(reachBack(stepEndMillis), all.startMillis());
        return new TimeRange(
                start, stepEndMillis < all.endMillis() ? stepEndMillis + 1 : all.endMillis());
    }

    private long reachBack(long stepEndMillis) {
        long start = stepEndMillis - (stepMillis - 1);
        return start > stepEndMillis ? Long.MIN_VALUE : start;
    }
}
