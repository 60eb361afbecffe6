package io.flamekeeper.format.jfr;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.RawProfile;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// One decoding of one recording: chunk after chunk into the same samples.
final class JfrDecoder {
    private final DecodeLimits limits;
    private final long hashSeed;
    private final byte[] body;
    private final long periodNanos;
    private final Symbols symbols;
    private final LabelSets labelSets;
    private final Map<JfrFamily, Samples> samplesByFamily = new EnumMap<>(JfrFamily.class);
    private final Samples cpuTime;
    private final Map<JfrLoss, LongAdder> losses = new EnumMap<>(JfrLoss.class);
    private String event = "";
    private boolean isByWall;

    JfrDecoder(DecodeLimits limits, long hashSeed, byte[] body, byte[] labels, long periodNanos) {
        this.limits = limits;
        this.hashSeed = hashSeed;
        this.body = body;
        this.periodNanos = periodNanos;
        this.symbols = new Symbols(limits, hashSeed, body.length);
        this.labelSets =
                new LabelSets(limits, LabelsSnapshot.read(labels, hashSeed), symbols, hashSeed);
        this.cpuTime = new Samples(JfrFamily.CPU, limits, hashSeed);
    }

    JfrRecording decode() {
        readChunks();
        labelSets.resolve();
        var table = symbols.table();
        var stacks = symbols.stacks();
        SortedMap<JfrFamily, RawProfile> profiles = new TreeMap<>();
        if (!cpuTime.isEmpty()) {
            samplesByFamily.put(JfrFamily.CPU, cpuTime);
        }
        samplesByFamily.forEach((family, samples) ->
                profiles.put(family, samples.profile(table, stacks, labelSets, period(samples))));
        Map<JfrLoss, Long> lost = new EnumMap<>(JfrLoss.class);
        losses.forEach((why, times) -> lost.put(why, times.sum()));
        return new JfrRecording(profiles, event, lost);
    }

    private long period(Samples samples) {
        return switch (samples.family()) {
            case CPU -> samples == cpuTime ? 0 : periodNanos;
            case WALL -> periodNanos;
            case ALLOCATION_IN_NEW_TLAB,
                    ALLOCATION_OUTSIDE_TLAB,
                    ALLOCATION_SAMPLE,
                    MONITOR_ENTER,
                    THREAD_PARK,
                    LIVE_OBJECT,
                    MALLOC ->
                    0;
        };
    }

    private void readChunks() {
        @Nullable FlamekeeperException firstFailure = null;
        boolean isAnyRead = false;
        int at = 0;
        while (at < body.length) {
            try {
                new Chunk(this, body, at, hashSeed).read();
                isAnyRead = true;
            } catch (FlamekeeperException e) {
                if (e.code() != ErrorCode.MALFORMED_PROFILE) {
                    throw e;
                }
                firstFailure = firstFailure == null ? e : firstFailure;
                lose(JfrLoss.BROKEN_CHUNK);
            }
            at = ChunkHeader.isAt(body, at) ? at + (int) ChunkHeader.size(body, at) : body.length;
        }
        if (!isAnyRead) {
            throw firstFailure == null
                    ? ChunkHeader.malformed("recording is empty (expected: a chunk)")
                    : firstFailure;
        }
    }

    long periodNanos() {
        return periodNanos;
    }

    Symbols symbols() {
        return symbols;
    }

    LabelSets labelSets() {
        return labelSets;
    }

    Samples samples(JfrFamily family) {
        return samplesByFamily.computeIfAbsent(family, _ -> new Samples(family, limits, hashSeed));
    }

    /// Samples that say themselves how much CPU they stand for.
    Samples cpuTime() {
        return cpuTime;
    }

    void lose(JfrLoss why) {
        losses.computeIfAbsent(why, _ -> new LongAdder()).increment();
    }

    /// What the profiler samples by, as far as has been read.
    String event() {
        return event;
    }

    void event(String setting) {
        event = setting;
        isByWall = setting.equals("wall");
    }

    /// Whether that is wall-clock time.
    boolean isByWall() {
        return isByWall;
    }
}
