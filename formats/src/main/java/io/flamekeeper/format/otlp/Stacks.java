package io.flamekeeper.format.otlp;

import static io.flamekeeper.format.ProtoReader.DELIMITED;
import static io.flamekeeper.format.ProtoReader.VARINT;

import io.flamekeeper.format.DecodeLimits;
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
    private final Tables.Frames frames;
    private final int depthMax;
    private final StackTableBuilder nodes;
    private final int[] leafOf;
    private boolean wasCut;

    /// Locations of the stack being read and of the one before it, innermost first, and the node that each depth of
    /// the earlier one ended in, outermost first.
    private int[] path = new int[64];

    private int depth;
    private int[] previousPath = new int[64];
    private int previousDepth;
    private int[] previousNode = new int[64];

    /// @param nodes whose arrays are used
    /// @param body  the whole message; no more nodes than it has bytes, nor than [#NODES_MAX]
    Stacks(
            ProtoReader reader,
            Tables tables,
            Tables.Frames frames,
            DecodeLimits limits,
            StackTableBuilder nodes,
            byte[] body) {
        this.body = body;
        this.reader = reader;
        this.tables = tables;
        this.frames = frames;
        this.depthMax = limits.stackDepthMax();
        this.nodes = nodes;
        nodes.reset(
                Math.min(Math.max(body.length, depthMax + 1), NODES_MAX),
                Math.clamp(body.length / BYTES_PER_NODE, 64, 1 << 14));
        this.leafOf = new int[tables.stackCount()];
        Arrays.fill(leafOf, UNKNOWN);
    }

    /// Whether some stack has the marker, which is the frame behind the last.
    boolean wasCut() {
        return wasCut;
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
            readPath();
            reader.window(position, limit);
            leafOf[stack] = leafOfPath();
        }
        return leafOf[stack];
    }

    private void readPath() {
        depth = 0;
        while (reader.hasMore()) {
            int tag = reader.tag();
            if (tag == LOCATIONS) {
                int outer = reader.enter();
                reserve(reader.limit() - reader.position());
                readLocations();
                reader.leave(outer);
            } else if (tag == LOCATION) {
                reserve(1);
                path[depth++] = location(reader.varint());
            } else {
                reader.skip(tag);
            }
        }
    }

    /// **Hot path.** Appends the locations in the reader's window to [#path], which has room for them. Benchmark:
    /// `OtlpDecodeBenchmark`.
    private void readLocations() {
        byte[] from = body;
        int[] to = path;
        int next = depth;
        int at = reader.position();
        int end = reader.limit();
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
        depth = next;
    }

    private void reserve(int more) {
        if (path.length - depth < more) {
            path = Arrays.copyOf(path, Math.max(2 * path.length, depth + more));
        }
    }

    private int location(long index) {
        return Malformed.checkedIndex(index, tables.locationCount(), "location");
    }

    /// **Hot path.** Returns the node of [#path], making what is not there yet. Stacks that are neighbours mostly
    /// share their outermost frames, which are then not looked up. Benchmark: `OtlpDecodeBenchmark`.
    private int leafOfPath() {
        if ((long) depth * frames.perLocationMax() > depthMax && framesOfPath() > depthMax) {
            return leafOfCutPath();
        }
        int[] now = path;
        int[] before = previousPath;
        int[] firstFrame = frames.first();
        int common = Math.min(depth, previousDepth);
        int same = 0;
        while (same < common && now[depth - 1 - same] == before[previousDepth - 1 - same]) {
            same++;
        }
        if (previousNode.length < depth) {
            previousNode = Arrays.copyOf(previousNode, path.length);
        }
        int node = same == 0 ? StackTable.ROOT : previousNode[same - 1];
        for (int level = same; level < depth; level++) {
            int location = now[depth - 1 - level];
            int first = firstFrame[location];
            for (int frame = firstFrame[location + 1] - 1; frame >= first; frame--) {
                node = nodes.child(node, frame);
            }
            previousNode[level] = node;
        }
        path = before;
        previousPath = now;
        previousDepth = depth;
        return node;
    }

    private long framesOfPath() {
        long count = 0;
        for (int level = 0; level < depth; level++) {
            count += frames.first()[path[level] + 1] - frames.first()[path[level]];
        }
        return count;
    }

    /// Keeps the outer half and the inner half of what is allowed, with the marker between them.
    private int leafOfCutPath() {
        wasCut = true;
        previousDepth = 0;
        int[] firstFrame = frames.first();
        int outerKept = depthMax / 2;
        int innerKept = depthMax - 1 - outerKept;
        int[] inner = new int[innerKept];
        int kept = 0;
        for (int level = 0; kept < innerKept; level++) {
            int end = firstFrame[path[level] + 1];
            for (int frame = firstFrame[path[level]]; frame < end && kept < innerKept; frame++) {
                inner[kept++] = frame;
            }
        }
        int node = StackTable.ROOT;
        kept = 0;
        for (int level = depth - 1; kept < outerKept; level--) {
            int first = firstFrame[path[level]];
            for (int frame = firstFrame[path[level] + 1] - 1;
                    frame >= first && kept < outerKept;
                    frame--, kept++) {
                node = nodes.child(node, frame);
            }
        }
        node = nodes.child(node, frames.table().count());
        for (int frame = innerKept - 1; frame >= 0; frame--) {
            node = nodes.child(node, inner[frame]);
        }
        return node;
    }
}
