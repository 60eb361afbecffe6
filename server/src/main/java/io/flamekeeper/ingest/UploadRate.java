package io.flamekeeper.ingest;

import io.flamekeeper.model.FlamekeeperException;
import java.time.Duration;
import java.util.function.LongSupplier;

/// How many bytes a second one tenant may send: a bucket that fills at that rate. An upload is let in while
/// anything is in the bucket, however large it is, and may leave a debt: no upload waits for ever. Safe for use
/// by many threads.
final class UploadRate {
    private static final double SECOND_NANOS = 1e9;

    private final long bytesPerSecond;
    private final long burstBytes;
    private final LongSupplier nanoTime;
    private double bytes;
    private long filledNanos;

    /// @param bytesPerSecond 0 = any number
    UploadRate(long bytesPerSecond, long burstBytes, LongSupplier nanoTime) {
        this.bytesPerSecond = bytesPerSecond;
        this.burstBytes = burstBytes;
        this.nanoTime = nanoTime;
        this.bytes = (double) burstBytes;
        this.filledNanos = nanoTime.getAsLong();
    }

    /// @throws FlamekeeperException `OVERLOADED` while the tenant is over its rate
    synchronized void spend(long upload) {
        if (bytesPerSecond == 0) {
            return;
        }
        long now = nanoTime.getAsLong();
        double seconds = (now - filledNanos) / SECOND_NANOS;
        bytes = Math.min((double) burstBytes, bytes + (double) bytesPerSecond * seconds);
        filledNanos = now;
        if (bytes <= 0) {
            long wait = (long) (-bytes / (double) bytesPerSecond) + 1;
            throw FlamekeeperException.overloaded(
                    Duration.ofSeconds(wait),
                    "upload: %d bytes, after %d bytes too many at %d a second (expected: later, in %d s; setting"
                            + " upload-rate)",
                    upload,
                    (long) -bytes,
                    bytesPerSecond,
                    wait);
        }
        bytes -= (double) upload;
    }
}
