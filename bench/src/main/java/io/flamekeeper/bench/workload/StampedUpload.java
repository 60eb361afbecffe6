package io.flamekeeper.bench.workload;

import com.google.protobuf.ByteString;
import io.flamekeeper.api.google.v1.Function;
import io.flamekeeper.api.google.v1.Location;
import io.flamekeeper.api.google.v1.Profile;
import io.flamekeeper.api.google.v1.Sample;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// A profile deflated once that is sent again and again, every time with another time and so with other
/// bytes: nothing a server could take for a repeated upload, at next to no cost.
///
/// The time is the last field of the message, in a block of its own behind the deflated rest; the whole is
/// one ordinary gzip member.
final class StampedUpload {
    private static final int TIME_TAG = 9 << 3;
    private static final int CHUNK_BYTES = 1 << 15;
    private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};

    private final byte[] raw;
    private final byte[] deflated;
    private final long sumNanos;
    private final Map<String, Long> selfByFunction;

    /// @param profile without a time
    StampedUpload(Profile profile) {
        raw = profile.toByteArray();
        deflated = deflate(raw);
        sumNanos = profile.getSampleList().stream().mapToLong(sample -> sample.getValue(0)).sum();
        selfByFunction = selfByFunction(profile);
    }

    /// Total of its samples.
    long sumNanos() {
        return sumNanos;
    }

    Map<String, Long> selfByFunction() {
        return selfByFunction;
    }

    int rawBytes() {
        return raw.length;
    }

    int gzipBytes() {
        return GZIP_HEADER.length + deflated.length + 5 + 10 + 8;
    }

    ByteString at(long timeNanos) {
        byte[] time = new byte[11];
        int length = 0;
        time[length++] = TIME_TAG;
        for (long rest = timeNanos; ; rest >>>= 7) {
            if (rest < 0x80) {
                time[length++] = (byte) rest;
                break;
            }
            time[length++] = (byte) (rest & 0x7f | 0x80);
        }
        var crc = new CRC32();
        crc.update(raw);
        crc.update(time, 0, length);
        ByteBuffer gzip =
                ByteBuffer.allocate(GZIP_HEADER.length + deflated.length + 5 + length + 8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put(GZIP_HEADER)
                        .put(deflated)
                        // The last block, stored: its length and the complement of it.
                        .put((byte) 1)
                        .putShort((short) length)
                        .putShort((short) ~length)
                        .put(time, 0, length)
                        .putInt((int) crc.getValue())
                        .putInt(raw.length + length);
        return ByteString.copyFrom(gzip.flip());
    }

    /// Whole bytes, without a last block.
    static byte[] deflate(byte[] raw) {
        var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            deflater.setInput(raw);
            var out = new ByteArrayOutputStream();
            byte[] chunk = new byte[CHUNK_BYTES];
            int length = deflater.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
            while (length > 0) {
                out.write(chunk, 0, length);
                length =
                        length < chunk.length
                                ? 0
                                : deflater.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static Map<String, Long> selfByFunction(Profile profile) {
        Map<Long, String> nameById = new HashMap<>();
        for (Function function : profile.getFunctionList()) {
            nameById.put(function.getId(), profile.getStringTable((int) function.getName()));
        }
        Map<Long, String> leafById = new HashMap<>();
        for (Location location : profile.getLocationList()) {
            leafById.put(location.getId(), nameById.get(location.getLine(0).getFunctionId()));
        }
        Map<String, Long> self = new HashMap<>();
        for (Sample sample : profile.getSampleList()) {
            self.merge(leafById.get(sample.getLocationId(0)), sample.getValue(0), Long::sum);
        }
        return self;
    }
}
