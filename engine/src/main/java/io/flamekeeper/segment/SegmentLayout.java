package io.flamekeeper.segment;

/// A segment file, version 2. It needs no other file to be read. Little-endian throughout; *u* is a varint, *z* a
/// zig-zag varint (`Varint`), a string is its byte count *u* and its UTF-8 bytes; CRC is CRC-32C.
///
///     offset        size   field
///     0             4      magic "FKSG"
///     4             4      version, 2
///     8             4      bytes h of the header, its CRC included
///     12            4      CRC of bytes [0, 12)
///     16            h      header
///     16 + h        …      partitions, back to back
///     T             t      table of contents
///     end − 20      8      T
///     end − 12      4      t
///     end − 8       4      CRC of the table of contents, then of the 12 bytes before this
///     end − 4       4      magic "GSKF"
///
/// The first 16 bytes have this form in every version. The header:
///
///     8      number of the segment
///     1      level
///     u, …   tenant as a string; empty if there may be several
///     1      origin: 0 = a head, 1 = other segments
///     4, 8   of a head: shard, generation of its log
///     u, 8…  of other segments: how many, number of each
///     4      CRC of the header up to here
///
/// The table of contents:
///
///     tenant count u, each tenant's id as a string
///     partition count u, then for each
///         tenant u, an index into the tenants; service as a string
///         time of the earliest and of the latest row in milliseconds, each z
///         row count u, pair count u
///         offset u of the partition in the file, bytes of all its blocks u
///         for each section in order: stored bytes u and, unless these are 0, decoded bytes u and
///             CRC of the stored bytes (4)
///
/// Version 1 has no section TRACES, which its table of contents does not name, and other span blocks; see there.
///
/// A partition is what one tenant's one service has: blocks, then the sections of [Section], back to back. A section
/// of no bytes is not there. One whose stored and decoded sizes differ is compressed with Zstandard. Offsets of blocks
/// count from the start of the partition.
///
/// Everything is in canonical order: series by profile type id, then labels; rows by series, then time, then arrival;
/// pairs of a row by node, then span, then trace.
///
/// ## Packed columns
///
/// `n × p` below is n numbers as `PackedLongs` writes them: in blocks of 1,024 of `PackedBlock`, each with a base, a
/// unit, a width and exceptions of its own, the bits as `BitPacking` lays them out.
///
/// ## Blocks
///
/// A *pair block* is 1,024 pairs, the last of a sequence what is left: the nodes as a `PackedBlock` of differences,
/// modulo 2³²; the values as a `PackedBlock`, CRC of both (4). Pairs of all rows are one sequence, pairs of all sums another; a block
/// takes no notice of where a row or a sum begins.
///
/// A *span block* is 1,024 spans, the last of a partition what is left. Rows that have spans or traces give one for each
/// of their pairs, 0 = none:
///
///     how many different ones d u; these, ascending as signed numbers, a PackedBlock
///     of each pair, the place of its span among these, from 0, a PackedBlock
///     CRC (4)
///
/// A *trace block* lies beside each span block that has a trace. All pairs of a span are nearly always of one:
///
///     trace count k u; k × 16, upper half first
///     of each different span of the block: place of the trace of its first pair, from 1, 0 = none; a PackedBlock
///     how many pairs have another trace than that u
///     only if there are any: which pairs of the block, a PackedBlock; the places of their traces, a PackedBlock
///     CRC (4)
///
/// A *span index* belongs to a run of span blocks, the shortest that gives it 65,536 entries, the last what is left:
/// ascending and distinct, `h · 2ᵏ + b` for every span that block b of the run holds. h is the upper 24 bits of the span
/// times 0x9E3779B97F4A7C15 mod 2⁶⁴; 2ᵏ is the least power of two that is not below the number of blocks of the run. It
/// lies in pieces of 1,024 entries, the last of a run what is left: each a PackedBlock; CRC (4). A *trace index* is
/// the same of the traces, each of which counts as the exclusive or of its halves.
///
/// A span block of version 1 is the spans as a `PackedBlock`; CRC (4). A span index of version 1 belongs to 64 span
/// blocks, and this software passes over it.
///
/// ## Sums
///
/// A sum is of one bucket of time, `[n · w, (n + 1) · w)` milliseconds since the Unix epoch, of one owner: a profile type,
/// or a series. A bucket may have none; its rows then stand for themselves. Values are added by node, whatever the
/// span; they and totals stop at 2⁶³ − 1. Rows at the bucket's very first millisecond are counted apart, because the steps of a time series
/// include their end.
final class SegmentLayout {
    static final int MAGIC = 0x47534b46;
    static final int TAIL_MAGIC = 0x464b5347;
    static final int VERSION = 2;
    static final int PRELUDE_BYTES = 16;
    static final int PRELUDE_CRC = 12;
    static final int TAIL_BYTES = 20;
    static final int TAIL_CHECKED_BYTES = 12;
    static final int ORIGIN_SEALED = 0;
    static final int ORIGIN_COMPACTED = 1;

