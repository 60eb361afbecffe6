package io.flamekeeper.compaction;

import io.flamekeeper.dictionary.PartitionKey;
import io.flamekeeper.dictionary.SeriesTable;
import io.flamekeeper.model.StringTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.segment.Partition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What memory it takes to join partitions of one service: as if nothing of one were in another, with the room that
/// arrays have to grow into, and one sum under way. Measured: `CompactionMemory` in `bench`.
public final class JoinMemory {
    private static final long NODE = 48;
    private static final long FRAME = 96;
    private static final long FUNCTION = 56;
    private static final long STRING = 40;
    private static final long STRING_BYTE = 2;
    private static final long SERIES = 64;
    private static final long LABEL = 8;

    /// A node takes at least two bytes of its section, a frame four and a bit, another symbol more for what it is.
    private static final long STACKS_BYTE = NODE / 2;

    private static final long SYMBOLS_BYTE = FRAME / 4;

    private JoinMemory() {}

    /// How many of the first inputs can be joined without any service taking more memory; at least 1.
    ///
    /// @param inputs what each has
    public static int fitting(List<List<Partition>> inputs, long bytesMax) {
        Map<PartitionKey, List<Partition>> joined = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            for (Partition partition : inputs.get(i)) {
                List<Partition> ofService =
                        joined.computeIfAbsent(
                                new PartitionKey(partition.tenant(), partition.service()),
                                _ -> new ArrayList<>());
                ofService.add(partition);
                if (i > 0 && !fit(ofService, bytesMax)) {
                    return i;
                }
            }
        }
        return inputs.size();
    }

    /// Symbols and stacks of most services need not be read to know.
    private static boolean fit(List<Partition> partitions, long bytesMax) {
        return partitions.stream().mapToLong(JoinMemory::bytesMax).sum() <= bytesMax
                || partitions.stream().mapToLong(JoinMemory::bytes).sum() <= bytesMax;
    }

    private static long bytesMax(Partition partition) {
        return STACKS_BYTE * partition.stacksBytes()
                + SYMBOLS_BYTE * partition.symbolsBytes()
                + bytes(partition.series());
    }

    /// What a partition adds to a join.
    public static long bytes(Partition partition) {
        SymbolTable symbols = partition.symbols();
        return NODE * partition.stacks().count()
                + FRAME * symbols.frames().count()
                + FUNCTION * symbols.functions().count()
                + bytes(symbols.strings())
                + bytes(partition.series());
    }

    private static long bytes(SeriesTable series) {
        return (SERIES + LABEL * series.labelNames().length) * series.count()
                + bytes(series.strings());
    }

    private static long bytes(StringTable strings) {
        long bytes = 0;
        for (int id = 0; id < strings.count(); id++) {
            bytes += STRING + STRING_BYTE * strings.length(id);
        }
        return bytes;
    }
}
