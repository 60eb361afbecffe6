package io.flamekeeper.query;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// Zeroed arrays for sums over the nodes of a part, kept between queries. Safe for use by many threads.
final class Accumulators {
    /// Larger ones are not kept: 32 MB each.
    private static final int KEPT_NODES_MAX = 1 << 22;

    private static final int NODES_MIN = 1 << 14;

    private final BlockingQueue<long[]> idle;

    Accumulators(int keptMax) {
        this.idle = new ArrayBlockingQueue<>(keptMax);
    }

    /// @return all zero, at least `nodes` long; the caller's until given back
    long[] take(int nodes) {
        long[] kept = idle.poll();
        return kept != null && kept.length >= nodes
                ? kept
                : new long[Math.max(nodes + nodes / 4, NODES_MIN)];
    }

    /// @param zeroed all zero again. One that may not be is simply not given back
    void give(long[] zeroed) {
        if (zeroed.length <= KEPT_NODES_MAX) {
            boolean _ = idle.offer(zeroed);
        }
    }
}
