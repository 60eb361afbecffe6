package io.flamekeeper.segment;

import io.flamekeeper.model.Damage;
import io.flamekeeper.model.FlamekeeperException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/// Holds a [BlockIndex] to be what the blocks say, which come one after the other.
final class IndexCheck {
    private final String what;
    private final BlockIndex.Reader index;
    private final Consumer<String> fault;
    private int run;
    private int block;
    private boolean isRunRead = true;
    private long[] entry = new long[64];
    private int entryCount;

    /// @param what  file and index, for messages
    /// @param fault gets what is wrong
    IndexCheck(String what, BlockIndex.Reader index, Consumer<String> fault) {
        this.what = what;
        this.index = index;
        this.fault = fault;
    }

    /// Says that the current block holds the key; may be said again.
    void add(long key) {
        if (entryCount == entry.length) {
            entry = Arrays.copyOf(entry, 4 * entryCount);
        }
        entry[entryCount++] = BlockIndex.entry(key, block, index.blocks(run));
    }

    /// @param isRead whether every key of the block was added
    void endBlock(boolean isRead) {
        isRunRead &= isRead;
        if (++block == index.blocks(run)) {
            runFault().ifPresent(fault);
            run++;
            block = 0;
            entryCount = 0;
            isRunRead = true;
        }
    }

    private Optional<String> runFault() {
        long[] found;
        try {
            found = index.entries(run);
        } catch (FlamekeeperException e) {
            return Optional.of(Damage.reasonOf(e));
        }
        long[] wanted = Arrays.stream(entry, 0, entryCount).sorted().distinct().toArray();
        int differs = Arrays.mismatch(found, wanted);
        return !isRunRead || differs < 0
                ? Optional.empty()
                : Optional.of(
                        "%s: entry %d of run %d: %s (expected: %s)"
                                .formatted(
                                        what,
                                        differs,
                                        run,
                                        at(found, differs),
                                        at(wanted, differs)));
    }

    private static String at(long[] entries, int place) {
        return place < entries.length ? Long.toHexString(entries[place]) : "none";
    }
}
