package io.flamekeeper.store;

import java.util.Arrays;

/// Which samples of a row count: all, or those of certain spans.
public final class SpanFilter {
    /// Every sample, of a span or not.
    public static final SpanFilter ALL = new SpanFilter(new long[0]);

    private final long[] sortedSpanIds;

    private SpanFilter(long[] sortedSpanIds) {
        this.sortedSpanIds = sortedSpanIds;
    }

    /// @param spanIds at least one; 0, which means no span, is not allowed
    public static SpanFilter of(long... spanIds) {
        assert spanIds.length > 0 : "no span";
        long[] sorted = spanIds.clone();
        Arrays.sort(sorted);
        return new SpanFilter(sorted);
    }

    public boolean isAll() {
        return sortedSpanIds.length == 0;
    }

    /// Ascending; none if this is [#ALL]. Do not change.
    long[] spanIds() {
        return sortedSpanIds;
    }

    public boolean matches(long spanId) {
        return isAll() || Arrays.binarySearch(sortedSpanIds, spanId) >= 0;
    }
}
