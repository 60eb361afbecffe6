package io.flamekeeper.bench;

import io.flamekeeper.column.Scatter;
import java.util.SplittableRandom;
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

/// Adding decoded pairs, per pair; [#plain] is the same loop without the guard against overflow.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ScatterBenchmark {
    private static final int PAIRS = 600;

    @Param({"10000", "1000000"})
    int nodes;

    private final int[] index = new int[PAIRS];
    private final long[] value = new long[PAIRS];
    private long[] target = {};

    @Setup
    public void draw() {
        var random = new SplittableRandom(7);
        target = new long[nodes];
        for (int pair = 0; pair < PAIRS; pair++) {
            index[pair] = random.nextInt(nodes);
            value[pair] = random.nextInt(1, 100);
        }
    }

    @Benchmark
    @OperationsPerInvocation(PAIRS)
    public long[] saturated() {
        Scatter.addSaturated(index, value, PAIRS, target);
        return target;
    }

    @Benchmark
    @OperationsPerInvocation(PAIRS)
    public long[] plain() {
        for (int pair = 0; pair < PAIRS; pair++) {
            target[index[pair]] += value[pair];
        }
        return target;
    }
}
