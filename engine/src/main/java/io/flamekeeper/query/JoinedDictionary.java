package io.flamekeeper.query;

import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.DictionaryView;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.model.ProfileGroup;
import io.flamekeeper.model.StackTable;
import io.flamekeeper.model.SymbolTable;
import io.flamekeeper.store.Part;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;

/// The dictionaries of many parts of one service as one, and where each part's nodes are in it. Made once, it
/// turns adding a part to a query's sum into one addition for each node.
///
/// Only grows. Safe for use by many threads.
final class JoinedDictionary {
    private final Dictionary dictionary;
    private final GroupInterner interner = new GroupInterner();
    private final long bytesMax;

    /// By [Part#dictionaryKey]; goes when the part goes.
    private final Map<Object, int[]> nodes = new WeakHashMap<>();

    /// @param bytesMax memory from which it takes no further part, roughly
    JoinedDictionary(long hashSeed, long bytesMax) {
        this.dictionary = new Dictionary(hashSeed);
        this.bytesMax = bytesMax;
    }

    /// For each node of the part, its node here; empty if there is no room for it. Do not change.
    Optional<int[]> nodes(Part part) {
        StackTable stacks = part.stacks();
        SymbolTable symbols = part.symbols();
        synchronized (this) {
            int[] known = nodes.get(part.dictionaryKey());
            if (known == null || known.length < stacks.count()) {
                if (bytes() > bytesMax) {
                    return Optional.empty();
                }
                var group = new ProfileGroup(part.service(), symbols, stacks, List.of());
                interner.intern(group, dictionary);
                known = Arrays.copyOf(interner.nodeIds(), stacks.count());
                nodes.put(part.dictionaryKey(), known);
            }
            return Optional.of(known);
        }
    }

    /// Everything so far; holds every node that [#nodes] has given.
    synchronized DictionaryView view() {
        return dictionary.view();
    }

    /// What it takes in memory, roughly.
    synchronized long bytes() {
        long bytes = dictionary.memoryBytes();
        for (int[] ofPart : nodes.values()) {
            bytes += (long) ofPart.length * Integer.BYTES;
        }
        return bytes;
    }
}
