package io.flamekeeper.format.otlp;

import io.flamekeeper.format.LocationStack;
import io.flamekeeper.format.StackTableBuilder;
import java.util.ArrayList;
import java.util.List;

/// What decoding a message takes and no result keeps, in arrays that the next message uses again. Serves one message
/// at a time; of two alike each column is the same again, and has the room that it needs.
final class Workspace {
    private final StackTableBuilder nodes;
    private final LocationStack locations = new LocationStack();
    private final List<Longs> longs = new ArrayList<>();
    private int longsTaken;
    private final List<Ints> ints = new ArrayList<>();
    private int intsTaken;

    Workspace(long hashSeed) {
        nodes = new StackTableBuilder(hashSeed, 1, 1);
    }

    StackTableBuilder nodes() {
        return nodes;
    }

    LocationStack locations() {
        return locations;
    }

    /// An empty column, the caller's until [#clear].
    Longs longs() {
        if (longsTaken == longs.size()) {
            longs.add(new Longs());
        }
        Longs column = longs.get(longsTaken++);
        column.clear();
        return column;
    }

    /// As [#longs].
    Ints ints() {
        if (intsTaken == ints.size()) {
            ints.add(new Ints());
        }
        Ints column = ints.get(intsTaken++);
        column.clear();
        return column;
    }

    /// Takes all columns back.
    void clear() {
        longsTaken = 0;
        intsTaken = 0;
    }

    /// Bytes of the arrays that it keeps.
    long keptBytes() {
        return nodes.keptBytes()
                + locations.keptBytes()
                + Long.BYTES * longs.stream().mapToLong(Longs::capacity).sum()
                + Integer.BYTES * ints.stream().mapToLong(Ints::capacity).sum();
    }
}
