package io.flamekeeper.format.jfr;

import io.flamekeeper.format.jfr.Layout.Kind;
import io.flamekeeper.model.FlamekeeperException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One reading of one chunk, in four walks:
///
/// 1. header and metadata: which events there can be, and how their fields lie;
/// 2. [ConstantPools]: what their ids mean;
/// 3. [#checkEvents]: where each begins and ends. Behind this, a chunk is taken;
/// 4. [#readEvents]: those that measure something, in the order in which they were written.
final class Chunk {
    private static final int UNRESOLVED = -2;
    private static final int MISSING = -1;
    private static final long SECOND_NANOS = 1_000_000_000;

    private final JfrDecoder recording;
    private final ChunkHeader header;
    private final ChunkReader reader;
    private final Types types;
    private final ConstantPools pools;
    private final TextBuffer text = new TextBuffer();

    /// Readers of the events that are read, by row of their class.
    private final @Nullable Event[] events;

    // What constants of the chunk are in the recording, as far as somebody has asked.
    private final int[] nodeOfStack;
    private final int[] frameOfFrame;
    private final int[] functionOfMethod;
    private int[] path = new int[64];

    // The event being taken.
    private int node;
    private int labelSet;

    /// @throws FlamekeeperException `MALFORMED_PROFILE`
    Chunk(JfrDecoder recording, byte[] body, int start, long hashSeed) {
        this.recording = recording;
        this.header = ChunkHeader.read(body, start);
        this.reader = new ChunkReader(body, header.metadata(), header.end());
        this.types = Types.read(body, reader, hashSeed);
        this.pools = ConstantPools.read(body, header, reader, types, hashSeed);
        this.events = new Event[types.count()];
        this.nodeOfStack = unresolved(pools.stackCount());
        this.frameOfFrame = unresolved(pools.frameCount());
        this.functionOfMethod = unresolved(pools.methodCount());
        for (int row = 0; row < events.length; row++) {
            if (types.name(row).isEvent()) {
                events[row] = new Event(types.name(row), types.layout(row));
            }
        }
    }

    private static int[] unresolved(int count) {
        int[] column = new int[count];
        Arrays.fill(column, UNRESOLVED);
        return column;
    }

    /// Takes all events.
    ///
    /// @throws FlamekeeperException `MALFORMED_PROFILE`, before any event was taken; `LIMIT_EXCEEDED`
    void read() {
        checkEvents();
        readEvents();
    }

    private void checkEvents() {
        int at = header.start() + ChunkHeader.BYTES;
        while (at < header.end()) {
            reader.seek(at);
            long size = reader.varint();
            if (size <= reader.position() - at || size > header.end() - at) {
                throw ChunkHeader.malformed(
                        "event at byte %d has %d bytes (expected: 2 to the %d left of the chunk)",
                        at, size, header.end() - at);
            }
            at += (int) size;
        }
    }

    /// **Hot path.** Benchmark: `JfrDecodeBenchmark`.
    private void readEvents() {
        int end = header.end();
        for (int at = header.start() + ChunkHeader.BYTES, next; at < end; at = next) {
            reader.seek(at);
            next = at + (int) reader.varint();
            int row = types.row(reader.varint());
            Event event = row == LongIndex.NONE ? null : events[row];
            if (event == null) {
                continue;
            }
            event.layout.read(reader, event.fields);
            if (reader.position() > next || reader.isOverrun()) {
                recording.lose(JfrLoss.MALFORMED_EVENT);
            } else if (event.name == Word.ACTIVE_SETTING) {
                takeSetting(event);
            } else {
                takeSample(event);
            }
        }
    }

