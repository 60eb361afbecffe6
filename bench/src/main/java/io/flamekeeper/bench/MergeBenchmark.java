package io.flamekeeper.bench;

import io.flamekeeper.model.StackTree;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A whole merge of decoded rows, fold included, per pair: half a million of them, ten series for an hour.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MergeBenchmark {
    @Param({"44000", "1600000"})
    public int nodes;

    private SyntheticPart part;

    @Setup
    public void setUp() {
        part = new SyntheticPart(nodes, false, 7);
    }

    @Benchmark
    @OperationsPerInvocation(SyntheticPart.PAIRS)
    public StackTree mergeStacks() {
        return part.mergeStacks();
    }
}
