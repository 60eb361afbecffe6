package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import io.flamekeeper.model.Damage;
import io.flamekeeper.model.FlamekeeperException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/// Reads all spans of a partition, and holds the indexes to be what the blocks say.
final class SpanCheck {
    private final String file;
    private final SpanBlocks blocks;
    private final SpanReader reader;
    private final Consumer<String> fault;
    private boolean isWhole = true;
    private final long[] spanId = new long[BitPacking.BLOCK];
    private final long[] entry = new long[BitPacking.BLOCK * SpanBlocks.CHUNK_BLOCKS];
    private int entryCount;

    /// @param fault gets what is wrong with a block or an index
    SpanCheck(String file, SpanBlocks blocks, SpanReader reader, Consumer<String> fault) {
        this.file = file;
        this.blocks = blocks;
        this.reader = reader;
        this.fault = fault;
    }

    /// Whether nothing is wrong.
    boolean isWhole() {
        int first = 0;
        for (int chunk = 0; chunk < blocks.chunkEntries().count(); chunk++) {
            int end = Math.min(first + SpanBlocks.CHUNK_BLOCKS, blocks.blockCount());
            checkChunk(chunk, first, end);
            first = end;
        }
        return isWhole;
    }

    private void checkChunk(int chunk, int first, int end) {
        entryCount = 0;
        boolean all = true;
        for (int block = first; block < end; block++) {
            all &= add(block, block - first);
        }
        try {
            PackedLongs index = reader.index(chunk);
            if (all) {
                indexFault(index)
                        .ifPresent(
                                why -> report("%s, span index %d: %s".formatted(file, chunk, why)));
            }
        } catch (FlamekeeperException e) {
            report(Damage.reasonOf(e));
        }
    }

    private void report(String what) {
        isWhole = false;
        fault.accept(what);
    }

    private boolean add(int block, int blockOfChunk) {
        int count = blocks.countOf(block);
        try {
            reader.read((long) block * BitPacking.BLOCK, count, spanId);
        } catch (FlamekeeperException e) {
            report(Damage.reasonOf(e));
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (spanId[i] != 0) {
                entry[entryCount++] =
                        SpanBlocks.hash(spanId[i]) << SpanBlocks.BLOCK_BITS | blockOfChunk;
            }
        }
        return true;
    }

    private Optional<String> indexFault(PackedLongs index) {
        long[] wanted = Arrays.stream(entry, 0, entryCount).sorted().distinct().toArray();
        if (index.count() != wanted.length) {
            return Optional.of("%d entries (expected: %d)".formatted(index.count(), wanted.length));
        }
        PackedLongs.Reader found = index.reader(new PackedBlock.Decoder());
        for (int i = 0; i < wanted.length; i++) {
            if (found.get(i) != wanted[i]) {
                return Optional.of(
                        "entry %d: %x (expected: %x)".formatted(i, found.get(i), wanted[i]));
            }
        }
        return Optional.empty();
    }
}
