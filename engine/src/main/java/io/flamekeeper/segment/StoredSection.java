package io.flamekeeper.segment;

/// Where a section of a [Partition] lies. [SegmentLayout] says what is in it.
///
/// @param start        first byte in the file
/// @param bytes        in the file
/// @param decodedBytes the same if it is not compressed
public record StoredSection(String name, long start, int bytes, int decodedBytes) {}
