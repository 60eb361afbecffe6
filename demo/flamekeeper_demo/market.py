"""The price series that strategies are tested against."""

from __future__ import annotations

import random
from array import array

Prices = array  # of C doubles: a fifth of the memory of a list of floats

VOLATILITY = 0.01
TREND_PRICES = 250
TREND_STRENGTH = 0.0006


def generate_prices(length: int, seed: int) -> Prices:
    """A random walk whose trend turns every ``TREND_PRICES`` prices, so that following trends can pay."""
    chance = random.Random(seed)
    prices = array("d", [100.0])
    trend = TREND_STRENGTH
    for index in range(1, length):
        if index % TREND_PRICES == 0:
            trend = chance.choice((-TREND_STRENGTH, TREND_STRENGTH))
        prices.append(prices[-1] * (1.0 + trend + chance.gauss(0.0, VOLATILITY)))
    return prices
