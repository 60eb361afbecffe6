package io.flamekeeper.segment;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import io.flamekeeper.model.Damage;
import io.flamekeeper.model.FlamekeeperException;
import java.util.BitSet;
import java.util.Optional;

/// Checks a sequence of pairs block by block, each once: that it can be read, that its nodes exist and are those that
/// the index says, that values are more than 0. For one thread.
final class PairBlockCheck {
    private final String file;
    private final PairReader reader;
    private final PairBlocks blocks;
    private final int nodeCount;
    private final Report report;
    private final PackedLongs.Reader nodeMin;
    private final PackedLongs.Reader nodeMax;
    private final BitSet checked = new BitSet();
    private final BitSet damaged = new BitSet();

    /// Takes what is wrong.
    interface Report {
        /// Of the block of the pairs `[firstPair, endPair)`.
        void damaged(long firstPair, long endPair, String fault);
    }

    /// @param nodeCount of the partition
    PairBlockCheck(
            String file, PairReader reader, PairBlocks blocks, int nodeCount, Report report) {
        this.file = file;
        this.reader = reader;
        this.blocks = blocks;
        this.nodeCount = nodeCount;
        this.report = report;
        var decoder = new PackedBlock.Decoder();
        nodeMin = blocks.nodeMin().reader(decoder);
        nodeMax = blocks.nodeMax().reader(decoder);
    }

    /// Shows the pairs `[from, to)`, unless a block of theirs is damaged.
    ///
    /// @return whether they were shown
    boolean forEach(long from, long to, PairReader.Visitor visitor) {
        boolean isWhole = true;
        for (long at = from; at < to; at += BitPacking.BLOCK - at % BitPacking.BLOCK) {
            isWhole &= isWhole((int) (at / BitPacking.BLOCK));
        }
        if (isWhole) {
            reader.forEach(from, to, to, visitor);
        }
        return isWhole;
    }

    void checkAll() {
        for (int block = 0; block < blocks.blockCount(); block++) {
            isWhole(block);
        }
    }

    /// Whether no block that was checked is damaged.
    boolean isWhole() {
        return damaged.isEmpty();
    }

    private boolean isWhole(int block) {
        if (!checked.get(block)) {
            checked.set(block);
            long from = (long) block * BitPacking.BLOCK;
            long to = from + blocks.countOf(block);
            fault(block, from, to)
                    .ifPresent(fault -> {
                        damaged.set(block);
                        report.damaged(from, to, fault);
                    });
        }
        return !damaged.get(block);
    }

    private Optional<String> fault(int block, long from, long to) {
        var extremes = new Extremes();
        try {
            reader.forEach(from, to, blocks.pairCount(), extremes);
        } catch (FlamekeeperException e) {
            return Optional.of(Damage.reasonOf(e));
        }
        return extremes.fault(nodeMin.get(block), nodeMax.get(block), nodeCount)
                .map(fault ->
                        "%s, block %d of %s: %s".formatted(file, block, blocks.what(), fault));
    }

    /// Of the pairs of a block.
    private static final class Extremes implements PairReader.Visitor {
        private int nodeMin = Integer.MAX_VALUE;
        private int nodeMax = Integer.MIN_VALUE;
        private long valueMin = Long.MAX_VALUE;

        @Override
        public void pairs(int[] node, long[] value, int from, int to) {
            for (int pair = from; pair < to; pair++) {
                nodeMin = Math.min(nodeMin, node[pair]);
                nodeMax = Math.max(nodeMax, node[pair]);
                valueMin = Math.min(valueMin, value[pair]);
            }
        }

        Optional<String> fault(long wantedMin, long wantedMax, int nodeCount) {
            if (nodeMin < 0 || nodeMax >= nodeCount) {
                return Optional.of(
                        "nodes %d to %d (expected: 0 to %d)"
                                .formatted(nodeMin, nodeMax, nodeCount - 1));
            }
            if (nodeMin != wantedMin || nodeMax != wantedMax) {
                return Optional.of(
                        "nodes %d to %d (expected: %d to %d, as in the index)"
                                .formatted(nodeMin, nodeMax, wantedMin, wantedMax));
            }
            return valueMin > 0
                    ? Optional.empty()
                    : Optional.of("value %d (expected: more than 0)".formatted(valueMin));
        }
    }
}
