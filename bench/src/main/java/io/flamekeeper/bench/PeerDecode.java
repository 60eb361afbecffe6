package io.flamekeeper.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import one.convert.Arguments;
import one.convert.JfrConverter;
import one.jfr.Dictionary;
import one.jfr.JfrReader;
import one.jfr.StackTrace;
import one.jfr.event.AllocationSample;
import one.jfr.event.ContendedLock;
import one.jfr.event.Event;
import one.jfr.event.ExecutionSample;
import one.jfr.event.LiveObject;
import one.jfr.event.MallocEvent;

/// Makes the other reader give what our decoder gives: of every family the stacks in words and what was measured
/// at each. It is done with what that library has for the purpose, its dictionaries and its cache of names, and
/// leaves apart what is equal in words only, as ours does not.
final class PeerDecode {
    /// What the other reader's events can be told apart by; it reads entering a monitor and parking as one.
    enum Kind {
        CPU,
        WALL,
        ALLOCATION,
        LOCK,
        LIVE_OBJECT,
        MALLOC
    }

    /// @param leafFirst names of its frames
    /// @param line      of each
    /// @param amount    what the events measured; of [Kind#CPU] and [Kind#WALL] how many periods it was
    record Row(String[] leafFirst, int[] line, long count, long amount) {}

    private final JfrReader reader;
    private final Names names;
    private final Map<Kind, List<Row>> rows = new EnumMap<>(Kind.class);

    private PeerDecode(JfrReader reader) {
        this.reader = reader;
        this.names = new Names(reader);
    }

    static Map<Kind, List<Row>> decode(byte[] recording) throws IOException {
        try (var reader = new JfrReader(ByteBuffer.wrap(recording))) {
            reader.stopAtNewChunk = true;
            var decode = new PeerDecode(reader);
            while (reader.hasMoreChunks()) {
                decode.readChunk();
            }
            return decode.rows;
        }
    }

    private void readChunk() throws IOException {
        Map<Kind, Dictionary<long[]>> sumByStack = new EnumMap<>(Kind.class);
        names.forget();
        int sleeping = reader.getEnumKey("jdk.types.ThreadState", "STATE_SLEEPING");
        int running = reader.getEnumKey("jdk.types.ThreadState", "STATE_RUNNABLE");
        Event event = reader.readEvent();
        // The settings come before the first event, and are read with it.
        boolean isByWall = "wall".equals(reader.settings.get("event"));
        for (; event != null; event = reader.readEvent()) {
            switch (event) {
                case ExecutionSample sample -> {
                    if (isByWall) {
                        add(sumByStack, Kind.WALL, sample);
                    }
                    if (isByWall ? sample.threadState == running : sample.threadState != sleeping) {
                        add(sumByStack, Kind.CPU, sample);
                    }
                }
                case AllocationSample sample -> add(sumByStack, Kind.ALLOCATION, sample);
                case ContendedLock lock -> add(sumByStack, Kind.LOCK, lock);
                case LiveObject object -> add(sumByStack, Kind.LIVE_OBJECT, object);
                case MallocEvent malloc -> {
                    if (malloc.size > 0) {
                        add(sumByStack, Kind.MALLOC, malloc);
                    }
                }
                default -> {}
            }
        }
        sumByStack.forEach((kind, sums) -> {
            List<Row> all = rows.computeIfAbsent(kind, _ -> new ArrayList<>());
            double scale = kind == Kind.LOCK ? reader.nanosPerTick : 1;
            sums.forEach((id, sum) -> {
                StackTrace stack = reader.stackTraces.get(id);
                if (stack != null) {
                    all.add(row(stack, sum[0], Math.round(sum[1] * scale)));
                }
            });
        });
    }

    private static void add(Map<Kind, Dictionary<long[]>> sumByStack, Kind kind, Event event) {
        Dictionary<long[]> sums = sumByStack.computeIfAbsent(kind, _ -> new Dictionary<>());
        long[] sum = sums.get(event.stackTraceId);
        if (sum == null) {
            sum = new long[2];
            sums.put(event.stackTraceId, sum);
        }
        sum[0] += event.samples();
        sum[1] += event.value();
    }

    private Row row(StackTrace stack, long count, long amount) {
        String[] leafFirst = new String[stack.methods.length];
        int[] line = new int[stack.methods.length];
        for (int frame = 0; frame < leafFirst.length; frame++) {
            leafFirst[frame] = names.getMethodName(stack.methods[frame], stack.types[frame]);
            line[frame] = Math.max(0, stack.locations[frame] >> 16);
        }
        return new Row(leafFirst, line, count, amount);
    }

    /// The library's own way from a method to its name, which it keeps.
    private static final class Names extends JfrConverter {
        Names(JfrReader reader) {
            super(reader, new Arguments());
        }

        /// Ids mean something else in the next chunk.
        void forget() {
            methodNames = new Dictionary<>();
        }
    }
}
