"""The planted faults. README.md says where each one shows; the code that suffers from one refers to this file."""

from __future__ import annotations

# 1. One worker has more data than the others.
PRICES_COUNT = 10_000
SLOW_WORKER = "w3"
SLOW_WORKER_DATA_FACTOR = 1.6

# 2. The population grows with the generation, and ``genetic.dedupe_population`` is quadratic in it.
POPULATION_SIZE = 50
POPULATION_GROWTH = 5
GENERATION_COUNT = 20
"""Generations of one evolution; the next evolution starts again at generation 1 with the same seed."""

# 3. The new version drops an indicator from the cache after a few uses, so that it is computed again.
OLD_VERSION, NEW_VERSION = "1.0", "1.1"
NEW_VERSION_AFTER_SECONDS = 120.0
"""The first evolution that begins later runs as the new version: two evolutions before it, when on schedule."""

INDICATOR_CACHE_USES_MAX = {OLD_VERSION: None, NEW_VERSION: 14}

# 4. One API handler computes on the event loop, so that every other request waits for it.
REPORT_STRATEGY_COUNT = 40


def prices_count(worker_id: str) -> int:
    return int(PRICES_COUNT * SLOW_WORKER_DATA_FACTOR) if worker_id == SLOW_WORKER else PRICES_COUNT


def population_size(generation: int) -> int:
    """The size of the population in a generation; generations count from 1."""
    return POPULATION_SIZE + POPULATION_GROWTH * (generation - 1)
