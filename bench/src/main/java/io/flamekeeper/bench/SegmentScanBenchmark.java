package io.flamekeeper.bench;

import io.flamekeeper.column.BitPacking;
import io.flamekeeper.column.ByteSink;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.HeadSource;
import io.flamekeeper.segment.PairReader;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.segment.SegmentWriter;
import io.flamekeeper.segment.SumPlan;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Out of a segment in memory, per pair: [#scan] reads, checks, decodes and adds all pairs of a service's rows;
/// [#decode] does not add; [#unpack] is the loop that both rest on, per number of five bits. [#write] makes the
/// segment, its sums included.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SegmentScanBenchmark {
    private static final int ROWS = 500;

    /// Pairs of the corpus's rows, about; [#write] says how many there are.
    private static final int PAIRS = 1 << 16;

    private Partition partition;
    private HeadSource source;
    private long[] self = {};
    private final int[] words = new int[BitPacking.BLOCK];
    private byte[] packed = {};
    private final int[] unpacked = new int[BitPacking.BLOCK];

    @Setup
    public void draw() throws IOException {
        var dictionary = new Dictionary(7);
        var interner = new GroupInterner();
        List<ProfileRow> rows = new ArrayList<>();
        CorpusGroups.drawn(7, ROWS)
                .forEach(group -> rows.addAll(interner.intern(group, dictionary)));
        source =
                new HeadSource(
                        TenantId.ANONYMOUS,
                        "checkout",
                        dictionary.view(),
                        HeadSource.Rows.of(rows),
                        List.of());
        partition = write();
        self = new long[partition.stacks().count()];
        if (partition.pairCount() < PAIRS) {
            throw new IOException(partition.pairCount() + " pairs (expected: " + PAIRS + ")");
        }
        System.out.printf(
                "%d rows, %d pairs, %d nodes, %d bytes, of which blocks %d%n",
                rows.size(),
                partition.pairCount(),
                self.length,
                partition.bytes(),
                partition.blockBytes());
        var sink = new ByteSink(1 << 10);
        int[] drawn = new SplittableRandom(7).ints(BitPacking.BLOCK, 0, 32).toArray();
        BitPacking.pack(drawn, BitPacking.BLOCK, 5, sink);
        packed = sink.toByteArray();
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public Partition write() throws IOException {
        var vfs = SimulatedVfs.empty(SimulatedVfs.Faults.NONE);
        try (VfsFile file = vfs.create("a.seg")) {
            var writer = new SegmentWriter(file, SegmentHeader.sealed(1, 0, 1));
            writer.add(source, SumPlan.ofLevel(0));
            writer.finish();
        }
        return Segment.open(vfs, "a.seg").partitions().getFirst();
    }

    @Benchmark
    @OperationsPerInvocation(PAIRS)
    public long[] scan() {
        partition.pairs().addTo(0, PAIRS, self);
        return self;
    }

    @Benchmark
    @OperationsPerInvocation(PAIRS)
    public PairReader decode() {
        PairReader pairs = partition.pairs();
        pairs.forEach(0, PAIRS, PAIRS, (_, _, _, _) -> {});
        return pairs;
    }

    @Benchmark
    @OperationsPerInvocation(BitPacking.BLOCK)
    public int[] unpack() {
        BitPacking.unpack(packed, 0, BitPacking.BLOCK, 5, words, unpacked);
        return unpacked;
    }
}
