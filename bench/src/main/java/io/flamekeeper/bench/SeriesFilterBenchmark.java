package io.flamekeeper.bench;

import io.flamekeeper.dictionary.Dictionary;
import io.flamekeeper.model.LabelMatcher;
import io.flamekeeper.model.Labels;
import io.flamekeeper.model.Selector;
import io.flamekeeper.model.TenantId;
import io.flamekeeper.model.TenantScope;
import io.flamekeeper.model.TimeRange;
import io.flamekeeper.query.QueryBudget;
import io.flamekeeper.query.QueryEngine;
import io.flamekeeper.query.QueryLimits;
import java.util.List;
import java.util.Map;
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

/// Finding series by labels: 200,000 label sets in one part, one label of which never repeats.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class SeriesFilterBenchmark {
    private static final int SERIES = 200_000;

    private final TenantScope scope = TenantScope.grant(TenantId.ANONYMOUS);
    private QueryEngine engine;

    @Setup
    public void fill() {
        var dictionary = new Dictionary(1);
        for (int i = 0; i < SERIES; i++) {
            dictionary.internSeries(
                    Labels.of(
                            Map.of(
                                    "service_name", "bench",
                                    "worker_id", "w" + i % 64,
                                    "generation", "" + i / 200,
                                    "individual", "individual-" + i)),
                    SyntheticPart.TYPE);
        }
        engine =
                new QueryEngine(
                        SyntheticPart.storeOf(
                                new SyntheticPart(1_000, true, 1, dictionary.view().series())),
                        QueryLimits.DEFAULTS,
                        Runnable::run,
                        1);
    }

    @Benchmark
    public List<String> workersOfOneIndividual() {
        return values("worker_id", new LabelMatcher.Equal("individual", "individual-77777"));
    }

    @Benchmark
    public List<String> generationsOfOneWorker() {
        return values("generation", new LabelMatcher.Equal("worker_id", "w7"));
    }

    @Benchmark
    public List<String> everyIndividual() {
        return values("individual", new LabelMatcher.Equal("service_name", "bench"));
    }

    private List<String> values(String name, LabelMatcher matcher) {
        return engine.labelValues(
                scope,
                name,
                new Selector(List.of(matcher)),
                TimeRange.ALWAYS,
                QueryBudget.of(QueryLimits.DEFAULTS, System::nanoTime));
    }
}
