package io.flamekeeper.format.jfr;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.ProfileFormat;
import io.flamekeeper.format.RawProfile;
import java.security.SecureRandom;
import java.util.List;

/// Recordings of Java Flight Recorder, version 2, by the JDK or by a native profiler.
///
/// | event                                    | what it adds to a family, see [JfrFamily]                         |
/// |------------------------------------------|-------------------------------------------------------------------|
/// | `jdk.ExecutionSample`                    | a period of CPU, unless it sleeps; a period of wall time if the recording samples by `wall` |
/// | `jdk.CPUTimeSample`                      | its own period of CPU; execution samples beside it are the same time seen twice and not counted |
/// | `profiler.WallClockSample`               | a period of wall time for each of its `samples`; as much CPU if it runs and the recording samples by `wall` |
/// | `jdk.ObjectAllocationInNewTLAB`          | 1 and `tlabSize`                                                  |
/// | `jdk.ObjectAllocationOutsideTLAB`        | 1 and `allocationSize`                                            |
/// | `jdk.ObjectAllocationSample`             | 1 and `weight`                                                    |
/// | `jdk.JavaMonitorEnter`, `jdk.ThreadPark` | 1 and `duration`, in nanoseconds                                  |
/// | `profiler.LiveObject`                    | 1                                                                 |
/// | `profiler.Malloc`                        | 1 and `size`                                                      |
///
/// All others are read over. A frame is `<class>.<method>` and a line; what the sender does not know of it, or
/// says -1 for, is 0. A chunk is taken as a whole or, if it contradicts itself, not at all; an event that
/// cannot be understood is left out. Both are counted, see [JfrLoss]. A recording of which nothing can be
/// read is malformed.
public final class JfrFormat implements ProfileFormat {
    private static final long PERIOD_NANOS_DEFAULT = 10_000_000;

    private final DecodeLimits limits;
    private final long hashSeed = new SecureRandom().nextLong();

    public JfrFormat(DecodeLimits limits) {
        this.limits = limits;
    }

    @Override
    public String name() {
        return "jfr";
    }

    @Override
    public List<RawProfile> decode(byte[] body) {
        return List.copyOf(
                decode(body, new byte[0], PERIOD_NANOS_DEFAULT).profileByFamily().values());
    }

    /// Decodes one recording.
    ///
    /// @param body        uncompressed, untrusted
    /// @param labels      what the contexts of its events mean, as the Java agent writes it; empty = nothing
    /// @param periodNanos what one sample stands for: the recording does not say
    /// @throws io.flamekeeper.model.FlamekeeperException as [#decode(byte[])]
    public JfrRecording decode(byte[] body, byte[] labels, long periodNanos) {
        return new JfrDecoder(limits, hashSeed, body, labels, periodNanos).decode();
    }
}
