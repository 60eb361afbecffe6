package io.flamekeeper.format.jfr;

import java.nio.ByteBuffer;
import java.util.Optional;

/// When a recording was made, by the headers of its chunks: nanoseconds since the Unix epoch.
public record JfrSpan(long fromNanos, long untilNanos) {
    private static final int START_FIELD = 32;
    private static final int DURATION_FIELD = 40;

    /// @param recording uncompressed
    /// @return nothing if no chunk can be found
    public static Optional<JfrSpan> of(byte[] recording) {
        var header = ByteBuffer.wrap(recording);
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (int at = 0; ChunkHeader.isAt(recording, at); ) {
            long start = header.getLong(at + START_FIELD);
            first = Math.min(first, start);
            last = Math.max(last, start + Math.max(0, header.getLong(at + DURATION_FIELD)));
            at += (int) ChunkHeader.size(recording, at);
        }
        return first > 0 && first <= last
                ? Optional.of(new JfrSpan(first, last))
                : Optional.empty();
    }
}
