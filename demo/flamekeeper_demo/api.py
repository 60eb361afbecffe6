"""The service ``fitness-api``: strategies as a FastAPI service, started by the demo as a process of its own.

    python -m flamekeeper_demo.api --server URL --socket FILE_DESCRIPTOR

It serves the listening socket it inherits, and stops at SIGTERM or when its standard input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import socket
import sys
import threading

import uvicorn
from fastapi import APIRouter, FastAPI

from flamekeeper_demo import faults
from flamekeeper_demo.market import generate_prices
from flamekeeper_demo.profiling import ProfiledRoute, Profiler
from flamekeeper_demo.strategy import IndicatorCache, Strategy, StrategyType, backtest, trading_positions

APPLICATION_NAME = "fitness-api"
PRICES = generate_prices(4_000, seed=11)
STORAGE_SECONDS = 0.03

router = APIRouter(route_class=ProfiledRoute)


@router.get("/strategies/{strategy_id}")
async def read_strategy(strategy_id: int) -> dict[str, str | int]:
    strategy = strategy_by_id(strategy_id)
    await asyncio.sleep(STORAGE_SECONDS)
    return {"id": strategy_id, "type": strategy.strategy_type, "fast": strategy.fast_window, "slow": strategy.slow_window}


@router.post("/strategies/{strategy_id}/evaluations")
def evaluate_strategy(strategy_id: int) -> float:
    """No coroutine: runs in a thread of the server's pool."""
    return backtest_strategy(strategy_by_id(strategy_id))


@router.get("/rankings")
async def rank_strategies(count: int = 8) -> list[int]:
    """Gives way between two backtests, so that its samples interleave with those of other requests."""
    wealth_by_id: dict[int, float] = {}
    for strategy_id in range(count):
        wealth_by_id[strategy_id] = backtest_strategy(strategy_by_id(strategy_id))
        await asyncio.sleep(0)
    return sorted(wealth_by_id, key=lambda strategy_id: wealth_by_id[strategy_id], reverse=True)


@router.get("/report")
async def write_report() -> dict[str, float]:
    """Planted fault: a coroutine that computes for long without giving way. Nobody else is served meanwhile."""
    wealth = [backtest_strategy(strategy_by_id(number)) for number in range(faults.REPORT_STRATEGY_COUNT)]
    return {"best": max(wealth), "worst": min(wealth)}


def strategy_by_id(strategy_id: int) -> Strategy:
    chance = random.Random(strategy_id)
    return Strategy(chance.choice(list(StrategyType)), chance.randint(2, 40), chance.randint(41, 120))


def backtest_strategy(strategy: Strategy) -> float:
    return backtest(PRICES, trading_positions(strategy, PRICES, IndicatorCache(PRICES, uses_max=None)))


def stop_when_input_ends() -> None:
    sys.stdin.buffer.read()
    signal.raise_signal(signal.SIGTERM)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, help="base URL of the profiling server")
    parser.add_argument("--socket", type=int, required=True, help="file descriptor of the listening socket")
    arguments = parser.parse_args()

    app = FastAPI()
    app.include_router(router)
    profiler = Profiler(APPLICATION_NAME, arguments.server, {})
    profiler.start_nicely()
    threading.Thread(target=stop_when_input_ends, name="parent-watch", daemon=True).start()
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    with socket.socket(fileno=arguments.socket) as listening:
        try:
            server.run(sockets=[listening])
        finally:
            profiler.stop()


if __name__ == "__main__":
    main()
