package io.flamekeeper.bench;

import io.flamekeeper.column.Scatter;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.RowTable;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentWriter;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Two hundred rows out of a segment in memory: blocks read and checked, pairs decoded and added.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SegmentScanBenchmark {
    private Partition partition;
    private long[] self = {};
    private int[] node = {};
    private long[] value = {};
    private long pairs;

    @Setup
    public void write() throws IOException {
        var dictionary = new Dictionary(7);
        var interner = new GroupInterner();
        List<ProfileRow> rows = new ArrayList<>();
        CorpusGroups.drawn(7, 200).forEach(group -> rows.addAll(interner.intern(group, dictionary)));
        var vfs = SimulatedVfs.empty(SimulatedVfs.Faults.NONE);
        try (VfsFile file = vfs.create("a.seg")) {
            var writer = new SegmentWriter(file, 0, 1);
            writer.add(TenantId.ANONYMOUS, "checkout", dictionary.view(), rows);
            writer.finish();
        }
        partition = Segment.open(vfs, "a.seg").partitions().getFirst();
        self = new long[partition.stacks().count()];
        int pairsMax = rows.stream().mapToInt(ProfileRow::pairCount).max().orElse(0);
        node = new int[pairsMax];
        value = new long[pairsMax];
        pairs = rows.stream().mapToLong(ProfileRow::pairCount).sum();
        System.out.printf("%d rows, %d pairs, %d nodes%n", rows.size(), pairs, self.length);
    }

    @Benchmark
    public long[] scan() {
        RowTable rows = partition.rows();
        for (int row = 0; row < partition.rowCount(); ) {
            int block = rows.blockOf(row);
            byte[] bytes = partition.readBlock(block);
            for (; row < rows.blockEnd(block); row++) {
                partition.readPairs(bytes, row, node, value, new long[0]);
                Scatter.addSaturated(node, value, rows.pairCount(row), self);
            }
        }
        return self;
    }
}
