package io.flamekeeper.dictionary;

import io.flamekeeper.model.Profile;
import io.flamekeeper.model.StackTable;
import java.util.Arrays;
import java.util.List;

/// Finds whole stacks of a group that the dictionary has seen as the stack of a sample before: by a hash of all
/// their frames, and then by comparing frame after frame. A stack's nodes mostly have neighbouring ids, so this walks
/// memory, where a look-up for every node would jump about in it.
///
/// Nothing rests on the hashes: what they lead to is compared, so one that is out of date, or that two stacks share,
/// only means that the nodes are looked up one by one.
final class KnownStacks {
    private static final int UNKNOWN = -1;

    private final long seed;
    private final PairTable leafByHash;

    /// Hash of each node's stack in the group.
    private long[] hash = new long[256];

    /// Leaves that are looked for, their hashes, and the nodes that those lead to.
    private int[] leaf = new int[256];

    private long[] leafHash = new long[256];
    private int[] candidate = new int[256];
    private int leaves;

    KnownStacks(long seed) {
        this.seed = seed;
        this.leafByHash = new PairTable(~seed);
    }

    int count() {
        return leafByHash.count();
    }

    /// **Hot path.** Finds the stacks of the profiles. Benchmark: `AppendBenchmark`.
    ///
    /// @param stacks  of the group
    /// @param frameId dictionary's frame by frame of the group
    /// @param known   the dictionary's nodes
    /// @param nodeId  receives the dictionary's node of every node that a stack that was found passes through, -1 of
    ///     others
    void find(
            StackTable stacks,
            List<Profile> profiles,
            int[] frameId,
            StackTable known,
            int[] nodeId) {
        hash(stacks, frameId);
        Arrays.fill(nodeId, 0, stacks.count(), UNKNOWN);
        nodeId[StackTable.ROOT] = StackTable.ROOT;
        leaves = 0;
        for (Profile profile : profiles) {
            add(profile.stack());
        }
        leafByHash.findAll(leafHash, leaves, candidate);
        int missed = 0;
        for (int i = 0; i < leaves; i++) {
            int sought = leaf[i];
            if (nodeId[sought] == UNKNOWN
                    && !isStack(candidate[i], sought, stacks, frameId, known, nodeId)) {
                leaf[missed] = sought;
                leafHash[missed++] = leafHash[i];
            }
        }
        leaves = missed;
    }

    /// Takes note of the stacks that [#find] did not find.
    ///
    /// @param nodeId dictionary's node by node of the group, of all
    void remember(int[] nodeId) {
        for (int i = 0; i < leaves; i++) {
            leafByHash.set(leafHash[i], nodeId[leaf[i]]);
        }
    }

    private void hash(StackTable stacks, int[] frameId) {
        int count = stacks.count();
        if (hash.length < count) {
            hash = new long[2 * count];
        }
        int[] parent = stacks.parent();
        int[] frame = stacks.frame();
        hash[StackTable.ROOT] = seed;
        for (int node = StackTable.ROOT + 1; node < count; node++) {
            long mixed = (hash[parent[node]] ^ frameId[frame[node]]) * 0x9e3779b97f4a7c15L;
            hash[node] = mixed ^ (mixed >>> Integer.SIZE);
        }
    }

    private void add(int[] stack) {
        if (leaf.length - leaves < stack.length) {
            int capacity = 2 * (leaves + stack.length);
            leaf = Arrays.copyOf(leaf, capacity);
            leafHash = Arrays.copyOf(leafHash, capacity);
            candidate = new int[capacity];
        }
        for (int node : stack) {
            leaf[leaves] = node;
            leafHash[leaves++] = hash[node];
        }
    }

    /// Whether `node` is the stack of `sought`, compared up to the first node that was found before; if so all those
    /// up to it are found too.
    private static boolean isStack(
            int node,
            int sought,
            StackTable stacks,
            int[] frameId,
            StackTable known,
            int[] nodeId) {
        if (node >= known.count()) {
            return false;
        }
        int[] parent = stacks.parent();
        int[] frame = stacks.frame();
        int[] knownParent = known.parent();
        int[] knownFrame = known.frame();
        int at = sought;
        int of = node;
        while (nodeId[at] == UNKNOWN) {
            if (of <= StackTable.ROOT || knownFrame[of] != frameId[frame[at]]) {
                return false;
            }
            at = parent[at];
            of = knownParent[of];
        }
        if (nodeId[at] != of) {
            return false;
        }
        of = node;
        for (at = sought; nodeId[at] == UNKNOWN; at = parent[at]) {
            nodeId[at] = of;
            of = knownParent[of];
        }
        return true;
    }
}
