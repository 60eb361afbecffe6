package io.flamekeeper.query;

import java.time.Duration;

/// What one query may cost.
///
/// @param workersMax threads of the pool that one query uses at a time, at least 1
/// @param deadline   time from the start of a query to its end, unless its caller sets an earlier one
/// @param pairsMax   (stack, value) pairs it may read
/// @param nodesMax   nodes its merged tree may have; bounds its memory, some 100 bytes a node
/// @param keptBytesMax memory for what queries keep for later ones, dictionaries and answers; 0 = keep nothing
public record QueryLimits(
        int workersMax, Duration deadline, long pairsMax, int nodesMax, long keptBytesMax) {
    public static final QueryLimits DEFAULTS =
            new QueryLimits(
                    Runtime.getRuntime().availableProcessors(),
                    Duration.ofSeconds(30),
                    100_000_000_000L,
                    20_000_000,
                    128L << 20);

    public QueryLimits {
        assert workersMax >= 1 && pairsMax >= 0 && nodesMax >= 1 && keptBytesMax >= 0
                : "no query could run";
    }
}
