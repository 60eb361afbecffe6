package io.flamekeeper.dictionary;

import io.flamekeeper.model.Profile;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// Translates the ids of a [ProfileGroup], or of another dictionary, into those of a [Dictionary], adding what is new. Only what a stack
/// refers to is looked at. For one thread; reuse it, it keeps its arrays.
public final class GroupInterner {
    private static final int UNKNOWN = -1;

    /// Dictionary id by id in the group, [#UNKNOWN] until it is asked for.
    private int[] stringId = new int[0];

    private int[] functionId = new int[0];
    private int[] mappingId = new int[0];
    private int[] frameId = new int[0];
    private int[] nodeId = new int[0];

    /// The group's profiles in dictionary ids, in order. Their value and span columns are those of the group.
    public List<ProfileRow> intern(ProfileGroup group, Dictionary dictionary) {
        SymbolTable symbols = group.symbols();
        stringId = unknown(stringId, symbols.strings().count());
        functionId = unknown(functionId, symbols.functions().count());
        mappingId = unknown(mappingId, symbols.mappings().count());
        frameId = unknown(frameId, symbols.frames().count());
        internNodes(group.stacks(), symbols, dictionary);
        List<ProfileRow> rows = new ArrayList<>(group.profiles().size());
        for (Profile profile : group.profiles()) {
            rows.add(row(profile, dictionary));
        }
        return rows;
    }

    /// Adds the stacks of another dictionary.
    ///
    /// @param used nodes to add, with their callers; of others nothing is added
    /// @return `dictionary`'s node by node; -1 for one that was not added
    public int[] internStacks(
            SymbolTable symbols, StackTable stacks, BitSet used, Dictionary dictionary) {
        stringId = unknown(stringId, symbols.strings().count());
        functionId = unknown(functionId, symbols.functions().count());
        mappingId = unknown(mappingId, symbols.mappings().count());
        frameId = unknown(frameId, symbols.frames().count());
        int[] nodes = new int[stacks.count()];
        Arrays.fill(nodes, UNKNOWN);
        for (int node = stacks.count() - 1; node > StackTable.ROOT; node--) {
            if (used.get(node)) {
                used.set(stacks.parent()[node]);
            }
        }
        nodes[StackTable.ROOT] = StackTable.ROOT;
        for (int node = StackTable.ROOT + 1; node < nodes.length; node++) {
            if (used.get(node)) {
                int frame = frame(stacks.frame()[node], symbols, dictionary);
                nodes[node] = dictionary.nodes.intern(nodes[stacks.parent()[node]], frame);
            }
        }
        return nodes;
    }

    /// Adds series of another dictionary.
    ///
    /// @param used series to add
    /// @return `dictionary`'s series by series; -1 for one that was not added
    public static int[] internSeries(SeriesTable table, BitSet used, Dictionary dictionary) {
        StringTable strings = table.strings();
        int[] stringIds = unknown(new int[0], strings.count());
        int[] series = new int[table.count()];
        Arrays.fill(series, UNKNOWN);
        var labels = new LabelIds();
        for (int one = used.nextSetBit(0); one >= 0; one = used.nextSetBit(one + 1)) {
            labels.length = 0;
            table.forEachLabel(
                    one,
                    (name, value) ->
                            labels.put(
                                    string(name, strings, stringIds, dictionary),
                                    string(value, strings, stringIds, dictionary)));
            series[one] = dictionary.series.intern(labels.ids, labels.length, table.type(one));
        }
        return series;
    }

    private static int string(int local, StringTable strings, int[] ids, Dictionary dictionary) {
        if (ids[local] == UNKNOWN) {
            ids[local] =
                    dictionary.strings.intern(
                            strings.bytes(), strings.start(local), strings.length(local));
        }
        return ids[local];
    }

    /// Name and value of each label in turn, names ascending.
    private static final class LabelIds {
        private int[] ids = new int[32];
        private int length;

