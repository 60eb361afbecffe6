package io.flamekeeper.view;

import io.flamekeeper.model.MergedProfile;
import io.flamekeeper.model.ProfileType;
import io.flamekeeper.model.SaturatedMath;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.model.TimeRange;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// A merged profile as pprof, not compressed.
///
/// Exactly one sample type, which is the default one; stacks are unique; no sample has labels; ids are dense
/// from 1. Whatever is symbolised lies in one mapping that says so, without addresses; what is not keeps its
/// own mapping and address. Frames that were inlined are put back into the location of their caller, innermost
/// line first. Nothing measured gives no byte at all.
///
/// Source: `profile.proto` of pprof.
public final class PprofExport {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int NONE = -1;

    // Fields of Profile.
    private static final int SAMPLE_TYPE = 1;
    private static final int SAMPLE = 2;
    private static final int MAPPING = 3;
    private static final int LOCATION = 4;
    private static final int FUNCTION = 5;
    private static final int STRING_TABLE = 6;
    private static final int TIME_NANOS = 9;
    private static final int PERIOD_TYPE = 11;
    private static final int PERIOD = 12;
    private static final int DEFAULT_SAMPLE_TYPE = 14;

    private final SymbolTable symbols;
    private final StackTable stacks;

    /// Amount of each node itself, after the cut.
    private final long[] self;

    /// What the cut took from below each node.
    private final long[] folded;

    /// A location as the frames of one instruction: the frame, and the chain it is inlined into or [#NONE].
    private int[] chainFrame = new int[64];

    private int[] chainCaller = new int[64];
    private int chainCount;
    private final Map<Long, Integer> chains = new HashMap<>();

    /// Ids as written, from 1 by first use; 0 = not written yet. `location` is by chain.
    private int[] location = new int[64];

    private int locationCount;
    private final int[] function;
    private int functionCount;
    private final int[] mapping;
    private int mappingCount;
    private int otherLocation;
    private int symbolisedMapping;
    private final Map<String, Integer> strings = new LinkedHashMap<>(Map.of("", 0));

    private final ByteSink samples = new ByteSink();
    private final ByteSink mappings = new ByteSink();
    private final ByteSink locations = new ByteSink();
    private final ByteSink functions = new ByteSink();
    private final ByteSink message = new ByteSink();
    private final ByteSink inner = new ByteSink();

    private PprofExport(MergedProfile profile, long maxNodes) {
        this.symbols = profile.symbols();
        this.stacks = profile.stacks();
        this.self = Arrays.copyOf(profile.self(), stacks.count());
        this.folded = new long[stacks.count()];
        this.function = new int[symbols.functions().count()];
        this.mapping = new int[symbols.mappings().count()];
        if (maxNodes > 0 && stacks.count() - 1 > maxNodes) {
            cut((int) maxNodes);
        }
    }

    /// @param range    whose end becomes the profile's time
    /// @param maxNodes frames of stacks to keep, the rest becomes frames named `other` of their callers; 0 means
    ///     all
    /// @throws io.flamekeeper.model.FlamekeeperException `BUDGET_EXCEEDED` for a result of more than 1 GiB
    public static byte[] encode(
            MergedProfile profile, ProfileType type, TimeRange range, long maxNodes) {
        return new PprofExport(profile, maxNodes).encode(type, range);
    }

    private byte[] encode(ProfileType type, TimeRange range) {
        writeSamples();
        if (samples.count() == 0) {
            return new byte[0];
        }
        int sampleUnit = string(type.sample().unit());
        int sampleType = string(type.sample().type());
        int periodType = string(type.period().type());
        int periodUnit = string(type.period().unit());
        var profile = new ByteSink();
        writeValueType(profile, SAMPLE_TYPE, sampleType, sampleUnit);
        profile.write(samples);
        profile.write(mappings);
        profile.write(locations);
        profile.write(functions);
        for (String text : strings.keySet()) {
            message.clear();
            message.utf8(text);
            nested(profile, STRING_TABLE, message);
        }
        number(profile, TIME_NANOS, nanos(range.endMillis()));
        writeValueType(profile, PERIOD_TYPE, periodType, periodUnit);
        number(profile, PERIOD, period(type));
        number(profile, DEFAULT_SAMPLE_TYPE, sampleType);
        return profile.toBytes();
    }

