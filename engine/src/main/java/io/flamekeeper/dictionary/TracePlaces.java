package io.flamekeeper.dictionary;

import io.flamekeeper.column.ByteSink;
import io.flamekeeper.column.ByteSource;
import io.flamekeeper.model.TraceId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Numbers the traces of some pairs from 1 in the order they are asked for; 0 is [TraceId#NONE].
///
/// As bytes: how many, a varint; then each in 16 bytes, upper half first.
public final class TracePlaces {
    private final Map<TraceId, Integer> places = new LinkedHashMap<>();

    public int of(long high, long low) {
        return (high | low) == 0
                ? 0
                : places.computeIfAbsent(new TraceId(high, low), _ -> places.size() + 1);
    }

    /// All but [TraceId#NONE], in order.
    public Set<TraceId> traces() {
        return places.keySet();
    }

    public void write(ByteSink sink) {
        sink.putVarint(places.size());
        for (TraceId trace : places.keySet()) {
            sink.putLong(trace.high());
            sink.putLong(trace.low());
        }
    }

    /// Returns how many there are.
    static int skip(ByteSource source) {
        int count = source.nextInt(source.remaining() / TraceId.BYTES);
        source.skip(TraceId.BYTES * count);
        return count;
    }

    /// Upper and lower half of the trace at place p are elements 2p and 2p + 1.
    public static long[] read(ByteSource source) {
        int count = source.nextInt(source.remaining() / TraceId.BYTES);
        long[] traces = new long[2 * (count + 1)];
        for (int half = 2; half < traces.length; half++) {
            traces[half] = source.nextLong();
        }
        return traces;
    }
}
