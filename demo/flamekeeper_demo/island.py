"""One island of the genetic algorithm: a population in its own Ray worker process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import ray
from ray.experimental import internal_kv

from flamekeeper_demo import faults, profiling
from flamekeeper_demo.genetic import Evolution, Individual
from flamekeeper_demo.market import generate_prices
from flamekeeper_demo.strategy import IndicatorCache, Strategy, StrategyType

APPLICATION_NAME = "genetic-algorithm-cluster"
NODE_TYPE_LABEL = "node-type"
MARKET_SEED = 7
EVOLUTION_SEED = 3
MIGRANT_COUNT = 3


REST_PER_WORK = 1.0


class DutyCycle:
    """Rests in proportion to the processor time that this thread has used since the last rest."""

    def __init__(self) -> None:
        self._rested = time.thread_time()

    def rest(self) -> None:
        time.sleep(REST_PER_WORK * (time.thread_time() - self._rested))
        self._rested = time.thread_time()


@dataclass(frozen=True)
class GenerationResult:
    worker_id: str
    generation: int
    population_size: int
    best_fitness: float
    migrants: list[Strategy]


def worker_setup_hook(server: str) -> Callable[[], None]:
    """What Ray runs once in each worker process before its first task.

    The place matters: workers are children of Ray's raylet, not of the driver, so a profiler started in the driver
    never sees them.
    """

    def start_profiler() -> None:
        start_worker_profiler(server)  # by name: Ray copies this function, and a copy has globals of its own

    return start_profiler


def start_worker_profiler(server: str) -> None:
    """Starts the profiler of this Ray worker. Its identity comes from Ray's runtime context: a worker's environment
    holds neither its id nor its node's type."""
    context = ray.get_runtime_context()
    number = _claim_worker_number(context.get_worker_id())
    strategy_type = list(StrategyType)[number % len(StrategyType)]
    profiling.Profiler(APPLICATION_NAME, server, {
        "worker_id": f"w{number}",
        "node_type": context.get_node_labels().get(NODE_TYPE_LABEL),
        "strategy_type": strategy_type.value,
        "population_size": str(faults.population_size(generation=1)),
        "version": faults.OLD_VERSION,
    }).start_nicely()


def _claim_worker_number(ray_worker_id: str) -> int:
    """The smallest number no other worker has: short and stable, where Ray's own id has 56 digits."""
    number = 0
    while internal_kv._internal_kv_put(f"flamekeeper-demo-w{number}", ray_worker_id, overwrite=False):
        number += 1
    return number


@ray.remote(num_cpus=1)
class Island:
    def __init__(self) -> None:
        assert profiling.Profiler.running is not None, "the worker_process_setup_hook has not run"
        self._profiler = profiling.Profiler.running
        self.worker_id = self._profiler.labels["worker_id"]
        self._strategy_type = StrategyType(self._profiler.labels["strategy_type"])
        self._prices = generate_prices(faults.prices_count(self.worker_id), MARKET_SEED)
        self._release(faults.OLD_VERSION)

    def identity(self) -> tuple[str, StrategyType]:
        return self.worker_id, self._strategy_type

    def release(self, version: str) -> None:
        """Goes on as another version of the program."""
        self._profiler.change_labels({"version": version})
        self._release(version)

    def _release(self, version: str) -> None:
        self._cache = IndicatorCache(self._prices, faults.INDICATOR_CACHE_USES_MAX[version])

    def run_generation(self, generation: int, immigrants: list[Strategy]) -> GenerationResult:
        """Evaluates the population and evolves the next one; generation 1 starts a new evolution."""
        with profiling.generation(generation):
            if generation == 1:
                self._evolution = Evolution(self._strategy_type, self._prices, self._cache, EVOLUTION_SEED)
            evolution = self._evolution
            evolution.strategies += immigrants
            with profiling.component("fitness_evaluation"):
                evaluated = evolution.evaluate_population(DutyCycle().rest)
            with profiling.component("selection"):
                parents = evolution.select_parents(evaluated, 2 * len(evaluated))
            with profiling.component("population_evolution"):
                evolution.evolve_population(evaluated, parents, faults.population_size(generation + 1))
            return self._result(generation, evaluated)

    def _result(self, generation: int, evaluated: list[Individual]) -> GenerationResult:
        migrants = [individual.strategy for individual in evaluated[:MIGRANT_COUNT]]
        return GenerationResult(self.worker_id, generation, len(evaluated), evaluated[0].fitness, migrants)

    def stop(self) -> None:
        self._profiler.stop()
