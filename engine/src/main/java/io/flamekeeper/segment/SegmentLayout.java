package io.flamekeeper.segment;

/// A segment file, little-endian throughout, version 1. It needs no other file to be read.
///
///     offset        size   field
///     0             4      magic "FKSG"
///     4             4      version, 1
///     8             4      shard whose log it was made from
///     12            8      generation of that log
///     20            4      CRC-32C of bytes [0, 20)
///     24            …      partitions, back to back
///     T             t      table of contents
///     end − 20      8      T
///     end − 12      4      t
///     end − 8       4      CRC-32C of the table of contents, then of the 12 bytes before this
///     end − 4       4      magic "GSKF"
///
/// A partition holds what one tenant's one service has in this segment: blocks of pairs, then the sections of
/// [Section], back to back. A block is pairs of whole rows as `PairCodec` writes them. Rows are sorted by
/// series, then time.
///
/// The table of contents; *u* is a varint, *z* a zig-zag varint, a string is its byte count *u* and its bytes:
///
///     tenant count u, each tenant's id as a string
///     partition count u, then for each
///         tenant u, an index into the tenants; service as a string
///         time of the earliest and the latest row in milliseconds, each z
///         row count u
///         offset u of the partition in the file; bytes of all its blocks u
///         for each section in order: stored bytes u, decoded bytes u, CRC-32C of the stored bytes (4)
///
/// A section is compressed with Zstandard if its stored and decoded sizes differ. Nothing else is in the
/// file, so every byte of it is under a checksum: magic and version are compared, header, table, sections and
/// blocks have one each. A reader that knows version v reads every version ≤ v; a field is never
/// reinterpreted, only added under a new version.
final class SegmentLayout {
    static final int MAGIC = 0x47534b46;
    static final int TAIL_MAGIC = 0x464b5347;
    static final int VERSION = 1;
    static final int HEADER_BYTES = 24;
    static final int HEADER_CRC = 20;
    static final int TAIL_BYTES = 20;
    static final int TAIL_CHECKED_BYTES = 12;

    /// A block ends with the row that reaches this size.
    static final int BLOCK_BYTES = 1 << 16;

    /// The sections of a partition, in file order; all but the last as `DictionaryCodec` writes them.
    ///
    /// `ROWS`, with r rows in s series and b blocks, is column after column:
    ///
    ///     r u; s u; rows of each series, s × u
    ///     start of sampling, nanoseconds since the Unix epoch, r × z of the difference to the row before
    ///     duration in nanoseconds, r × z of the difference
    ///     period, r × z of the difference
    ///     sum of values, r × u
    ///     pairs, r × u
    ///     bytes of the pairs, r × u
    ///     whether the pairs have spans, r bits
    ///     b u; for each block its rows u, then CRC-32C of its bytes (4)
    enum Section {
        STRINGS,
        FUNCTIONS,
        MAPPINGS,
        FRAMES,
        NODES,
        SERIES,
        ROWS
    }

    private SegmentLayout() {}
}
