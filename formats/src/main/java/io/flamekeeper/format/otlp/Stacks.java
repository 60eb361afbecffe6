package io.flamekeeper.format.otlp;

import static io.flamekeeper.format.ProtoReader.DELIMITED;
import static io.flamekeeper.format.ProtoReader.VARINT;

import io.flamekeeper.format.DecodeLimits;
import io.flamekeeper.format.LocationStack;
import io.flamekeeper.format.ProtoReader;
import io.flamekeeper.format.StackTableBuilder;
import io.flamekeeper.model.StackTable;
import java.util.Arrays;

/// Turns rows of the stack table into nodes of one [StackTable], each when it is first asked for.
final class Stacks {
    // Of Stack.
    private static final int LOCATION = (1 << 3) | VARINT;
    private static final int LOCATIONS = (1 << 3) | DELIMITED;

    private static final int NODES_MAX = 1 << 22;

    /// Roughly: how much room there is at first.
    private static final int BYTES_PER_NODE = 8;

    private static final int UNKNOWN = -1;

    private final ProtoReader reader;
    private final byte[] body;
    private final Tables tables;
    private final StackTableBuilder nodes;
    private final int[] leafOf;
    private final LocationStack locations;

    /// @param body the whole message; no more nodes than it has bytes, nor than [#NODES_MAX]
    Stacks(
            ProtoReader reader,
            Tables tables,
            Tables.Frames frames,
            DecodeLimits limits,
            Workspace workspace,
            byte[] body) {
        this.body = body;
        this.reader = reader;
        this.tables = tables;
        this.nodes = workspace.nodes();
        this.locations = workspace.locations();
        nodes.reset(
                Math.min(Math.max(body.length, limits.stackDepthMax() + 1), NODES_MAX),
                Math.clamp(body.length / BYTES_PER_NODE, 64, 1 << 14));
        locations.begin(
                nodes,
                frames.first(),
                frames.perLocationMax(),
                frames.table().count(),
                limits.stackDepthMax());
        this.leafOf = new int[tables.stackCount()];
        Arrays.fill(leafOf, UNKNOWN);
    }

    /// Whether some stack has the marker, which is the frame behind the last.
    boolean wasCut() {
        return locations.wasCut();
    }

    StackTable build() {
        return nodes.build();
    }

    /// The node of a row. Row 0 of an empty table is the empty stack.
    int leaf(long row) {
        if (row == 0 && leafOf.length == 0) {
            return StackTable.ROOT;
        }
        int stack = Malformed.checkedIndex(row, leafOf.length, "stack");
        if (leafOf[stack] == UNKNOWN) {
            int position = reader.position();
            int limit = reader.limit();
            reader.window(tables.stackStart(stack), tables.stackEnd(stack));
            readStack();
            reader.window(position, limit);
            leafOf[stack] = locations.leaf();
        }
        return leafOf[stack];
    }

    private void readStack() {
        locations.clear();
        while (reader.hasMore()) {
            int tag = reader.tag();
            if (tag == LOCATIONS) {
                int outer = reader.enter();
                readLocations();
                reader.leave(outer);
            } else if (tag == LOCATION) {
                int depth = locations.depth();
                locations.room(1)[depth] = location(reader.varint());
                locations.extendTo(depth + 1);
            } else {
                reader.skip(tag);
            }
        }
    }

    /// **Hot path.** Appends the locations in the reader's window to [#locations]. Benchmark: `OtlpDecodeBenchmark`.
    private void readLocations() {
        byte[] from = body;
        int at = reader.position();
        int end = reader.limit();
        int[] to = locations.room(end - at);
        int next = locations.depth();
        int count = tables.locationCount();
        while (at < end) {
            int first = from[at];
            int index;
            if (first >= 0) {
                index = first;
                at++;
            } else if (end - at > 1 && from[at + 1] >= 0) {
                index = (first & 0x7f) | (from[at + 1] << 7);
                at += 2;
            } else {
                reader.window(at, end);
                index = location(reader.varint());
                at = reader.position();
            }
            if (index >= count) {
                throw Malformed.of("no location %d (expected: 0 to %d)", index, count - 1);
            }
            to[next++] = index;
        }
        locations.extendTo(next);
    }

    private int location(long index) {
        return Malformed.checkedIndex(index, tables.locationCount(), "location");
    }
}
