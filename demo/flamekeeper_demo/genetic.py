"""One population of strategies and how it evolves from generation to generation."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from flamekeeper_demo import faults
from flamekeeper_demo.market import Prices
from flamekeeper_demo.strategy import (
    FAST_WINDOW_MAX,
    FAST_WINDOW_MIN,
    SLOW_WINDOW_MAX,
    SLOW_WINDOW_MIN,
    IndicatorCache,
    Strategy,
    StrategyType,
    backtest,
    trading_positions,
)

TOURNAMENT_SIZE = 12
NICHE_DISTANCE_MAX = 6
NICHE_PENALTY = 0.02
MUTATION_PROBABILITY = 0.3
MUTATION_STEP_MAX = 8
FINGERPRINT_LENGTH = 320
DUPLICATE_DISTANCE_MAX = 0
"""Positions in which two fingerprints may differ and still count as the same behaviour."""


@dataclass(frozen=True)
class Individual:
    """A strategy with its result. ``fingerprint`` samples its positions at ``FINGERPRINT_LENGTH`` even steps."""

    strategy: Strategy
    fitness: float
    fingerprint: bytes


class Evolution:
    """A population from its first generation on. Equal seeds give equal evolutions, whatever the cache holds."""

    def __init__(self, strategy_type: StrategyType, prices: Prices, cache: IndicatorCache, seed: int) -> None:
        self._strategy_type = strategy_type
        self._prices = prices
        self._cache = cache
        self._chance = random.Random(seed)
        self.strategies = [self._random_strategy() for _ in range(faults.population_size(generation=1))]

    def evaluate_population(self, rest: Callable[[], None] = lambda: None) -> list[Individual]:
        """All strategies with their results, the fittest first. Rests after each one."""
        evaluated = []
        for strategy in self.strategies:
            evaluated.append(self.evaluate_fitness(strategy))
            rest()
        evaluated.sort(key=lambda individual: individual.fitness, reverse=True)
        return evaluated

    def evaluate_fitness(self, strategy: Strategy) -> Individual:
        positions = trading_positions(strategy, self._prices, self._cache)
        wealth = backtest(self._prices, positions)
        return Individual(strategy, math.log(wealth), bytes(positions[:: len(positions) // FINGERPRINT_LENGTH]))

    def select_parents(self, evaluated: list[Individual], count: int) -> list[Individual]:
        return [self.tournament_selection(evaluated) for _ in range(count)]

    def tournament_selection(self, evaluated: list[Individual]) -> Individual:
        """The best of a few, where similar contenders share their fitness, so that niches survive."""
        contenders = self._chance.sample(evaluated, TOURNAMENT_SIZE)
        return max(contenders, key=lambda contender: shared_fitness(contender, contenders))

    def evolve_population(self, evaluated: list[Individual], parents: list[Individual], size: int) -> None:
        """Replaces the population: the different survivors first, then children up to ``size`` strategies."""
        survivors = dedupe_population(evaluated)[: size // 4]
        children = []
        while len(survivors) + len(children) < size:
            mother, father = self._chance.choice(parents), self._chance.choice(parents)
            children.append(self.mutate(self.crossover(mother.strategy, father.strategy)))
        self.strategies = [survivor.strategy for survivor in survivors] + children

    def crossover(self, mother: Strategy, father: Strategy) -> Strategy:
        return Strategy(self._strategy_type, mother.fast_window, father.slow_window)

    def mutate(self, strategy: Strategy) -> Strategy:
        if self._chance.random() > MUTATION_PROBABILITY:
            return strategy
        return Strategy(
            self._strategy_type,
            self._step(strategy.fast_window, FAST_WINDOW_MIN, FAST_WINDOW_MAX),
            self._step(strategy.slow_window, SLOW_WINDOW_MIN, SLOW_WINDOW_MAX),
        )

    def _step(self, window: int, smallest: int, largest: int) -> int:
        return min(largest, max(smallest, window + self._chance.randint(-MUTATION_STEP_MAX, MUTATION_STEP_MAX)))

    def _random_strategy(self) -> Strategy:
        return Strategy(
            self._strategy_type,
            self._chance.randint(FAST_WINDOW_MIN, FAST_WINDOW_MAX),
            self._chance.randint(SLOW_WINDOW_MIN, SLOW_WINDOW_MAX),
        )


def shared_fitness(individual: Individual, contenders: list[Individual]) -> float:
    mine = individual.strategy
    niche_size = 0
    for contender in contenders:
        theirs = contender.strategy
        distance = abs(mine.fast_window - theirs.fast_window) + abs(mine.slow_window - theirs.slow_window)
        if distance <= NICHE_DISTANCE_MAX:
            niche_size += 1
    return individual.fitness - NICHE_PENALTY * niche_size


def dedupe_population(evaluated: list[Individual]) -> list[Individual]:
    """The individuals without those that trade like an earlier one; the order stays.

    Planted fault: every individual is compared with every earlier one, kept or not, so the time grows with the
    square of the population. A set of fingerprints gives the same result in linear time.
    """
    kept: list[Individual] = []
    for index, individual in enumerate(evaluated):
        duplicate = False
        for earlier in range(index):
            if trades_alike(individual, evaluated[earlier]):
                duplicate = True
        if not duplicate:
            kept.append(individual)
    return kept


def trades_alike(one: Individual, other: Individual) -> bool:
    differences = 0
    for mine, theirs in zip(one.fingerprint, other.fingerprint):
        if mine != theirs:
            differences += 1
    return differences <= DUPLICATE_DISTANCE_MAX
