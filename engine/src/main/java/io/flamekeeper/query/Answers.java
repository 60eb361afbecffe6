package io.flamekeeper.query;

import io.flamekeeper.model.TenantId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/// Answers given lately, by the question and everything it was answered from; so one that is found is right.
/// Safe for use by many threads.
final class Answers {
    private final long bytesMax;

    /// Those used longest ago first.
    private final Map<Key, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;

    /// @param question what was asked, of a type that only one kind of answer goes with
    /// @param contents content keys of the parts, in order
    record Key(TenantId tenant, Object question, List<Object> contents) {
        Key {
            contents = List.copyOf(contents);
        }
    }

    private record Kept(Object answer, long bytes) {}

    /// @param bytesMax memory that all answers together may take, roughly
    Answers(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// The answer kept, or the one that `compute` gives; two threads may both compute.
    ///
    /// @param size what an answer takes in memory, roughly
    <T> T get(Key key, Class<T> type, Supplier<T> compute, ToLongFunction<T> size) {
        synchronized (this) {
            Kept known = kept.get(key);
            if (known != null) {
                return type.cast(known.answer);
            }
        }
        T answer = compute.get();
        put(key, new Kept(answer, size.applyAsLong(answer) + 64L * key.contents.size()));
        return answer;
    }

    private synchronized void put(Key key, Kept answer) {
        if (answer.bytes > bytesMax / 2) {
            return;
        }
        Kept before = kept.put(key, answer);
        bytes += answer.bytes - (before == null ? 0 : before.bytes);
        Iterator<Kept> eldest = kept.values().iterator();
        while (bytes > bytesMax && eldest.hasNext()) {
            bytes -= eldest.next().bytes;
            eldest.remove();
        }
    }
}
