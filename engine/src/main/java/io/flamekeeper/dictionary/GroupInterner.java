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

    /// In an array of ids: to be interned.
    private static final int WANTED = -2;

    /// Dictionary id by id in the group, [#UNKNOWN] if no stack refers to it.
    private int[] stringId = new int[0];

    private int[] functionId = new int[0];
    private int[] mappingId = new int[0];
    private int[] frameId = new int[0];
    private int[] nodeId = new int[0];

    /// The group's profiles in dictionary ids, in order. Their values, spans and traces are the group's arrays.
    public List<ProfileRow> intern(ProfileGroup group, Dictionary dictionary) {
        StackTable stacks = group.stacks();
        frameId = unknown(frameId, group.symbols().frames().count());
        for (int node = StackTable.ROOT + 1; node < stacks.count(); node++) {
            frameId[stacks.frame()[node]] = WANTED;
        }
        internSymbols(group.symbols(), dictionary);
        internNodes(group, dictionary);
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
        frameId = unknown(frameId, symbols.frames().count());
        int[] nodes = new int[stacks.count()];
        Arrays.fill(nodes, UNKNOWN);
        for (int node = stacks.count() - 1; node > StackTable.ROOT; node--) {
            if (used.get(node)) {
                used.set(stacks.parent()[node]);
                frameId[stacks.frame()[node]] = WANTED;
            }
        }
        internSymbols(symbols, dictionary);
        nodes[StackTable.ROOT] = StackTable.ROOT;
        for (int node = StackTable.ROOT + 1; node < nodes.length; node++) {
            if (used.get(node)) {
                nodes[node] =
                        dictionary.nodes.intern(
                                nodes[stacks.parent()[node]], frameId[stacks.frame()[node]]);
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

    /// **Hot path.** First whole stacks that were seen before; then the nodes that are left, in one forward pass: a
    /// parent's id is known before its children ask for it. Benchmark: `AppendBenchmark`.
    private void internNodes(ProfileGroup group, Dictionary dictionary) {
        StackTable stacks = group.stacks();
        if (nodeId.length < stacks.count()) {
            nodeId = new int[Math.max(stacks.count(), 2 * nodeId.length)];
        }
        int[] parent = stacks.parent();
        int[] frame = stacks.frame();
        int[] id = nodeId;
        NodeIds nodes = dictionary.nodes;
        dictionary.known.find(stacks, group.profiles(), frameId, nodes.view(), id);
        for (int node = StackTable.ROOT + 1; node < stacks.count(); node++) {
            if (id[node] == UNKNOWN) {
                id[node] = nodes.intern(id[parent[node]], frameId[frame[node]]);
            }
        }
        dictionary.known.remember(id);
    }

    /// Interns the wanted frames and what they are made of, table by table.
    private void internSymbols(SymbolTable symbols, Dictionary dictionary) {
        SymbolTable.Functions functions = symbols.functions();
        SymbolTable.Mappings mappings = symbols.mappings();
        stringId = unknown(stringId, symbols.strings().count());
        functionId = unknown(functionId, functions.count());
        mappingId = unknown(mappingId, mappings.count());
        wantParts(symbols);
        dictionary.strings.internMarked(symbols.strings(), stringId, WANTED);
        for (int function = 0; function < functions.count(); function++) {
            if (functionId[function] == WANTED) {
                functionId[function] =
                        dictionary.functions.intern(
                                stringId[functions.name()[function]],
                                stringId[functions.systemName()[function]],
                                stringId[functions.fileName()[function]],
                                functions.startLine()[function]);
            }
        }
        for (int mapping = 0; mapping < mappings.count(); mapping++) {
            if (mappingId[mapping] == WANTED) {
                mappingId[mapping] =
                        dictionary.mappings.intern(
                                mappings.memoryStart()[mapping],
                                mappings.memoryLimit()[mapping],
                                mappings.fileOffset()[mapping],
                                stringId[mappings.fileName()[mapping]],
                                stringId[mappings.buildId()[mapping]],
                                mappings.flags()[mapping]);
            }
        }
        internFrames(symbols.frames(), dictionary);
    }

    private void wantParts(SymbolTable symbols) {
        SymbolTable.Functions functions = symbols.functions();
        SymbolTable.Mappings mappings = symbols.mappings();
        SymbolTable.Frames frames = symbols.frames();
        for (int frame = 0; frame < frames.count(); frame++) {
            if (frameId[frame] == WANTED) {
                want(functionId, frames.function()[frame]);
                want(mappingId, frames.mapping()[frame]);
            }
        }
        for (int function = 0; function < functions.count(); function++) {
            if (functionId[function] == WANTED) {
                want(stringId, functions.name()[function]);
                want(stringId, functions.systemName()[function]);
                want(stringId, functions.fileName()[function]);
            }
        }
        for (int mapping = 0; mapping < mappings.count(); mapping++) {
            if (mappingId[mapping] == WANTED) {
                want(stringId, mappings.fileName()[mapping]);
                want(stringId, mappings.buildId()[mapping]);
            }
        }
    }

    private static void want(int[] ids, int local) {
        if (local != SymbolTable.NONE) {
            ids[local] = WANTED;
        }
    }

    /// **Hot path.** Benchmark: `AppendBenchmark`.
    private void internFrames(SymbolTable.Frames frames, Dictionary dictionary) {
        for (int frame = 0; frame < frames.count(); frame++) {
            if (frameId[frame] == WANTED) {
                frameId[frame] =
                        dictionary.frames.intern(
                                known(functionId, frames.function()[frame]),
                                frames.line()[frame],
                                known(mappingId, frames.mapping()[frame]),
                                frames.address()[frame],
                                frames.inlined()[frame]);
            }
        }
    }

    private static int known(int[] ids, int local) {
        return local == SymbolTable.NONE ? SymbolTable.NONE : ids[local];
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
                profile.spanId(),
                profile.traceId());
    }
}