    private void takeSample(Event event) {
        node = node(event.get(Word.STACK_TRACE));
        if (node == MISSING) {
            recording.lose(JfrLoss.NO_STACK);
            return;
        }
        labelSet =
                recording
                        .labelSets()
                        .number(
                                event.get(Word.CONTEXT_ID),
                                event.get(Word.SPAN_ID),
                                event.get(Word.SPAN_NAME),
                                event.get(Word.TRACE_ID_HIGH),
                                event.get(Word.TRACE_ID_LOW));
        switch (event.name) {
            case EXECUTION_SAMPLE -> takeExecution(event);
            case CPU_TIME_SAMPLE -> {
                long nanos =
                        event.has(Word.SAMPLING_PERIOD)
                                ? nanos(event.get(Word.SAMPLING_PERIOD))
                                : recording.periodNanos();
                add(recording.cpuTime(), nanos);
            }
            case WALL_CLOCK_SAMPLE -> takeWallClock(event);
            case OBJECT_ALLOCATION_IN_NEW_TLAB ->
                    add(JfrFamily.ALLOCATION_IN_NEW_TLAB, event.get(Word.TLAB_SIZE));
            case OBJECT_ALLOCATION_OUTSIDE_TLAB ->
                    add(JfrFamily.ALLOCATION_OUTSIDE_TLAB, event.get(Word.ALLOCATION_SIZE));
            case OBJECT_ALLOCATION_SAMPLE ->
                    add(JfrFamily.ALLOCATION_SAMPLE, event.get(Word.WEIGHT));
            case JAVA_MONITOR_ENTER ->
                    add(JfrFamily.MONITOR_ENTER, nanos(event.get(Word.DURATION)));
            case THREAD_PARK -> add(JfrFamily.THREAD_PARK, nanos(event.get(Word.DURATION)));
            case LIVE_OBJECT -> add(JfrFamily.LIVE_OBJECT, 1);
            case MALLOC -> add(JfrFamily.MALLOC, event.get(Word.SIZE));
            default -> throw new IllegalStateException(event.name + " is no event");
        }
    }

    private void takeSetting(Event event) {
        if (textOf(event, Word.NAME).equals("event")) {
            recording.event(textOf(event, Word.VALUE));
        }
    }

    private String textOf(Event event, Word field) {
        text.clear();
        if (event.layout.has(field, Kind.TEXT)) {
            pools.appendText((int) event.get(field), text);
        }
        return text.text(0);
    }

    private boolean isByWall() {
        return recording.event().equals("wall");
    }

    private void takeExecution(Event event) {
        ThreadState state =
                event.has(Word.STATE) ? pools.state(event.get(Word.STATE)) : ThreadState.OTHER;
        switch (state) {
            case UNKNOWN -> recording.lose(JfrLoss.UNKNOWN_STATE);
            case SLEEPING -> {}
            case RUNNABLE, OTHER -> add(JfrFamily.CPU, recording.periodNanos());
        }
        if (isByWall()) {
            add(JfrFamily.WALL, recording.periodNanos());
        }
    }

    private void takeWallClock(Event event) {
        long samples = event.has(Word.SAMPLES) ? event.get(Word.SAMPLES) : 1;
        long nanos = times(recording.periodNanos(), samples);
        add(JfrFamily.WALL, nanos);
        if (isByWall() && pools.state(event.get(Word.STATE)) == ThreadState.RUNNABLE) {
            add(JfrFamily.CPU, nanos);
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

    /// Node of a stack of the chunk, or [#MISSING].
    private int node(long id) {
        int stack = pools.stack(id);
        if (stack == LongIndex.NONE) {
            return MISSING;
        }
        if (nodeOfStack[stack] == UNRESOLVED) {
            nodeOfStack[stack] = resolveStack(stack);
        }
        return nodeOfStack[stack];
    }

    private int resolveStack(int stack) {
        int length = pools.stackEnd(stack) - pools.stackStart(stack);
        if (path.length < length) {
            path = new int[2 * length];
        }
        int depth = 0;
        for (int at = pools.stackStart(stack); at < pools.stackEnd(stack); at++) {
            int frame = frame(pools.stackFrame(at));
            if (frame != MISSING) {
                path[depth++] = frame;
            }
        }
        return recording.symbols().node(path, depth);
    }

    private int frame(int inChunk) {
        if (frameOfFrame[inChunk] == UNRESOLVED) {
            int function = function(pools.methodOfFrame(inChunk));
            if (function == MISSING) {
                recording.lose(JfrLoss.NO_METHOD);
            }
            frameOfFrame[inChunk] =
                    function == MISSING
                            ? MISSING
                            : recording.symbols().frame(function, pools.lineOfFrame(inChunk));
        }
        return frameOfFrame[inChunk];
    }

    private int function(int method) {
        if (functionOfMethod[method] == UNRESOLVED) {
            text.clear();
            functionOfMethod[method] =
                    pools.appendName(method, text) ? recording.symbols().function(text) : MISSING;
        }
        return functionOfMethod[method];
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

    /// One kind of event. A field that it does not have is 0.
    private static final class Event {
        private final Word name;
        private final Layout layout;
        private final long[] fields = new long[Word.COUNT];

        Event(Word name, Layout layout) {
            this.name = name;
            this.layout = layout;
        }

        boolean has(Word field) {
            return layout.indexOf(field) >= 0;
        }

        long get(Word field) {
            return fields[field.number()];
        }
    }
}
