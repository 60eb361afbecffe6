package io.flamekeeper.format.jfr;

import io.flamekeeper.format.LongIndex;
import io.flamekeeper.format.jfr.Layout.Kind;
import io.flamekeeper.model.FlamekeeperException;
import org.jspecify.annotations.Nullable;

/// A walk over those events of a chunk that measure something, in the order in which they were written:
///
/// ```java
/// events.check();
/// while (events.next()) { … events.name() … events.get(Word.STACK_TRACE) … }
/// ```
final class Events {
    private final ChunkHeader header;
    private final ChunkReader reader;
    private final Types types;

    /// Those that are read, by row of their class.
    private final @Nullable Event[] eventByClass;

    private Event event = new Event(Word.OTHER, Types.NO_FIELDS);
    private int next;
    private boolean isMalformed;

    /// One kind of event. A field that it does not have is 0.
    private static final class Event {
        private final Word name;
        private final Layout layout;
        private final long[] fields = new long[Word.COUNT];

        Event(Word name, Layout layout) {
            this.name = name;
            this.layout = layout;
        }
    }

    /// @throws FlamekeeperException `MALFORMED_PROFILE`
    Events(byte[] body, ChunkHeader header, Types types) {
        this.header = header;
        this.reader = new ChunkReader(body, header.start(), header.end());
        this.types = types;
        this.eventByClass = new Event[types.count()];
        this.next = header.start() + ChunkHeader.BYTES;
        for (int row = 0; row < eventByClass.length; row++) {
            if (types.name(row).isEvent()) {
                eventByClass[row] = new Event(types.name(row), types.layout(row));
            }
        }
    }

    /// Makes sure of where each event begins and ends.
    ///
    /// @throws FlamekeeperException `MALFORMED_PROFILE`
    void check() {
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

    /// **Hot path.** Moves to the next event that is known. Benchmark: `JfrDecodeBenchmark`.
    ///
    /// @return false if there is no more
    boolean next() {
        int end = header.end();
        int at = next;
        while (at < end) {
            reader.seek(at);
            at += (int) reader.varint();
            int row = types.row(reader.varint());
            Event found = row == LongIndex.NONE ? null : eventByClass[row];
            if (found != null) {
                found.layout.read(reader, found.fields);
                isMalformed = reader.position() > at || reader.isOverrun();
                event = found;
                next = at;
                return true;
            }
        }
        next = at;
        return false;
    }

    /// Whether the event is shorter than its fields.
    boolean isMalformed() {
        return isMalformed;
    }

    Word name() {
        return event.name;
    }

    boolean has(Word field) {
        return event.layout.has(field);
    }

    boolean hasText(Word field) {
        return event.layout.has(field, Kind.TEXT);
    }

    /// The field's value, 0 if there is no such field. See [Layout#read].
    long get(Word field) {
        return event.fields[field.number()];
    }
}
