"""A small genetic algorithm over moving-average trading strategies: the work that the examples profile.

Plain Python on purpose: the Python SDK samples threads that hold the interpreter lock, so pure Python is what it sees.
"""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Strategy:
    """Buys when the fast moving average of the price is above the slow one. Windows are in prices, fast < slow."""

    fast_window: int
    slow_window: int


def generate_market_data(length: int, seed: int = 7) -> list[float]:
    chance = random.Random(seed)
    prices = [100.0]
    while len(prices) < length:
        prices.append(prices[-1] * (1 + chance.gauss(0.0002, 0.01)))
    return prices


def generate_population(size: int, seed: int = 7) -> list[Strategy]:
    chance = random.Random(seed)
    return [Strategy(chance.randint(2, 20), chance.randint(21, 60)) for _ in range(size)]


def evaluate_strategy_fitness(individual: Strategy, market_data: list[float]) -> float:
    """The return of the strategy over the market data: 0.0 when it earns nothing."""
    fast = moving_average(market_data, individual.fast_window)
    slow = moving_average(market_data, individual.slow_window)
    return backtest(market_data, fast, slow)


def moving_average(prices: list[float], window: int) -> list[float]:
    averages = []
    total = 0.0
    for index, price in enumerate(prices):
        total += price
        if index >= window:
            total -= prices[index - window]
        averages.append(total / min(index + 1, window))
    return averages


def backtest(prices: list[float], fast: list[float], slow: list[float]) -> float:
    wealth = 1.0
    for index in range(1, len(prices)):
        if fast[index - 1] > slow[index - 1]:
            wealth *= prices[index] / prices[index - 1]
    return wealth - 1.0


def evolve_population(current_population: list[Strategy]) -> list[Strategy]:
    """Children of neighbouring strategies, each changed a little. The caller sorts the fittest to the front."""
    chance = random.Random(hash(tuple(current_population)))
    parents = current_population[: max(2, len(current_population) // 2)]
    return [
        mutate(crossover(chance.choice(parents), chance.choice(parents)), chance)
        for _ in range(len(current_population))
    ]


def crossover(mother: Strategy, father: Strategy) -> Strategy:
    return Strategy(mother.fast_window, father.slow_window)


def mutate(strategy: Strategy, chance: random.Random) -> Strategy:
    """Tries several small steps and keeps the one that separates the two windows most."""
    steps = [
        Strategy(
            min(20, max(2, strategy.fast_window + chance.randint(-2, 2))),
            min(60, max(21, strategy.slow_window + chance.randint(-4, 4))),
        )
        for _ in range(200)
    ]
    return max(steps, key=lambda step: step.slow_window - step.fast_window + chance.random() * 20)
