"""Profiles one worker of a genetic algorithm; its tags tell the workers apart.

    python configure_with_tags.py [SECONDS]
"""

# --- recipe
import pyroscope
import os

pyroscope.configure(
    application_name = "genetic-algorithm-cluster",
    server_address   = "http://pyroscope-server:4040", 
    tags = {
        "worker_id": f'{os.getenv("RAY_WORKER_ID")}',
        "node_type": f'{os.getenv("RAY_NODE_TYPE")}',
        "strategy_type": "genetic_evolution",
        "population_size": f'{os.getenv("POPULATION_SIZE")}',
    }
)
# --- end of recipe

import sys
import time

from trading import evaluate_strategy_fitness, evolve_population, generate_market_data, generate_population


def main(seconds: float) -> None:
    market_data = generate_market_data(3_000)
    population = generate_population(int(os.environ.get("POPULATION_SIZE", "20")))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        population.sort(key=lambda individual: evaluate_strategy_fitness(individual, market_data), reverse=True)
        population = evolve_population(population)
    pyroscope.shutdown()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