    /// Folds every node lighter than the last that fits into its caller's `other`.
    private void cut(int maxNodes) {
        long[] total = self.clone();
        for (int node = stacks.count() - 1; node > StackTable.ROOT; node--) {
            int caller = stacks.parent()[node];
            total[caller] = SaturatedMath.add(total[caller], total[node]);
        }
        long lightest = KthLargest.of(total, 1, stacks.count(), maxNodes);
        for (int node = 1; node < stacks.count(); node++) {
            if (total[node] < lightest) {
                self[node] = 0;
                int caller = stacks.parent()[node];
                if (caller == StackTable.ROOT || total[caller] >= lightest) {
                    folded[caller] = SaturatedMath.add(folded[caller], total[node]);
                }
            }
        }
    }

    private void writeSamples() {
        int[] chain = new int[stacks.count()];
        int[] outermost = new int[stacks.count()];
        Arrays.fill(chain, NONE);
        for (int node = 1; node < stacks.count(); node++) {
            int frame = stacks.frame()[node];
            int caller = stacks.parent()[node];
            boolean inlined = symbols.frames().inlined()[frame] && isSymbolised(caller);
            chain[node] = chain(inlined ? chain[caller] : NONE, frame);
            outermost[node] = inlined ? outermost[caller] : node;
        }
        for (int node = 0; node < stacks.count(); node++) {
            if (self[node] > 0) {
                writeSample(node, self[node], false, chain, outermost);
            }
            if (folded[node] > 0) {
                writeSample(node, folded[node], true, chain, outermost);
            }
        }
    }

    private boolean isSymbolised(int node) {
        return node != StackTable.ROOT
                && symbols.frames().function()[stacks.frame()[node]] != SymbolTable.NONE;
    }

    private void writeSample(
            int leaf, long amount, boolean belowOther, int[] chain, int[] outermost) {
        inner.clear();
        if (belowOther) {
            inner.varint(otherLocation());
        }
        int node = leaf;
        while (node != StackTable.ROOT) {
            inner.varint(location(chain[node]));
            node = stacks.parent()[outermost[node]];
        }
        message.clear();
        if (inner.count() > 0) {
            nested(message, 1, inner);
        }
        inner.clear();
        inner.varint(amount);
        nested(message, 2, inner);
        nested(samples, SAMPLE, message);
    }

    private int chain(int caller, int frame) {
        long key = (long) (caller + 1) << 32 | frame;
        return chains.computeIfAbsent(
                key,
                _ -> {
                    if (chainCount == chainFrame.length) {
                        chainFrame = Arrays.copyOf(chainFrame, 2 * chainCount);
                        chainCaller = Arrays.copyOf(chainCaller, 2 * chainCount);
                        location = Arrays.copyOf(location, 2 * chainCount);
                    }
                    chainFrame[chainCount] = frame;
                    chainCaller[chainCount] = caller;
                    return chainCount++;
                });
    }

    private int location(int chain) {
        return location[chain] != 0 ? location[chain] : (location[chain] = writeLocation(chain));
    }

    /// Writes what the location refers to first: each message is built in the same buffer.
    private int writeLocation(int innermost) {
        int outermost = innermost;
        for (int chain = innermost; chain != NONE; chain = chainCaller[chain]) {
            outermost = chain;
            int called = symbols.frames().function()[chainFrame[chain]];
            if (called != SymbolTable.NONE) {
                function(called);
            }
        }
        int frame = chainFrame[outermost];
        boolean symbolised = symbols.frames().function()[frame] != SymbolTable.NONE;
        int mappingId =
                symbolised ? symbolisedMapping() : mapping(symbols.frames().mapping()[frame]);
        var bytes = new ByteSink(64);
        number(bytes, 1, ++locationCount);
        number(bytes, 2, mappingId);
        number(bytes, 3, symbolised ? 0 : symbols.frames().address()[frame]);
        var line = new ByteSink(16);
        for (int chain = innermost; chain != NONE; chain = chainCaller[chain]) {
            int called = symbols.frames().function()[chainFrame[chain]];
            if (called != SymbolTable.NONE) {
                line.clear();
                number(line, 1, function(called));
                number(line, 2, symbols.frames().line()[chainFrame[chain]]);
                nested(bytes, 4, line);
            }
        }
        nested(locations, LOCATION, bytes);
        return locationCount;
    }

