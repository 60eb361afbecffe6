"""Trading strategies, their indicators and their backtest.

Pure Python on purpose: the SDK samples threads that hold the interpreter lock, and code that releases it
(NumPy, for one) is invisible to it by default.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from flamekeeper_demo.market import Prices

FAST_WINDOW_MIN, FAST_WINDOW_MAX = 2, 40
SLOW_WINDOW_MIN, SLOW_WINDOW_MAX = 41, 120

TRADING_COST = 0.0005
"""Share of the wealth that one change of position costs."""


class StrategyType(str, Enum):
    MOVING_AVERAGE = "moving_average"
    BREAKOUT = "breakout"


@dataclass(frozen=True)
class Strategy:
    """Moving average: holds while the fast average is above the slow one. Breakout: buys at the highest price of
    the slow window, sells at the lowest of the fast one. Windows are numbers of prices."""

    strategy_type: StrategyType
    fast_window: int
    slow_window: int


class IndicatorCache:
    """Keeps the indicator series of one price series. A kept series answers ``uses_max`` times, then it is computed
    again; ``None`` keeps it for good."""

    def __init__(self, prices: Prices, uses_max: int | None) -> None:
        self._prices = prices
        self._uses_max = uses_max
        self._series: dict[tuple[str, int], array] = {}
        self._uses: dict[tuple[str, int], int] = {}
        self.computed_count = 0

    def get(self, indicator: Callable[[Prices, int], array], window: int) -> array:
        key = (indicator.__name__, window)
        if key not in self._series or self._uses[key] == self._uses_max:
            self._series[key] = indicator(self._prices, window)
            self._uses[key] = 0
            self.computed_count += 1
        self._uses[key] += 1
        return self._series[key]


def moving_average(prices: Prices, window: int) -> array:
    averages = array("d")
    total = 0.0
    for index, price in enumerate(prices):
        total += price
        if index >= window:
            total -= prices[index - window]
        averages.append(total / min(index + 1, window))
    return averages


def rolling_highest(prices: Prices, window: int) -> array:
    """The highest of the last ``window`` prices, this one included."""
    highest = array("d")
    candidates: deque[int] = deque()  # indices of falling prices; the first is the highest in the window
    for index, price in enumerate(prices):
        while candidates and prices[candidates[-1]] <= price:
            candidates.pop()
        candidates.append(index)
        if candidates[0] <= index - window:
            candidates.popleft()
        highest.append(prices[candidates[0]])
    return highest


def rolling_lowest(prices: Prices, window: int) -> array:
    """The lowest of the last ``window`` prices, this one included."""
    lowest = array("d")
    candidates: deque[int] = deque()  # indices of rising prices; the first is the lowest in the window
    for index, price in enumerate(prices):
        while candidates and prices[candidates[-1]] >= price:
            candidates.pop()
        candidates.append(index)
        if candidates[0] <= index - window:
            candidates.popleft()
        lowest.append(prices[candidates[0]])
    return lowest


def trading_positions(strategy: Strategy, prices: Prices, cache: IndicatorCache) -> bytearray:
    """1 where the strategy holds after a price, else 0."""
    if strategy.strategy_type is StrategyType.MOVING_AVERAGE:
        fast = cache.get(moving_average, strategy.fast_window)
        slow = cache.get(moving_average, strategy.slow_window)
        return crossover_positions(fast, slow)
    highest = cache.get(rolling_highest, strategy.slow_window)
    lowest = cache.get(rolling_lowest, strategy.fast_window)
    return breakout_positions(prices, highest, lowest)


def crossover_positions(fast: array, slow: array) -> bytearray:
    positions = bytearray(len(fast))
    for index in range(len(fast)):
        if fast[index] > slow[index]:
            positions[index] = 1
    return positions


def breakout_positions(prices: Prices, highest: array, lowest: array) -> bytearray:
    positions = bytearray(len(prices))
    holding = 0
    for index in range(len(prices)):
        if holding:
            holding = 1 if prices[index] > lowest[index] else 0
        elif prices[index] >= highest[index]:
            holding = 1
        positions[index] = holding
    return positions


def backtest(prices: Prices, positions: bytearray) -> float:
    """The factor by which trading these positions multiplies the wealth."""
    wealth = 1.0
    held = 0
    for index in range(1, len(prices)):
        if held:
            wealth *= prices[index] / prices[index - 1]
        if positions[index] != held:
            held = positions[index]
            wealth *= 1.0 - TRADING_COST
    return wealth
