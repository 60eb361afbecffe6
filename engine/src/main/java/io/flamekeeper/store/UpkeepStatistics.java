package io.flamekeeper.store;

/// What became of sealed profiles since the store was opened.
///
/// @param compactions      swaps of segments for others
/// @param readBytes        size of the segments that were replaced
/// @param writtenBytes     size of those that replaced them
/// @param tooLarge         joins that were left because a service's dictionaries would not fit
/// @param failures         compactions that failed
/// @param retiredSegments  segments dropped by retention
/// @param retiredBytes     their size
/// @param pendingDeletes   deletes that are hidden and not gone from the files yet
public record UpkeepStatistics(
        long compactions,
        long readBytes,
        long writtenBytes,
        long tooLarge,
        long failures,
        long retiredSegments,
        long retiredBytes,
        long pendingDeletes) {
    public static final UpkeepStatistics NONE = new UpkeepStatistics(0, 0, 0, 0, 0, 0, 0, 0);
}
