package io.flamekeeper.segment;

import io.flamekeeper.column.PackedBlock;
import io.flamekeeper.column.PackedLongs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The blocks of a partition in the order they lie in. They leave no gap, so every byte belongs to one that has a
/// checksum.
final class BlockChain {
    private final PackedLongs.Reader offset;
    private final PackedLongs.Reader bytes;
    private final int count;
    private int next;

    private BlockChain(PackedLongs offset, PackedLongs bytes) {
        var decoder = new PackedBlock.Decoder();
        this.offset = offset.reader(decoder);
        this.bytes = bytes.reader(decoder);
        this.count = offset.count();
        skipMissing();
    }

    /// Passes over blocks of no bytes, which are not there.
    private void skipMissing() {
        while (next < count && bytes.get(next) == 0) {
            next++;
        }
    }

    /// The first gap or overlap; empty if there is none.
    static Optional<String> fault(Partition partition) {
        PairBlocks pairs = partition.pairBlocks();
        SpanBlocks spans = partition.spanBlocks();
        PairBlocks sums = partition.sumBlocks();
        List<BlockChain> all = new ArrayList<>();
        all.add(new BlockChain(pairs.offset(), pairs.bytes()));
        all.add(new BlockChain(spans.offset(), spans.bytes()));
        all.add(new BlockChain(spans.pieceOffset(), spans.pieceBytes()));
        partition
                .traceBlocks()
                .ifPresent(traces -> {
                    BlockIndex index = traces.index();
                    all.add(new BlockChain(traces.offset(), traces.bytes()));
                    all.add(new BlockChain(index.offset(), index.bytes()));
                });
        all.add(new BlockChain(sums.offset(), sums.bytes()));
        long end = 0;
        for (Optional<BlockChain> here = at(all, end); here.isPresent(); here = at(all, end)) {
            end += here.get().take();
        }
        boolean isWhole =
                end == partition.blockBytes()
                        && all.stream().allMatch(chain -> chain.next == chain.count);
        return isWhole
                ? Optional.empty()
                : Optional.of(
                        "blocks end or overlap at byte %d (expected: none missing up to byte %d)"
                                .formatted(
                                        partition.start() + end,
                                        partition.start() + partition.blockBytes()));
    }

    private static Optional<BlockChain> at(List<BlockChain> all, long position) {
        return all.stream().filter(one -> one.isAt(position)).findFirst();
    }

    private boolean isAt(long position) {
        return next < count && offset.get(next) == position && bytes.get(next) > 0;
    }

    private long take() {
        long taken = bytes.get(next++);
        skipMissing();
        return taken;
    }
}
