"""Profiles a worker in a container; its name and tags come from the container's environment.

    CONTAINER_ID=… DOCKER_IMAGE=… KUBERNETES_POD_NAME=… python docker_tags.py [SECONDS]
"""

import os
import sys
import time

import pyroscope

from trading import evaluate_strategy_fitness, evolve_population, generate_market_data, generate_population

# --- recipe
pyroscope.configure(
    application_name = f"genetic-pool-{os.getenv('CONTAINER_ID', 'unknown')}",
    server_address   = "http://pyroscope-server:4040",
    tags = {
        "container_id": f'{os.getenv("CONTAINER_ID")}',
        "docker_image": f'{os.getenv("DOCKER_IMAGE")}',
        "k8s_pod": f'{os.getenv("KUBERNETES_POD_NAME")}',
    }
)
# --- end of recipe


def main(seconds: float) -> None:
    market_data = generate_market_data(3_000)
    population = generate_population(20)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        population.sort(key=lambda individual: evaluate_strategy_fitness(individual, market_data), reverse=True)
        population = evolve_population(population)
    pyroscope.shutdown()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
