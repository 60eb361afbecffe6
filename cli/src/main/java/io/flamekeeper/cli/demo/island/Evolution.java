package io.flamekeeper.cli.demo.island;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;

/// One population and how it changes from generation to generation; every one begins alike.
final class Evolution {
    private static final int FINGERPRINT = 4_000;
    private static final int TOURNAMENT = 12;
    private static final double MUTATIONS = 0.3;
    private static final int MUTATION_STEP_MAX = 8;
    private static final long SEED = 3;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private List<Strategy> strategies = new ArrayList<>();

    /// @param fingerprint its positions at so many prices
    record Individual(Strategy strategy, double fitness, boolean[] fingerprint) {
        boolean tradesLike(Individual other) {
            int differences = 0;
            for (int i = 0; i < fingerprint.length; i++) {
                if (fingerprint[i] != other.fingerprint[i]) {
                    differences++;
                }
            }
            return differences == 0;
        }
    }

    Evolution() {
        for (int i = 0; i < Faults.populationSize(1); i++) {
            strategies.add(
                    new Strategy(
                            random.nextInt(Strategy.FAST_MIN, Strategy.FAST_MAX + 1),
                            random.nextInt(Strategy.SLOW_MIN, Strategy.SLOW_MAX + 1)));
        }
    }

    /// All strategies with what they are worth, the best first.
    List<Individual> evaluate(
            Indicators indicators, ExecutorService evaluators, Island.Labels labels)
            throws Exception {
        List<Callable<Individual>> tasks = new ArrayList<>();
        for (Strategy strategy : strategies) {
            tasks.add(() -> {
                try (var _ = labels.with("fitness_evaluation")) {
                    return evaluateFitness(strategy, indicators);
                }
            });
        }
        List<Individual> evaluated = new ArrayList<>();
        for (var done : evaluators.invokeAll(tasks)) {
            evaluated.add(done.get());
        }
        evaluated.sort(Comparator.comparingDouble(Individual::fitness).reversed());
        return evaluated;
    }

    private static Individual evaluateFitness(Strategy strategy, Indicators indicators) {
        boolean[] holds = strategy.positions(indicators);
        boolean[] fingerprint = new boolean[FINGERPRINT];
        for (int i = 0; i < FINGERPRINT; i++) {
            fingerprint[i] = holds[i * (holds.length / FINGERPRINT)];
        }
        return new Individual(strategy, Strategy.fitness(indicators.prices(), holds), fingerprint);
    }

    /// The winners of as many tournaments as there are strategies.
    List<Strategy> select(List<Individual> evaluated) {
        List<Strategy> parents = new ArrayList<>();
        List<Integer> ranks = new ArrayList<>();
        for (int tournament = 0; tournament < evaluated.size(); tournament++) {
            ranks.clear();
            for (int i = 0; i < TOURNAMENT; i++) {
                ranks.add(random.nextInt(evaluated.size()));
            }
            parents.add(evaluated.get(Collections.min(ranks)).strategy());
        }
        return parents;
    }

    /// Makes the next population: the best that differ, then children up to `size`.
    void evolve(List<Individual> evaluated, List<Strategy> parents, int size) {
        List<Strategy> next = new ArrayList<>();
        for (Individual survivor : withoutDuplicates(evaluated)) {
            if (next.size() < size / 4) {
                next.add(survivor.strategy());
            }
        }
        while (next.size() < size) {
            Strategy mother = parents.get(random.nextInt(parents.size()));
            Strategy father = parents.get(random.nextInt(parents.size()));
            next.add(mutated(new Strategy(mother.fastWindow(), father.slowWindow())));
        }
        strategies = next;
    }

    /// Compares each with all before it, the duplicates too, where a set of fingerprints would do.
    static List<Individual> withoutDuplicates(List<Individual> evaluated) {
        List<Individual> different = new ArrayList<>();
        for (int i = 0; i < evaluated.size(); i++) {
            boolean isDuplicate = false;
            for (int earlier = 0; earlier < i; earlier++) {
                isDuplicate |= evaluated.get(i).tradesLike(evaluated.get(earlier));
            }
            if (!isDuplicate) {
                different.add(evaluated.get(i));
            }
        }
        return different;
    }

    private Strategy mutated(Strategy strategy) {
        if (random.nextDouble() > MUTATIONS) {
            return strategy;
        }
        return new Strategy(
                step(strategy.fastWindow(), Strategy.FAST_MIN, Strategy.FAST_MAX),
                step(strategy.slowWindow(), Strategy.SLOW_MIN, Strategy.SLOW_MAX));
    }

    private int step(int window, int min, int max) {
        return Math.clamp(
                window + random.nextInt(-MUTATION_STEP_MAX, MUTATION_STEP_MAX + 1), min, max);
    }
}