    /// The sections of a partition, in file order.
    enum Section {
        /// Strings, functions, mappings, frames, one after the other, as `DictionaryCodec` writes them.
        SYMBOLS,

        /// Nodes, as `DictionaryCodec` writes them.
        STACKS,

        /// What series there are, n of them:
        ///
        ///     n u
        ///     string count s u; strings ascend by their bytes, the first is empty
        ///         bytes that each shares with the one before, s × u
        ///         bytes that follow these, s × u
        ///         the bytes that follow, of one string after the other
        ///     type count u, then for each, ascending by its five-part id
        ///         name, sample type and unit, period type and unit, as strings
        ///         series of the type u
        ///     label name count u, then for each, ascending
        ///         name u, an index into the strings
        ///         form (1): 0 = constant, 1 = dense, 2 = sparse
        ///         value count v u, at least 1; values, ascending: the first u, each other less the one before u
        ///         dense:  place of the value of each series among the values, n × p
        ///         sparse: how many series m have the label u; which, ascending, m × p; their values' places, m × p
        ///
        /// Of a constant label every series has the one value. Value 0, the empty string, is an absent label.
        SERIES,

        /// Rows without their pairs, r of them, of s series:
        ///
        ///     s u; r u
        ///     rows of each series, s × p
        ///     start of sampling, nanoseconds since the Unix epoch, r × p
        ///     duration in nanoseconds, r × p
        ///     period, r × p
        ///     sum of values, stopping at 2⁶³ − 1, r × p
        ///     pairs, r × p
        ///     whether the pairs have spans, 0 or 1, r × p
        ROWS,

        /// Where the blocks of a sequence of pairs are, b of them:
        ///
        ///     pair count u
        ///     offset, b × p
        ///     bytes with CRC, b × p
        ///     lowest node, b × p
        ///     highest node, b × p
        PAIRS,

        /// Where the b span blocks are; only if rows have spans or traces:
        ///
        ///     span count u
        ///     offset of each block, b × p
        ///     bytes of each block with CRC, b × p
        ///     where the pieces of the r span indexes are, m of them:
        ///         r u
        ///         span blocks of each index, r × p
        ///         entries of each index, r × p
        ///         first entry of each piece, m × p
        ///         offset of each piece, m × p
        ///         bytes of each piece with CRC, m × p
        ///
        /// In version 1, after the blocks, of each of ⌈b / 64⌉ span indexes: entries, p; offset, p; bytes with CRC, p.
        SPANS,

        /// The sums, if there are any kinds of them:
        ///
        ///     kind count u, then for each, whole types before series, small buckets before large ones
        ///         scope u: 0 = whole types, 1 = series; width w of a bucket in milliseconds u
        ///         sums of each type or series, p
        ///         for all sums, by owner, then time:
        ///             bucket n, p
        ///             rows at the first millisecond, p; their sum of values, p
        ///             rows of the rest, p; their sum of values, p
        ///             pairs, p
        ///     where the blocks of the sums' pairs are, in the form of PAIRS
        SUMS,

        /// Which uploads the rows came with, n of them, by hash; only if any are known:
        ///
        ///     n u
        ///     upper half of the hash, n × 8; lower half, n × 8
        ///     when it was received, milliseconds since the Unix epoch, n × p
        UPLOADS,

        /// Where the trace blocks beside the b span blocks are; only if there are any:
        ///
        ///     offset of each block, b × p
        ///     bytes of each block with CRC, 0 = it has none, b × p
        ///     where the pieces of the trace indexes are, in the form of SPANS
        TRACES;

        /// The version that introduced it.
        int since() {
            return this == TRACES ? 2 : 1;
        }
    }

    private SegmentLayout() {}
}
