package io.flamekeeper.segment;

import java.io.IOException;

/// Walks over rows, one after the other. Before the first [#next] there is no row. For one thread.
public interface RowCursor {
    /// Goes to the next row.
    ///
    /// @return false if there is none
    boolean next() throws IOException;

    int series();

    /// Start of sampling, nanoseconds since the Unix epoch.
    long timeNanos();

    long durationNanos();

    long period();

    /// Sum of the values, saturated.
    long total();

    int pairCount();

    /// Leaf nodes, ascending; the first [#pairCount] count. The cursor's, until the next [#next].
    int[] node();

    /// Amounts, > 0; likewise.
    long[] value();

    /// Whether any pair has a span or a trace.
    boolean hasSpans();

    /// Spans, 0 = none; likewise. Means nothing unless [#hasSpans].
    long[] spanId();

    /// Whether any pair has a trace.
    boolean hasTraces();

    /// Upper and lower half of each pair's trace, 0, 0 = none; likewise. Means nothing unless [#hasTraces].
    long[] traceId();
}
