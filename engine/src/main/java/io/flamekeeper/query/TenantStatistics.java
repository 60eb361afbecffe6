package io.flamekeeper.query;

/// What a tenant has, at a glance.
///
/// @param dataIngested whether anything is stored
/// @param oldestMillis time of the earliest profile, milliseconds since the Unix epoch; 0 without data
/// @param newestMillis time of the latest profile; 0 without data
public record TenantStatistics(boolean dataIngested, long oldestMillis, long newestMillis) {
    public static final TenantStatistics NOTHING = new TenantStatistics(false, 0, 0);
}
