package io.flamekeeper.segment;

import io.flamekeeper.column.ByteSource;
import io.flamekeeper.column.Checksum;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Checked reads from a segment file, finished or being written. Safe for use by many threads.
///
/// @param name for messages
record SegmentFile(String name, VfsFile file) {
    /// Reads the bytes `[position, position + length)` into the beginning of the array.
    ///
    /// @throws FlamekeeperException `CORRUPT_DATA` if the file ends before; `STORE_UNAVAILABLE` if the disk
    ///     refuses
    void read(long position, byte[] target, int length) {
        if (position < 0) {
            throw corrupt("points to byte %d".formatted(position));
        }
        try {
            int count = file.read(position, ByteBuffer.wrap(target, 0, length));
            if (count < length) {
                throw corrupt(
                        "ends at byte %d (expected: %d)"
                                .formatted(position + count, position + length));
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// Reads a stretch that has its checksum elsewhere.
    ///
    /// @param what names it in messages
    byte[] read(String what, long position, int length, int crc) {
        byte[] bytes = new byte[length];
        read(position, bytes, length);
        int found = Checksum.of(bytes, 0, length);
        if (found != crc) {
            throw mismatch(what, position, length, found, crc);
        }
        return bytes;
    }

    /// Reads a stretch that ends with its checksum.
    ByteSource readChecked(String what, long position, long length) {
        if (length < Integer.BYTES || length > Integer.MAX_VALUE - 16) {
            throw corrupt("%s has %d bytes".formatted(what, length));
        }
        byte[] bytes = new byte[(int) length];
        read(position, bytes, bytes.length);
        int end = bytes.length - Integer.BYTES;
        int found = Checksum.of(bytes, 0, end);
        int crc = new ByteSource(what, bytes, end, bytes.length).nextInt();
        if (found != crc) {
            throw mismatch(what, position, bytes.length, found, crc);
        }
        return new ByteSource(name + ", " + what, bytes, 0, end);
    }

    FlamekeeperException mismatch(String what, long position, int length, int found, int expected) {
        return corrupt(
                "%s, %d bytes at %d: checksum %08x (expected: %08x)"
                        .formatted(what, length, position, found, expected));
    }

    FlamekeeperException corrupt(String why) {
        return new FlamekeeperException(ErrorCode.CORRUPT_DATA, "%s: %s", name, why);
    }

    FlamekeeperException unreadable(IOException e) {
        return new FlamekeeperException(
                e, ErrorCode.STORE_UNAVAILABLE, "%s: cannot be read: %s", name, e);
    }
}
