"""The genetic algorithm itself: deterministic, improving, and as faulty as documented."""

import random
import unittest

from flamekeeper_demo import faults, genetic
from flamekeeper_demo.genetic import Evolution, Individual, dedupe_population
from flamekeeper_demo.market import generate_prices
from flamekeeper_demo.strategy import (
    IndicatorCache,
    Strategy,
    StrategyType,
    backtest,
    breakout_positions,
    moving_average,
    rolling_highest,
    rolling_lowest,
)

PRICES = generate_prices(800, seed=5)


def evolve(
    strategy_type: StrategyType, seed: int, generation_count: int, uses_max: int | None = None
) -> list[list[Individual]]:
    """What each generation evaluated."""
    evolution = Evolution(strategy_type, PRICES, IndicatorCache(PRICES, uses_max), seed)
    generations = []
    for generation in range(1, generation_count + 1):
        evaluated = evolution.evaluate_population()
        parents = evolution.select_parents(evaluated, len(evaluated))
        evolution.evolve_population(evaluated, parents, faults.population_size(generation + 1))
        generations.append(evaluated)
    return generations


def random_individuals(count: int, seed: int) -> list[Individual]:
    """Individuals with short fingerprints, so that many of them are alike."""
    chance = random.Random(seed)
    return [
        Individual(Strategy(StrategyType.BREAKOUT, number, number), chance.random(), bytes(chance.choices((0, 1), k=5)))
        for number in range(count)
    ]


class EvolutionTest(unittest.TestCase):
    def test_evolution_sameSeed_repeatsExactly(self) -> None:
        for strategy_type in StrategyType:
            self.assertEqual(evolve(strategy_type, 3, 4), evolve(strategy_type, 3, 4))

    def test_evolution_otherSeed_differs(self) -> None:
        self.assertNotEqual(evolve(StrategyType.BREAKOUT, 3, 2), evolve(StrategyType.BREAKOUT, 4, 2))

    def test_evolution_overGenerations_improvesMeanFitness(self) -> None:
        for strategy_type in StrategyType:
            generations = evolve(strategy_type, 3, 8)
            means = [sum(individual.fitness for individual in evaluated) / len(evaluated) for evaluated in generations]
            self.assertGreater(means[-1], means[0])

    def test_evolution_overGenerations_neverLosesItsBest(self) -> None:
        best = [evaluated[0].fitness for evaluated in evolve(StrategyType.MOVING_AVERAGE, 3, 8)]
        self.assertEqual(best, sorted(best))

    def test_evolution_dropsCacheEntries_changesNothing(self) -> None:
        self.assertEqual(evolve(StrategyType.BREAKOUT, 3, 4), evolve(StrategyType.BREAKOUT, 3, 4, uses_max=2))


class DedupeTest(unittest.TestCase):
    def test_dedupePopulation_randomPopulations_keepsFirstOfEachBehaviour(self) -> None:
        for seed in range(20):
            population = random_individuals(40, seed)
            first_by_behaviour: dict[bytes, Individual] = {}
            for individual in population:
                first_by_behaviour.setdefault(individual.fingerprint, individual)
            self.assertEqual(dedupe_population(population), list(first_by_behaviour.values()), f"seed {seed}")

    def test_dedupePopulation_comparesEveryPair(self) -> None:
        comparison_count = 0
        compare = genetic.trades_alike

        def counting(one: Individual, other: Individual) -> bool:
            nonlocal comparison_count
            comparison_count += 1
            return compare(one, other)

        genetic.trades_alike = counting
        self.addCleanup(setattr, genetic, "trades_alike", compare)
        dedupe_population(random_individuals(30, seed=1))
        self.assertEqual(comparison_count, 30 * 29 // 2)


class StrategyTest(unittest.TestCase):
    def test_indicators_anyWindow_agreeWithTheirDefinition(self) -> None:
        for window in (1, 7, 41):
            averages, highest, lowest = (f(PRICES, window) for f in (moving_average, rolling_highest, rolling_lowest))
            for index in range(0, len(PRICES), 37):
                recent = PRICES[max(0, index - window + 1): index + 1]
                self.assertAlmostEqual(averages[index], sum(recent) / len(recent))
                self.assertEqual((highest[index], lowest[index]), (max(recent), min(recent)))

    def test_breakout_holdsFromHighestToLowest(self) -> None:
        positions = breakout_positions([1.0, 3.0, 2.0, 1.0, 2.0], [2.0, 3.0, 3.0, 3.0, 3.0], [1.0] * 5)
        self.assertEqual(list(positions), [0, 1, 1, 0, 0])

    def test_backtest_neverHolds_keepsItsWealth(self) -> None:
        self.assertEqual(backtest(PRICES, bytearray(len(PRICES))), 1.0)


class FaultsTest(unittest.TestCase):
    def test_slowWorker_has60PercentMoreData(self) -> None:
        self.assertEqual(faults.prices_count("w3") / faults.prices_count("w0"), 1.6)

    def test_population_growsWithTheGeneration(self) -> None:
        sizes = [faults.population_size(generation) for generation in range(1, faults.GENERATION_COUNT + 1)]
        self.assertEqual(sizes, sorted(set(sizes)))
        self.assertEqual([len(evaluated) for evaluated in evolve(StrategyType.BREAKOUT, 3, 5)], sizes[:5])

    def test_newVersion_computesAnIndicatorAgainAfterFourteenUses(self) -> None:
        cache = IndicatorCache(PRICES, faults.INDICATOR_CACHE_USES_MAX[faults.NEW_VERSION])
        for _ in range(35):
            cache.get(moving_average, 10)
        self.assertEqual(cache.computed_count, 3)

    def test_oldVersion_computesAnIndicatorOnce(self) -> None:
        cache = IndicatorCache(PRICES, faults.INDICATOR_CACHE_USES_MAX[faults.OLD_VERSION])
        for _ in range(35):
            cache.get(moving_average, 10)
        self.assertEqual(cache.computed_count, 1)


if __name__ == "__main__":
    unittest.main()
