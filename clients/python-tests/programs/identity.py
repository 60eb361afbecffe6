"""Sends a tenant, basic credentials and a header of its own with every upload.

    python identity.py [SECONDS]
"""

import sys
import time

import pyroscope

from trading import Strategy, evaluate_strategy_fitness, generate_market_data

pyroscope.configure(
    application_name="identified-worker",
    server_address="http://pyroscope-server:4040",
    tenant_id="team-evolution",
    basic_auth_username="profiler",
    basic_auth_password="not-a-secret",
    http_headers={"X-Worker-Build": "42"},
)


def main(seconds: float) -> None:
    market_data = generate_market_data(3_000)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        evaluate_strategy_fitness(Strategy(10, 40), market_data)
    pyroscope.shutdown()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
