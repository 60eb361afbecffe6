package io.flamekeeper.wal;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.Checksum;

/// A log file, little-endian throughout, version 1.
///
///     offset   size   field
///     0        4      magic "FKWL"
///     4        4      version, 1
///     8        4      shard
///     12       8      generation
///     20       4      CRC-32C of bytes [0, 20)
///     24       …      frames, back to back
///     …        22     zeros: the log ends here
///     …        …      zeros, or what an earlier log left in the file
///
/// A frame:
///
///     offset   size   field
///     0        4      length n of the payload, > 0
///     4        4      CRC-32C of bytes [0, 20) of the file, of the length, then of bytes [8, 22 + n)
///     8        4      CRC-32C of the frame before; of the first frame, the one in the file header
///     12       8      sequence number, 1 for the first frame, then one more each
///     20       1      1 if every frame before had been synced when this one was written, else 0
///     21       1      type of the payload
///     22       n      payload
///
/// A whole frame whose byte 20 is 1 thus proves that every frame before it had been durable; if one of those is
/// damaged now, that is decay, not a torn write.
///
/// A file is longer than its log, and may have been another log's before: an append then changes nothing but
/// bytes, and its sync costs one write instead of several. What is left of an earlier log cannot be taken
/// for this one's. Its frames do not match their checksums here, because two generations differ in one run of
/// at most 32 bits, which a CRC of 32 bits always tells apart. And none of it lies where the next frame is
/// looked for, because every batch brings the zeros behind it.
///
/// Naming the frame before makes the log a chain: what an earlier, abandoned attempt left at the same place
/// does not continue it.
final class WalLayout {
    static final int MAGIC = 0x4c574b46;
    static final int VERSION = 1;
    static final int HEADER_BYTES = 24;
    static final int HEADER_CRC = 20;
    static final int HEADER_VERSION = 4;

    static final int FRAME_HEADER_BYTES = 22;
    static final int FRAME_CRC = 4;
    static final int FRAME_CHECKED_FROM = 8;
    static final int FRAME_SEQUENCE = 12;
    static final int FRAME_AFTER_SYNC = 20;
    static final int FRAME_TYPE = 21;

    /// What lies behind the last frame.
    static final int END_BYTES = FRAME_HEADER_BYTES;

    private WalLayout() {}

    static byte[] header(int shard, long generation) {
        var header = new ByteSink(HEADER_BYTES);
        header.putInt(MAGIC);
        header.putInt(VERSION);
        header.putInt(shard);
        header.putLong(generation);
        header.putInt(Checksum.of(header.array(), 0, HEADER_CRC));
        return header.toByteArray();
    }

    /// What the first frame names as the frame before it.
    static int chainStart(byte[] header) {
        return Checksum.of(header, 0, HEADER_CRC);
    }

    /// Covers the header up to its own checksum and not that, too: a CRC over bytes and their CRC is the same
    /// for all bytes.
    ///
    /// @param header of the log the frame is in
    /// @param start  where the frame begins in `bytes`
    static int frameCrc(byte[] header, byte[] bytes, int start, int payloadBytes) {
        return Checksum.ofParts(
                header,
                HEADER_CRC,
                bytes,
                start,
                Integer.BYTES,
                start + FRAME_CHECKED_FROM,
                FRAME_HEADER_BYTES - FRAME_CHECKED_FROM + payloadBytes);
    }
}