        void put(int name, int value) {
            if (length == ids.length) {
                ids = Arrays.copyOf(ids, 2 * length);
            }
            int at = length;
            while (at > 0 && ids[at - 2] > name) {
                ids[at] = ids[at - 2];
                ids[at + 1] = ids[at - 1];
                at -= 2;
            }
            ids[at] = name;
            ids[at + 1] = value;
            length += 2;
        }
    }

    /// For each node of the group interned last, its node in the dictionary; may be longer. The interner's, until
    /// the next [#intern].
    public int[] nodeIds() {
        return nodeId;
    }

    private static int[] unknown(int[] known, int count) {
        int[] ids = known.length >= count ? known : new int[Math.max(count, 2 * known.length)];
        Arrays.fill(ids, 0, count, UNKNOWN);
        return ids;
    }

    /// **Hot path.** One forward pass: a parent's id is known before its children ask for it.
    /// Benchmark: `AppendBenchmark`.
    private void internNodes(StackTable stacks, SymbolTable symbols, Dictionary dictionary) {
        if (nodeId.length < stacks.count()) {
            nodeId = new int[Math.max(stacks.count(), 2 * nodeId.length)];
        }
        int[] parent = stacks.parent();
        int[] frame = stacks.frame();
        int[] id = nodeId;
        int[] known = frameId;
        NodeIds nodes = dictionary.nodes;
        id[StackTable.ROOT] = StackTable.ROOT;
        for (int node = StackTable.ROOT + 1; node < stacks.count(); node++) {
            int local = frame[node];
            int interned = known[local];
            if (interned == UNKNOWN) {
                interned = frame(local, symbols, dictionary);
            }
            id[node] = nodes.intern(id[parent[node]], interned);
        }
    }

    private int frame(int local, SymbolTable symbols, Dictionary dictionary) {
        if (frameId[local] == UNKNOWN) {
            SymbolTable.Frames frames = symbols.frames();
            frameId[local] =
                    dictionary.frames.intern(
                            function(frames.function()[local], symbols, dictionary),
                            frames.line()[local],
                            mapping(frames.mapping()[local], symbols, dictionary),
                            frames.address()[local],
                            frames.inlined()[local]);
        }
        return frameId[local];
    }

    private int function(int local, SymbolTable symbols, Dictionary dictionary) {
        if (local == SymbolTable.NONE) {
            return SymbolTable.NONE;
        }
        if (functionId[local] == UNKNOWN) {
            SymbolTable.Functions functions = symbols.functions();
            functionId[local] =
                    dictionary.functions.intern(
                            string(functions.name()[local], symbols, dictionary),
                            string(functions.systemName()[local], symbols, dictionary),
                            string(functions.fileName()[local], symbols, dictionary),
                            functions.startLine()[local]);
        }
        return functionId[local];
    }

    private int mapping(int local, SymbolTable symbols, Dictionary dictionary) {
        if (local == SymbolTable.NONE) {
            return SymbolTable.NONE;
        }
        if (mappingId[local] == UNKNOWN) {
            SymbolTable.Mappings mappings = symbols.mappings();
            mappingId[local] =
                    dictionary.mappings.intern(
                            mappings.memoryStart()[local],
                            mappings.memoryLimit()[local],
                            mappings.fileOffset()[local],
                            string(mappings.fileName()[local], symbols, dictionary),
                            string(mappings.buildId()[local], symbols, dictionary),
                            mappings.flags()[local]);
        }
        return mappingId[local];
    }

    private int string(int local, SymbolTable symbols, Dictionary dictionary) {
        if (stringId[local] == UNKNOWN) {
            StringTable strings = symbols.strings();
            stringId[local] =
                    dictionary.strings.intern(
                            strings.bytes(), strings.start(local), strings.length(local));
        }
        return stringId[local];
    }

    private ProfileRow row(Profile profile, Dictionary dictionary) {
        int[] node = new int[profile.stack().length];
        for (int pair = 0; pair < node.length; pair++) {
            node[pair] = nodeId[profile.stack()[pair]];
        }
        return ProfileRow.of(
                dictionary.series.intern(profile.labels(), profile.type()),
                profile.timeNanos(),
                profile.durationNanos(),
                profile.period(),
                node,
                profile.value(),
                profile.spanId());
    }
}
