"""Tells the parts of a genetic algorithm apart: fitness evaluation, evolution, and the rest without a tag.

    python tag_components.py [SECONDS]
"""

import sys
import time

import pyroscope

from trading import (
    Strategy,
    evaluate_strategy_fitness,
    evolve_population,
    generate_market_data,
    generate_population,
)

pyroscope.configure(
    application_name="genetic-algorithm-components",
    server_address="http://pyroscope-server:4040",
    tags={"worker_id": "w1", "strategy_type": "moving_average"},
)


def run_generation(current_population: list[Strategy], market_data: list[float]) -> list[Strategy]:
    scored = []
    for individual in current_population:
        # --- recipe
        # Profile genetic algorithm components
        with pyroscope.tag_wrapper({"component": "fitness_evaluation"}):
            fitness_score = evaluate_strategy_fitness(individual, market_data)
        # --- end of recipe
        scored.append((fitness_score, individual))
    current_population = rank(scored)

    # --- recipe
    with pyroscope.tag_wrapper({"component": "population_evolution"}):
        new_population = evolve_population(current_population)
    # --- end of recipe
    return new_population


def rank(scored: list[tuple[float, Strategy]]) -> list[Strategy]:
    """The fittest first. Carries no component tag: this is the part without the label."""
    ranked = list(scored)
    for end in range(len(ranked) - 1, 0, -1):
        for index in range(end):
            if ranked[index][0] < ranked[index + 1][0]:
                ranked[index], ranked[index + 1] = ranked[index + 1], ranked[index]
    return [individual for _, individual in ranked]


def main(seconds: float) -> None:
    market_data = generate_market_data(1_000)
    population = generate_population(60)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        population = run_generation(population, market_data)
    pyroscope.shutdown()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