    private int otherLocation() {
        if (otherLocation == 0) {
            otherLocation = ++locationCount;
            writeFunction(++functionCount, string(CutTree.OTHER_NAME), 0, 0, 0);
            var bytes = new ByteSink(32);
            number(bytes, 1, otherLocation);
            number(bytes, 2, symbolisedMapping());
            var line = new ByteSink(16);
            number(line, 1, functionCount);
            nested(bytes, 4, line);
            nested(locations, LOCATION, bytes);
        }
        return otherLocation;
    }

    private int function(int id) {
        if (function[id] == 0) {
            function[id] = ++functionCount;
            SymbolTable.Functions table = symbols.functions();
            writeFunction(
                    functionCount,
                    string(symbols.strings().get(table.name()[id])),
                    string(symbols.strings().get(table.systemName()[id])),
                    string(symbols.strings().get(table.fileName()[id])),
                    table.startLine()[id]);
        }
        return function[id];
    }

    private void writeFunction(int id, int name, int systemName, int fileName, long startLine) {
        var bytes = new ByteSink(32);
        number(bytes, 1, id);
        number(bytes, 2, name);
        number(bytes, 3, systemName);
        number(bytes, 4, fileName);
        number(bytes, 5, startLine);
        nested(functions, FUNCTION, bytes);
    }

    private int symbolisedMapping() {
        if (symbolisedMapping == 0) {
            symbolisedMapping = ++mappingCount;
            var bytes = new ByteSink(8);
            number(bytes, 1, symbolisedMapping);
            number(bytes, 7, 1);
            nested(mappings, MAPPING, bytes);
        }
        return symbolisedMapping;
    }

    private int mapping(int id) {
        if (id == SymbolTable.NONE) {
            return 0;
        }
        if (mapping[id] == 0) {
            mapping[id] = ++mappingCount;
            SymbolTable.Mappings table = symbols.mappings();
            int flags = table.flags()[id];
            var bytes = new ByteSink(64);
            number(bytes, 1, mapping[id]);
            number(bytes, 2, table.memoryStart()[id]);
            number(bytes, 3, table.memoryLimit()[id]);
            number(bytes, 4, table.fileOffset()[id]);
            number(bytes, 5, string(symbols.strings().get(table.fileName()[id])));
            number(bytes, 6, string(symbols.strings().get(table.buildId()[id])));
            number(bytes, 7, has(flags, SymbolTable.Mappings.HAS_FUNCTIONS));
            number(bytes, 8, has(flags, SymbolTable.Mappings.HAS_FILENAMES));
            number(bytes, 9, has(flags, SymbolTable.Mappings.HAS_LINE_NUMBERS));
            number(bytes, 10, has(flags, SymbolTable.Mappings.HAS_INLINE_FRAMES));
            nested(mappings, MAPPING, bytes);
        }
        return mapping[id];
    }

    private static int has(int flags, int flag) {
        return (flags & flag) == 0 ? 0 : 1;
    }

    private int string(String text) {
        return strings.computeIfAbsent(text, _ -> strings.size());
    }

    private void writeValueType(ByteSink profile, int field, int type, int unit) {
        message.clear();
        number(message, 1, type);
        number(message, 2, unit);
        nested(profile, field, message);
    }

    /// What elapses between two samples, as clients expect it of the family.
    private static long period(ProfileType type) {
        return switch (type.name()) {
            case "process_cpu" -> 1_000_000_000;
            case "memory" -> 524_288;
            default -> 1;
        };
    }

    private static long nanos(long millis) {
        long limit = Long.MAX_VALUE / NANOS_PER_MILLI;
        return Math.clamp(millis, -limit, limit) * NANOS_PER_MILLI;
    }

    /// A field that is 0 is not written.
    private static void number(ByteSink sink, int field, long value) {
        if (value != 0) {
            sink.varint((long) field << 3);
            sink.varint(value);
        }
    }

    private static void nested(ByteSink sink, int field, ByteSink content) {
        sink.varint((long) field << 3 | 2);
        sink.varint(content.count());
        sink.write(content);
    }
}
