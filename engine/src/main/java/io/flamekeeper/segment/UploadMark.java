package io.flamekeeper.segment;

/// That an upload was taken, so that the same one sent again counts once.
///
/// @param high           upper half of the hash of tenant, labels, believed time and bytes as sent
/// @param low            lower half
/// @param receivedMillis when it came, by the server's clock, milliseconds since the Unix epoch
public record UploadMark(long high, long low, long receivedMillis) {}
