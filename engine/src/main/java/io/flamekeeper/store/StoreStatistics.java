package io.flamekeeper.store;

/// What the store holds and has done since it was opened.
///
/// @param appendedProfiles profiles made durable since the store was opened
/// @param recoveredProfiles profiles read back from logs since it was opened
/// @param unreadLogBytes   logs found when it was opened that are not read back yet; until there are none, snapshots
///     wait
/// @param headProfiles     profiles in memory, not yet sealed
/// @param segmentCount     live segments
/// @param segmentBytes     their size
/// @param walBytes         size of the logs
/// @param syncCount        successful syncs of a log since the store was opened
/// @param repeatedUploads  groups not stored because their upload had come within 24 hours
/// @param forgottenUploads uploads forgotten within 24 hours, because there were more than may be known; one of
///     them that is sent again is stored again
/// @param dictionaryRolls  heads sealed because a dictionary was full, since the store was opened
/// @param isDiskFull       whether appends are refused until there is room on the disk
/// @param upkeep           what became of sealed profiles
public record StoreStatistics(
        long appendedProfiles,
        long recoveredProfiles,
        long unreadLogBytes,
        long headProfiles,
        long segmentCount,
        long segmentBytes,
        long walBytes,
        long syncCount,
        long repeatedUploads,
        long forgottenUploads,
        long dictionaryRolls,
        boolean isDiskFull,
        UpkeepStatistics upkeep) {}
