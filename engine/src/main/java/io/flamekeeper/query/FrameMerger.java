package io.flamekeeper.query;

import io.flamekeeper.model.MergedProfile;
import io.flamekeeper.model.SiblingOrder;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Adds the stacks of many parts up into one [MergedProfile], frame by frame.
///
/// Everything is known by its content here: a function by its names, file and line; a mapping by all it
/// has; a frame by function, line and inlining or, not symbolised, by mapping and address.
final class FrameMerger {
    private static final int UNKNOWN = -1;

    /// Columns: name, system name, file name, start line.
    private final RowIds functions;

    /// Columns: memory start, memory limit, file offset, file name, build id, flags.
    private final RowIds mappings;

    /// Columns: function, line, mapping, address, inlined.
    private final RowIds frames;

    private final NameIds strings;
    private final TreeSum tree;

    FrameMerger(long seed, int nodesMax) {
        this.functions = new RowIds(4, seed);
        this.mappings = new RowIds(6, seed);
        this.frames = new RowIds(5, seed);
        this.strings = new NameIds(seed);
        this.tree = new TreeSum(seed, nodesMax);
        strings.intern(new byte[0], 0, 0);
    }

    /// @param self amount of each node itself; zero afterwards
    void add(SymbolTable symbols, StackTable stacks, long[] self) {
        var part = new PartSymbols(symbols);
        tree.add(stacks.count(), stacks.parent(), stacks.frame(), self, part::frame);
    }

    /// Adds what another has.
    void add(FrameMerger other) {
        MergedProfile profile = other.toProfile();
        add(profile.symbols(), profile.stacks(), profile.self());
    }

    /// Every table sorted by content, so that equal sums are equal profiles in whatever order they were
    /// added.
    MergedProfile toProfile() {
        int[] sortedStrings = strings.sorted();
        int[] stringRank = Sorting.ranks(sortedStrings);
        int[] functionOrder = sorted(functions, 4, stringRank, 0, 3);
        int[] mappingOrder = sorted(mappings, 6, stringRank, 3, 5);
        int[] functionRank = Sorting.ranks(functionOrder);
        int[] mappingRank = Sorting.ranks(mappingOrder);
        int[] frameOrder = sortedFrames(functionRank, mappingRank);
        SymbolTable symbols =
                new SymbolTable(
                        stringTable(sortedStrings),
                        functionTable(functionOrder, stringRank),
                        mappingTable(mappingOrder, stringRank),
                        frameTable(frameOrder, functionRank, mappingRank));
        return withStacks(symbols, Sorting.ranks(frameOrder));
    }

    private MergedProfile withStacks(SymbolTable symbols, int[] frameRank) {
        int count = tree.count();
        int[] parent = tree.parents();
        int[] frame = tree.labels();
        for (int node = 1; node < count; node++) {
            frame[node] = frameRank[frame[node]];
        }
        int[] order = SiblingOrder.of(count, parent, frame, frameRank.length);
        int[] place = Sorting.ranks(order);
        int[] orderedParent = new int[count];
        int[] orderedFrame = new int[count];
        long[] orderedSelf = new long[count];
        for (int i = 0; i < count; i++) {
            int node = order[i];
            orderedParent[i] = i == 0 ? StackTable.NONE : place[parent[node]];
            orderedFrame[i] = frame[node];
            orderedSelf[i] = tree.self(node);
        }
        return new MergedProfile(
                symbols, new StackTable(count, orderedParent, orderedFrame), orderedSelf);
    }

    /// Sorts rows column by column; columns `from` to `to`, exclusive, are strings.
    private static int[] sorted(RowIds rows, int width, int[] stringRank, int from, int to) {
        return Sorting.sort(
                rows.count(),
                (left, right) -> {
                    for (int column = 0; column < width; column++) {
                        boolean isString = from <= column && column < to;
                        long a = rows.value(left, column);
                        long b = rows.value(right, column);
                        int order =
                                isString
                                        ? Integer.compare(stringRank[(int) a], stringRank[(int) b])
                                        : Long.compareUnsigned(a, b);
                        if (order != 0) {
                            return order;
                        }
                    }
                    return 0;
                });
    }

    private int[] sortedFrames(int[] functionRank, int[] mappingRank) {
        return Sorting.sort(
                frames.count(),
                (left, right) -> {
                    int order =
                            Integer.compare(
                                    rank(frames.value(left, 0), functionRank),
                                    rank(frames.value(right, 0), functionRank));
                    if (order == 0) {
                        order =
                                Integer.compare(
                                        rank(frames.value(left, 2), mappingRank),
                                        rank(frames.value(right, 2), mappingRank));
                    }
                    for (int column = 1; order == 0 && column < 5; column++) {
                        if (column != 2) {
                            order =
                                    Long.compareUnsigned(
                                            frames.value(left, column),
                                            frames.value(right, column));
                        }
                    }
                    return order;
                });
    }

    private static int rank(long id, int[] ranks) {
        return id == SymbolTable.NONE ? SymbolTable.NONE : ranks[(int) id];
    }

