package io.flamekeeper.store;

/// What the store holds and has done since it was opened.
///
/// @param appendedProfiles profiles made durable since the store was opened
/// @param recoveredProfiles profiles read back from the log when it was opened
/// @param headProfiles     profiles not yet sealed
/// @param segmentCount     live segments
/// @param segmentBytes     their size
/// @param walBytes         size of the logs
/// @param syncCount        successful syncs of a log since the store was opened
/// @param upkeep           what became of sealed profiles
public record StoreStatistics(
        long appendedProfiles,
        long recoveredProfiles,
        long headProfiles,
        long segmentCount,
        long segmentBytes,
        long walBytes,
        long syncCount,
        UpkeepStatistics upkeep) {}
