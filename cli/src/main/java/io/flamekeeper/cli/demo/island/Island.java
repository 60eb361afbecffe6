package io.flamekeeper.cli.demo.island;

import io.pyroscope.labels.v2.LabelsSet;
import io.pyroscope.labels.v2.ScopedContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Evolves trading strategies until the process that started it ends, a generation every three seconds; after
/// twenty of them it begins again. What it does is labelled for the profiler that is attached to it.
///
/// `Island NUMBER`
public final class Island {
    private static final int EVALUATORS = 2;
    private static final int GENERATIONS = 20;
    private static final long GENERATION_MILLIS = 3_000;
    private static final Duration NEW_VERSION_AFTER = Duration.ofMinutes(2);

    private final float[] prices;
    private final ExecutorService evaluators;

    private Island(int number, ExecutorService evaluators) {
        this.prices = Indicators.prices(Faults.priceCount(number));
        this.evaluators = evaluators;
    }

    static void main(String[] arguments) throws Exception {
        Thread.ofPlatform().daemon().start(Island::endWithParent);
        long start = System.nanoTime();
        try (var evaluators = Executors.newFixedThreadPool(EVALUATORS)) {
            var island = new Island(Integer.parseInt(arguments[0]), evaluators);
            while (true) {
                boolean isOverdue = System.nanoTime() - start >= NEW_VERSION_AFTER.toNanos();
                island.evolve(isOverdue ? Faults.NEW_VERSION : Faults.OLD_VERSION);
            }
        }
    }

    /// Our standard input is a pipe of the parent's, which no end of it leaves open.
    private static void endWithParent() {
        try {
            System.in.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) {
            // As good as its end.
        }
        Runtime.getRuntime().halt(0);
    }

    private void evolve(String version) throws Exception {
        var indicators = new Indicators(prices, Faults.indicatorUsesMax(version));
        var evolution = new Evolution();
        for (int generation = 1; generation <= GENERATIONS; generation++) {
            long due = System.nanoTime() + Duration.ofMillis(GENERATION_MILLIS).toNanos();
            var labels = new Labels(version, generation);
            List<Evolution.Individual> evaluated =
                    evolution.evaluate(indicators, evaluators, labels);
            List<Strategy> parents;
            try (var _ = labels.with("selection")) {
                parents = evolution.select(evaluated);
            }
            try (var _ = labels.with("population_evolution")) {
                evolution.evolve(evaluated, parents, Faults.populationSize(generation + 1));
            }
            Thread.sleep(Math.max(0, (due - System.nanoTime()) / 1_000_000));
        }
    }

    /// What the samples of a thread are labelled with.
    record Labels(String version, int generation) {
        /// From now to the closing of the result, on this thread alone.
        ScopedContext with(String component) {
            return new ScopedContext(
                    new LabelsSet(
                            "component",
                            component,
                            "generation",
                            Integer.toString(generation),
                            "version",
                            version));
        }
    }
}
