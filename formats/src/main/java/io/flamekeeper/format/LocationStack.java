package io.flamekeeper.format;

import io.flamekeeper.model.StackTable;
import java.util.Arrays;
import java.util.function.LongConsumer;

/// Stacks as formats with a table of locations send them, one after the other, each turned into a node. A location is one
/// frame, or several that the compiler made one of.
///
/// For one thread. After [#begin] it serves another table in the arrays it has.
public final class LocationStack {
    private static final int BYTES_PER_LOCATION = 12;

    /// Locations of the stack being read and of the one before it, innermost first, and the node that each depth of
    /// the earlier one ended in, outermost first.
    private int[] location = new int[64];

    private int depth;
    private int[] previousLocation = new int[64];
    private int previousDepth;
    private int[] previousNode = new int[64];

    private StackTableBuilder nodes = new StackTableBuilder(0, 1, 1);
    private int[] firstFrame = {};
    private int framesPerLocationMax;
    private int marker;
    private int depthMax;
    private boolean wasCut;
    private LongConsumer memory = _ -> {};

    /// Begins with the stacks of another table of locations.
    ///
    /// @param nodes                where nodes are made
    /// @param firstFrame           frames of location l are `[firstFrame[l], firstFrame[l + 1])`, innermost first
    /// @param framesPerLocationMax most frames that a location has
    /// @param marker               the frame that stands for what a cut stack has lost
    /// @param depthMax             frames of a stack; of one that has more the middle is cut out
    public void begin(
            StackTableBuilder nodes,
            int[] firstFrame,
            int framesPerLocationMax,
            int marker,
            int depthMax) {
        this.nodes = nodes;
        this.firstFrame = firstFrame;
        this.framesPerLocationMax = framesPerLocationMax;
        this.marker = marker;
        this.depthMax = depthMax;
        depth = 0;
        previousDepth = 0;
        wasCut = false;
    }

    /// From now on grows within a budget.
    ///
    /// @param memory told how many more bytes are needed before they are taken; may refuse
    public void within(LongConsumer memory) {
        this.memory = memory;
    }

    /// Bytes of the arrays, roughly.
    public long keptBytes() {
        return (long) BYTES_PER_LOCATION * location.length;
    }

    /// Whether some stack since [#begin] has the marker.
    public boolean wasCut() {
        return wasCut;
    }

    /// Begins another stack.
    public void clear() {
        depth = 0;
    }

    /// Locations of the stack so far.
    public int depth() {
        return depth;
    }

    /// The locations, with room for so many more behind [#depth]; whoever writes there says so by [#extendTo].
    public int[] room(int more) {
        if (location.length - depth < more) {
            int longer = Math.max(2 * location.length, depth + more);
            memory.accept((long) BYTES_PER_LOCATION * longer);
            location = Arrays.copyOf(location, longer);
        }
        return location;
    }

    /// @param newDepth with the locations that were written behind the old one
    public void extendTo(int newDepth) {
        depth = newDepth;
    }

    /// **Hot path.** Returns the node of the stack, making what is not there yet. Stacks that are neighbours mostly
    /// share their outermost frames, which are then not looked up. Benchmark: `PprofDecodeBenchmark`.
    public int leaf() {
        if ((long) depth * framesPerLocationMax > depthMax && frameCount() > depthMax) {
            return leafOfCut();
        }
        int[] now = location;
        int[] before = previousLocation;
        int[] first = firstFrame;
        int common = Math.min(depth, previousDepth);
        int same = 0;
        while (same < common && now[depth - 1 - same] == before[previousDepth - 1 - same]) {
            same++;
        }
        if (previousNode.length < depth) {
            previousNode = Arrays.copyOf(previousNode, now.length);
        }
        int node = same == 0 ? StackTable.ROOT : previousNode[same - 1];
        for (int level = same; level < depth; level++) {
            int one = now[depth - 1 - level];
            for (int frame = first[one + 1] - 1; frame >= first[one]; frame--) {
                node = nodes.child(node, frame);
            }
            previousNode[level] = node;
        }
        location = before;
        previousLocation = now;
        previousDepth = depth;
        return node;
    }

    private long frameCount() {
        long count = 0;
        for (int level = 0; level < depth; level++) {
            count += firstFrame[location[level] + 1] - firstFrame[location[level]];
        }
        return count;
    }

    /// Keeps the outer half and the inner half of what is allowed, with the marker between them.
    private int leafOfCut() {
        wasCut = true;
        previousDepth = 0;
        int outerKept = depthMax / 2;
        int innerKept = depthMax - 1 - outerKept;
        int[] inner = new int[innerKept];
        int kept = 0;
        for (int level = 0; kept < innerKept; level++) {
            int end = firstFrame[location[level] + 1];
            for (int frame = firstFrame[location[level]];
                    frame < end && kept < innerKept;
                    frame++) {
                inner[kept++] = frame;
            }
        }
        int node = StackTable.ROOT;
        kept = 0;
        for (int level = depth - 1; kept < outerKept; level--) {
            int first = firstFrame[location[level]];
            for (int frame = firstFrame[location[level] + 1] - 1;
                    frame >= first && kept < outerKept;
                    frame--, kept++) {
                node = nodes.child(node, frame);
            }
        }
        node = nodes.child(node, marker);
        for (int frame = innerKept - 1; frame >= 0; frame--) {
            node = nodes.child(node, inner[frame]);
        }
        return node;
    }
}
