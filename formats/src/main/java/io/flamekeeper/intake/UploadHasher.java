package io.flamekeeper.intake;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.UploadHash;
import java.util.List;

/// Tells a retried upload from a new one: XXH3-128, seed 0, over
///
/// | order | bytes               | field                                                            |
/// |-------|---------------------|------------------------------------------------------------------|
/// | 1     | UTF-16, then length | name and value of every label of the series as the door has them |
/// | 2     | 4                   | number of labels                                                 |
/// | 3     | 8 each              | facts, such as the believed time                                 |
/// | 4     | 4                   | number of facts                                                  |
/// | 5     | any                 | the profile as sent, compressed or not; its parts one by one     |
/// | 6     | 8 each              | of a profile in several parts, the length of each                |
///
/// Little endian. Hashes are stored: what goes in, and in which order, is part of the file format. What wraps
/// the profile is left out, because a sender draws a new multipart boundary for each attempt.
///
/// Only time makes two equal profiles of a series two: a profile that says no time, and whose door says none,
/// is never taken for a retry. Nobody gains by a forged collision: hashes are compared within a tenant, and
/// what it loses is its own upload.
final class UploadHasher {
    private UploadHasher() {}

    /// @param facts what else decides what the bytes mean, always as many from one door
    static UploadHash hash(Labels series, byte[] profile, long... facts) {
        return valueOf(start(series, facts).putBytes(profile));
    }

    /// As above, of a profile that comes in several parts, always as many from one door.
    static UploadHash hash(Labels series, List<byte[]> parts, long... facts) {
        HashStream128 stream = start(series, facts);
        for (byte[] part : parts) {
            stream.putBytes(part);
        }
        for (byte[] part : parts) {
            stream.putLong(part.length);
        }
        return valueOf(stream);
    }

    private static HashStream128 start(Labels series, long... facts) {
        HashStream128 stream = Hashing.xxh3_128().hashStream();
        for (int i = 0; i < series.count(); i++) {
            stream.putString(series.name(i)).putString(series.value(i));
        }
        return stream.putInt(series.count()).putLongArray(facts);
    }

    private static UploadHash valueOf(HashStream128 stream) {
        HashValue128 value = stream.get();
        var hash = new UploadHash(value.getMostSignificantBits(), value.getLeastSignificantBits());
        return hash.isNone() ? new UploadHash(0, 1) : hash;
    }
}
