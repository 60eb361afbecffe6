package io.flamekeeper.store;

import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.model.LabelMatcher.ValuePattern;
import io.flamekeeper.model.TenantId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// What an [EmbeddedStore] does with sealed profiles.
///
/// @param automatic           whether a thread does it; else only [EmbeddedStore#compact] does
/// @param compactionBytesMax  memory, roughly, that joining one service may take
/// @param limits              of tenants that have none of their own
/// @param limitsByTenant      of those that have
/// @param patterns            makes the regular expressions of deletes that are read back
public record UpkeepConfig(
        boolean automatic,
        long compactionBytesMax,
        Limits limits,
        Map<TenantId, Limits> limitsByTenant,
        Function<String, ValuePattern> patterns) {
    public static final long COMPACTION_BYTES = 256L << 20;

    /// How much is kept.
    ///
    /// @param age   of the newest profile of a file from which the file goes; empty = none goes by age
    /// @param bytes of a tenant's files above level 0; beyond, the oldest go; 0 = any number
    public record Limits(Optional<Duration> age, long bytes) {
        public static final Limits NONE = new Limits(Optional.empty(), 0);
    }

    public UpkeepConfig {
        limitsByTenant = Map.copyOf(limitsByTenant);
        if (compactionBytesMax <= 0) {
            throw new FlamekeeperException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "compactionBytesMax: %d (expected: > 0)",
                    compactionBytesMax);
        }
    }

    /// Keeps everything and does nothing by itself.
    public static UpkeepConfig manual(Function<String, ValuePattern> patterns) {
        return new UpkeepConfig(false, COMPACTION_BYTES, Limits.NONE, Map.of(), patterns);
    }

    Limits limits(TenantId tenant) {
        return limitsByTenant.getOrDefault(tenant, limits);
    }
}
