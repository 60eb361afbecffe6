package io.flamekeeper.format.jfr;

import io.flamekeeper.model.FlamekeeperException;

/// One reading of one chunk, in four walks:
///
/// 1. header and metadata: which events there can be, and how their fields lie;
/// 2. [ConstantPools]: what their ids mean;
/// 3. [Events#check]: where each begins and ends. Behind this, a chunk is taken;
/// 4. [#read]: what each adds to which family.
final class Chunk {
    private static final long SECOND_NANOS = 1_000_000_000;

    private final JfrDecoder recording;
    private final ChunkHeader header;
    private final ConstantPools pools;
    private final Events events;
    private final Stacks stacks;
    private final TextBuffer text = new TextBuffer();

    // The event being taken.
    private int node;
    private int labelSet;

    /// @throws FlamekeeperException `MALFORMED_PROFILE`
    Chunk(JfrDecoder recording, byte[] body, int start, long hashSeed) {
        this.recording = recording;
        this.header = ChunkHeader.read(body, start);
        Types types = Types.read(body, header, hashSeed);
        this.pools = ConstantPools.read(body, header, types, hashSeed);
        this.events = new Events(body, header, types);
        this.events.check();
        this.stacks =
                new Stacks(recording, pools, new FrameReader(body, header, pools.frameLayout()));
    }

    /// **Hot path.** Takes all events. Benchmark: `JfrDecodeBenchmark`.
    ///
    /// @throws FlamekeeperException `LIMIT_EXCEEDED`
    void read() {
        while (events.next()) {
            if (events.isMalformed()) {
                recording.lose(JfrLoss.MALFORMED_EVENT);
            } else if (events.name() == Word.ACTIVE_SETTING) {
                takeSetting();
            } else {
                takeSample();
            }
        }
    }

    private void takeSetting() {
        if (textOf(Word.NAME).equals("event")) {
            recording.event(textOf(Word.VALUE));
        }
    }

    private String textOf(Word field) {
        text.clear();
        if (events.hasText(field)) {
            pools.appendText((int) events.get(field), text);
        }
        return text.text(0);
    }

    private void takeSample() {
        node = stacks.node(events.get(Word.STACK_TRACE));
        if (node == Stacks.MISSING) {
            recording.lose(JfrLoss.NO_STACK);
            return;
        }
        labelSet =
                recording
                        .labelSets()
                        .number(
                                events.get(Word.CONTEXT_ID),
                                events.get(Word.SPAN_ID),
                                events.get(Word.SPAN_NAME),
                                events.get(Word.TRACE_ID_HIGH),
                                events.get(Word.TRACE_ID_LOW));
        switch (events.name()) {
            case EXECUTION_SAMPLE -> takeExecution();
            case CPU_TIME_SAMPLE -> takeCpuTime();
            case WALL_CLOCK_SAMPLE -> takeWallClock();
            case OBJECT_ALLOCATION_IN_NEW_TLAB ->
                    add(JfrFamily.ALLOCATION_IN_NEW_TLAB, events.get(Word.TLAB_SIZE));
            case OBJECT_ALLOCATION_OUTSIDE_TLAB ->
                    add(JfrFamily.ALLOCATION_OUTSIDE_TLAB, events.get(Word.ALLOCATION_SIZE));
            case OBJECT_ALLOCATION_SAMPLE ->
                    add(JfrFamily.ALLOCATION_SAMPLE, events.get(Word.WEIGHT));
            case JAVA_MONITOR_ENTER ->
                    add(JfrFamily.MONITOR_ENTER, nanos(events.get(Word.DURATION)));
            case THREAD_PARK -> add(JfrFamily.THREAD_PARK, nanos(events.get(Word.DURATION)));
            case LIVE_OBJECT -> add(JfrFamily.LIVE_OBJECT, 1);
            case MALLOC -> add(JfrFamily.MALLOC, events.get(Word.SIZE));
            default -> throw new IllegalStateException(events.name() + " is no sample");
        }
    }

    private void takeExecution() {
        ThreadState state =
                events.has(Word.STATE) ? pools.state(events.get(Word.STATE)) : ThreadState.OTHER;
        switch (state) {
            case UNKNOWN -> recording.lose(JfrLoss.UNKNOWN_STATE);
            case SLEEPING -> {}
            case RUNNABLE, OTHER -> add(JfrFamily.CPU, recording.periodNanos());
        }
        if (isByWall()) {
            add(JfrFamily.WALL, recording.periodNanos());
        }
    }

    private void takeCpuTime() {
        add(
                recording.cpuTime(),
                events.has(Word.SAMPLING_PERIOD)
                        ? nanos(events.get(Word.SAMPLING_PERIOD))
                        : recording.periodNanos());
    }

    private void takeWallClock() {
        long samples = events.has(Word.SAMPLES) ? events.get(Word.SAMPLES) : 1;
        long nanos = times(recording.periodNanos(), samples);
        add(JfrFamily.WALL, nanos);
        if (isByWall() && pools.state(events.get(Word.STATE)) == ThreadState.RUNNABLE) {
            add(JfrFamily.CPU, nanos);
        }
    }

    private boolean isByWall() {
        return recording.isByWall();
    }

    private void add(JfrFamily family, long amount) {
        add(recording.samples(family), amount);
    }

    private void add(Samples samples, long amount) {
        if (amount < 0) {
            recording.lose(JfrLoss.MALFORMED_EVENT);
        } else {
            samples.add(node, labelSet, amount);
        }
    }

    /// Saturates; negative if there are fewer than none.
    private static long times(long nanos, long samples) {
        if (samples < 0) {
            return samples;
        }
        boolean fits = Math.multiplyHigh(nanos, samples) == 0 && nanos * samples >= 0;
        return fits ? nanos * samples : Long.MAX_VALUE;
    }

    private long nanos(long ticks) {
        return ticksToNanos(ticks, header.ticksPerSecond());
    }

    /// Rounded to the nearest; saturates. Negative ticks stay negative.
    static long ticksToNanos(long ticks, long ticksPerSecond) {
        if (ticksPerSecond == SECOND_NANOS || ticks < 0) {
            return ticks;
        }
        long seconds = ticks / ticksPerSecond;
        long rest = ticks % ticksPerSecond;
        if (seconds >= Long.MAX_VALUE / SECOND_NANOS) {
            return Long.MAX_VALUE;
        }
        long nanos =
                ticksPerSecond <= Long.MAX_VALUE / (2 * SECOND_NANOS)
                        ? (rest * SECOND_NANOS + ticksPerSecond / 2) / ticksPerSecond
                        : rest / (ticksPerSecond / SECOND_NANOS);
        return seconds * SECOND_NANOS + nanos;
    }
}