    private StringTable stringTable(int[] order) {
        List<String> texts = new ArrayList<>(order.length);
        for (int id : order) {
            texts.add(strings.text(id));
        }
        return StringTable.of(texts);
    }

    private SymbolTable.Functions functionTable(int[] order, int[] stringRank) {
        int count = order.length;
        int[] name = new int[count];
        int[] systemName = new int[count];
        int[] fileName = new int[count];
        long[] startLine = new long[count];
        for (int i = 0; i < count; i++) {
            name[i] = stringRank[(int) functions.value(order[i], 0)];
            systemName[i] = stringRank[(int) functions.value(order[i], 1)];
            fileName[i] = stringRank[(int) functions.value(order[i], 2)];
            startLine[i] = functions.value(order[i], 3);
        }
        return new SymbolTable.Functions(count, name, systemName, fileName, startLine);
    }

    private SymbolTable.Mappings mappingTable(int[] order, int[] stringRank) {
        int count = order.length;
        long[] memoryStart = new long[count];
        long[] memoryLimit = new long[count];
        long[] fileOffset = new long[count];
        int[] fileName = new int[count];
        int[] buildId = new int[count];
        byte[] flags = new byte[count];
        for (int i = 0; i < count; i++) {
            memoryStart[i] = mappings.value(order[i], 0);
            memoryLimit[i] = mappings.value(order[i], 1);
            fileOffset[i] = mappings.value(order[i], 2);
            fileName[i] = stringRank[(int) mappings.value(order[i], 3)];
            buildId[i] = stringRank[(int) mappings.value(order[i], 4)];
            flags[i] = (byte) mappings.value(order[i], 5);
        }
        return new SymbolTable.Mappings(
                count, memoryStart, memoryLimit, fileOffset, fileName, buildId, flags);
    }

    private SymbolTable.Frames frameTable(int[] order, int[] functionRank, int[] mappingRank) {
        int count = order.length;
        int[] function = new int[count];
        long[] line = new long[count];
        int[] mapping = new int[count];
        long[] address = new long[count];
        boolean[] inlined = new boolean[count];
        for (int i = 0; i < count; i++) {
            function[i] = rank(frames.value(order[i], 0), functionRank);
            line[i] = frames.value(order[i], 1);
            mapping[i] = rank(frames.value(order[i], 2), mappingRank);
            address[i] = frames.value(order[i], 3);
            inlined[i] = frames.value(order[i], 4) != 0;
        }
        return new SymbolTable.Frames(count, function, line, mapping, address, inlined);
    }

    /// The symbols of one part, by what they are in the sum. Looks at what the tree needs, once.
    private final class PartSymbols {
        private final SymbolTable symbols;
        private final int[] frameInSum;
        private final int[] functionInSum;
        private final int[] mappingInSum;

        PartSymbols(SymbolTable symbols) {
            this.symbols = symbols;
            this.frameInSum = unknown(symbols.frames().count());
            this.functionInSum = unknown(symbols.functions().count());
            this.mappingInSum = unknown(symbols.mappings().count());
        }

        int frame(int frame) {
            int known = frameInSum[frame];
            return known == UNKNOWN ? frameInSum[frame] = internFrame(frame) : known;
        }

        private int internFrame(int frame) {
            SymbolTable.Frames table = symbols.frames();
            int function = table.function()[frame];
            int mapping = table.mapping()[frame];
            long inlined = table.inlined()[frame] ? 1 : 0;
            if (function != SymbolTable.NONE) {
                return frames.intern(
                        function(function), table.line()[frame], SymbolTable.NONE, 0, inlined);
            }
            return frames.intern(
                    SymbolTable.NONE,
                    0,
                    mapping == SymbolTable.NONE ? SymbolTable.NONE : mapping(mapping),
                    table.address()[frame],
                    0);
        }

        private int function(int function) {
            int known = functionInSum[function];
            if (known != UNKNOWN) {
                return known;
            }
            SymbolTable.Functions table = symbols.functions();
            int name = string(table.name()[function]);
            int systemName = string(table.systemName()[function]);
            return functionInSum[function] =
                    functions.intern(
                            name,
                            systemName == name ? 0 : systemName,
                            string(table.fileName()[function]),
                            table.startLine()[function]);
        }

        private int mapping(int mapping) {
            int known = mappingInSum[mapping];
            if (known != UNKNOWN) {
                return known;
            }
            SymbolTable.Mappings table = symbols.mappings();
            return mappingInSum[mapping] =
                    mappings.intern(
                            table.memoryStart()[mapping],
                            table.memoryLimit()[mapping],
                            table.fileOffset()[mapping],
                            string(table.fileName()[mapping]),
                            string(table.buildId()[mapping]),
                            table.flags()[mapping]);
        }

        private int string(int string) {
            StringTable table = symbols.strings();
            return strings.intern(table.bytes(), table.start(string), table.length(string));
        }

        private static int[] unknown(int count) {
            int[] unknown = new int[count];
            Arrays.fill(unknown, UNKNOWN);
            return unknown;
        }
    }
}
