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
///
/// A frame:
///
///     offset   size   field
///     0        4      length n of the payload, > 0
///     4        4      CRC-32C of the length, then of bytes [8, 22 + n)
///     8        4      CRC-32C of the frame before; of the first frame, the one in the file header
///     12       8      sequence number, 1 for the first frame, then one more each
///     20       1      1 if the frame is the first of its batch, else 0
///     21       1      type of the payload
///     22       n      payload
///
/// Batches are synced whole: the first frame of a batch is written only after everything before it has been
/// synced. So a whole frame that starts a batch proves that every frame before it had been acknowledged; if
/// one of those is damaged now, that is decay, not a torn write.
///
/// Naming the frame before makes the log a chain: what an earlier, abandoned attempt left at the same place
/// does not continue it.
final class WalLayout {
    static final int MAGIC = 0x4c574b46;
    static final int VERSION = 1;
    static final int HEADER_BYTES = 24;
    static final int HEADER_CRC = 20;

    static final int FRAME_HEADER_BYTES = 22;
    static final int FRAME_CRC = 4;
    static final int FRAME_CHECKED_FROM = 8;
    static final int FRAME_SEQUENCE = 12;

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
    static int chainStart(int shard, long generation) {
        return Checksum.of(header(shard, generation), 0, HEADER_CRC);
    }

    /// @param start where the frame begins in `bytes`
    static int frameCrc(byte[] bytes, int start, int payloadBytes) {
        return Checksum.ofParts(
                bytes,
                start,
                Integer.BYTES,
                start + FRAME_CHECKED_FROM,
                FRAME_HEADER_BYTES - FRAME_CHECKED_FROM + payloadBytes);
    }
}
