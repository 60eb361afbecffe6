package io.flamekeeper.bench;

import io.flamekeeper.model.StackTree;
import io.flamekeeper.view.FlameGraph;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What comes after the scan: sums by function name, the cut, and the boxes.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FoldBenchmark {
    @Param({"44000", "1600000"})
    public int nodes;

    @Param({"8192", "100000"})
    public long maxNodes;

    private SyntheticPart part;
    private StackTree tree;

    @Setup
    public void setUp() {
        part = new SyntheticPart(nodes, true, 7);
        tree = part.mergeStacks();
    }

    @Benchmark
    public StackTree fold() {
        return part.mergeStacks();
    }

    @Benchmark
    public FlameGraph layOut() {
        return FlameGraph.of(tree, maxNodes);
    }
}
