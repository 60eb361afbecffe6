package io.flamekeeper.format.jfr;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.errorprone.annotations.FormatMethod;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The first 68 bytes of a chunk, big endian.
///
/// | offset | bytes | field                                                              |
/// |--------|-------|--------------------------------------------------------------------|
/// | 0      | 4     | magic `FLR\0`                                                      |
/// | 4      | 4     | major and minor version, 2 bytes each; 2.x is read                 |
/// | 8      | 8     | size of the chunk                                                  |
/// | 16     | 8     | offset of the newest checkpoint event                              |
/// | 24     | 8     | offset of the metadata event                                       |
/// | 32     | 16    | start and duration in nanoseconds: not read, the upload says both  |
/// | 48     | 8     | start in ticks: not read                                           |
/// | 56     | 8     | ticks per second                                                   |
/// | 64     | 4     | features: bit 0 says that integers are compressed                  |
///
/// @param start first byte of the chunk
/// @param end   first byte after it; offsets are positions here
record ChunkHeader(int start, int end, int checkpoint, int metadata, long ticksPerSecond) {
    static final int BYTES = 68;

    private static final byte[] MAGIC = "FLR\0".getBytes(US_ASCII);
    private static final int MAJOR_VERSION = 2;
    private static final int COMPRESSED_INTEGERS = 1;

    private static final VarHandle BIG_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle BIG_ENDIAN_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /// Whether a chunk's beginning is good enough to find the next one by it.
    static boolean isAt(byte[] body, int start) {
        if (body.length - start < BYTES
                || !Arrays.equals(MAGIC, 0, MAGIC.length, body, start, start + MAGIC.length)) {
            return false;
        }
        long size = size(body, start);
        return size >= BYTES && size <= body.length - start;
    }

    static long size(byte[] body, int start) {
        return (long) BIG_ENDIAN_LONG.get(body, start + 8);
    }

    /// @throws FlamekeeperException `MALFORMED_PROFILE`
    static ChunkHeader read(byte[] body, int start) {
        if (body.length - start < BYTES) {
            throw malformed(
                    "header at byte %d is truncated (expected: %d bytes, %d left)",
                    start, BYTES, body.length - start);
        }
        if (!isAt(body, start)) {
            if (!Arrays.equals(MAGIC, 0, MAGIC.length, body, start, start + MAGIC.length)) {
                throw malformed("no chunk at byte %d (expected: FLR)", start);
            }
            throw malformed(
                    "chunk at byte %d has %d bytes (expected: %d to the %d left)",
                    start, size(body, start), BYTES, body.length - start);
        }
        int version = (int) BIG_ENDIAN_INT.get(body, start + 4);
        if (version >>> 16 != MAJOR_VERSION) {
            throw malformed(
                    "version is %d.%d at byte %d (expected: 2.x)",
                    version >>> 16, version & 0xffff, start + 4);
        }
        if (((int) BIG_ENDIAN_INT.get(body, start + 64) & COMPRESSED_INTEGERS) == 0) {
            throw malformed(
                    "integers of the chunk at byte %d are not compressed (expected: compressed)",
                    start);
        }
        long ticks = (long) BIG_ENDIAN_LONG.get(body, start + 56);
        if (ticks <= 0) {
            throw malformed(
                    "ticks per second are %d at byte %d (expected: 1 or more)", ticks, start + 56);
        }
        return new ChunkHeader(
                start,
                start + (int) size(body, start),
                offset(body, start, 16, "checkpoint"),
                offset(body, start, 24, "metadata"),
                ticks);
    }

    private static int offset(byte[] body, int start, int field, String what) {
        long offset = (long) BIG_ENDIAN_LONG.get(body, start + field);
        if (offset < BYTES || offset >= size(body, start)) {
            throw malformed(
                    "%s offset is %d at byte %d (expected: %d to the chunk's %d bytes)",
                    what, offset, start + field, BYTES, size(body, start));
        }
        return start + (int) offset;
    }

    @FormatMethod
    static FlamekeeperException malformed(String message, Object... args) {
        return new FlamekeeperException(
                ErrorCode.MALFORMED_PROFILE, "jfr: %s", message.formatted(args));
    }
}
