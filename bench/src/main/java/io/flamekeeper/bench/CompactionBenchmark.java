package io.flamekeeper.bench;

import io.flamekeeper.compaction.MergedSource;
import io.flamekeeper.compaction.RowFilter;
import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.dictionary.GroupInterner;
import io.flamekeeper.dictionary.ProfileRow;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.segment.HeadSource;
import io.flamekeeper.segment.Partition;
import io.flamekeeper.segment.Segment;
import io.flamekeeper.segment.SegmentHeader;
import io.flamekeeper.segment.SegmentWriter;
import io.flamekeeper.segment.SumPlan;
import io.flamekeeper.testkit.SimulatedVfs;
import io.flamekeeper.vfs.Vfs;
import io.flamekeeper.vfs.VfsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

/// Joining four segments of one service into one of an hour, in memory, per profile: dictionaries, rows, sums.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CompactionBenchmark {
    private static final int INPUTS = 4;
    private static final int ROWS = 200;

    private final List<MergedSource.Input> inputs = new ArrayList<>();

    @Setup
    public void draw() throws IOException {
        for (int input = 0; input < INPUTS; input++) {
            var dictionary = new Dictionary(input);
            var interner = new GroupInterner();
            List<ProfileRow> rows = new ArrayList<>();
            CorpusGroups.drawn(input, ROWS)
                    .forEach(group -> rows.addAll(interner.intern(group, dictionary)));
            var source =
                    new HeadSource(
                            TenantId.ANONYMOUS,
                            "checkout",
                            dictionary.view(),
                            HeadSource.Rows.of(rows),
                            List.of());
            Vfs vfs = SimulatedVfs.empty(SimulatedVfs.Faults.NONE);
            try (VfsFile file = vfs.create("a.seg")) {
                var writer = new SegmentWriter(file, SegmentHeader.sealed(1, 0, 1));
                writer.add(source, SumPlan.ofLevel(0));
                writer.finish();
            }
            Partition partition = Segment.open(vfs, "a.seg").partitions().getFirst();
            inputs.add(
                    new MergedSource.Input(
                            partition,
                            partition.firstMillis(),
                            partition.lastMillis(),
                            RowFilter.ALL));
        }
    }

    @Benchmark
    @OperationsPerInvocation(INPUTS * ROWS)
    public long join() throws IOException {
        Optional<MergedSource> merged =
                MergedSource.of(inputs, TimeRange.ALWAYS, Long.MAX_VALUE, 7, () -> {});
        Vfs vfs = SimulatedVfs.empty(SimulatedVfs.Faults.NONE);
        try (VfsFile file = vfs.create("b.seg")) {
            var writer =
                    new SegmentWriter(
                            file,
                            new SegmentHeader(
                                    2,
                                    2,
                                    Optional.of(TenantId.ANONYMOUS),
                                    new SegmentHeader.Compacted(List.of(1L))));
            writer.add(merged.orElseThrow(), SumPlan.ofLevel(2));
            return writer.finish();
        }
    }
}
