package io.flamekeeper.store;

import io.flamekeeper.column.Scatter;
import io.flamekeeper.model.SaturatedMath;

/// Adds the pairs of one row, wherever they come from.
final class Pairs {
    private Pairs() {}

    /// @param spanId holds the span of each pair if `hasSpans`
    static void addSelf(
            int[] node,
            long[] value,
            long[] spanId,
            boolean hasSpans,
            int count,
            SpanFilter spans,
            long[] self) {
        if (spans.isAll()) {
            Scatter.addSaturated(node, value, count, self);
        } else if (hasSpans) {
            for (int pair = 0; pair < count; pair++) {
                if (spans.matches(spanId[pair])) {
                    self[node[pair]] = SaturatedMath.add(self[node[pair]], value[pair]);
                }
            }
        }
    }
}
