"""Four workers forked from one process, as servers do that fork before they serve: each starts a profiler of its own.
Near the end one is killed, and another forked in its place.

    python forked.py [SECONDS]
"""

import os
import signal
import sys
import time

import pyroscope

from trading import Strategy, evaluate_strategy_fitness, generate_market_data

WORKERS = 4

# The one that is killed has uploaded once by then, and its successor has a moment left.
KILLED_AFTER = 0.85


def work(end: float) -> None:
    pyroscope.configure(
        application_name="forked-workers",
        server_address="http://pyroscope-server:4040",
        report_pid=True,
    )
    market_data = generate_market_data(3_000)
    while time.monotonic() < end:
        evaluate_strategy_fitness(Strategy(10, 40), market_data)
        time.sleep(0.01)  # there are four, beside other programs
    pyroscope.shutdown()


def fork_worker(end: float) -> int:
    pid = os.fork()
    if pid == 0:
        work(end)
        sys.exit()
    return pid


def main(seconds: float) -> None:
    begin = time.monotonic()
    workers = [fork_worker(begin + seconds) for _ in range(WORKERS)]
    time.sleep(KILLED_AFTER * seconds)
    killed = workers.pop()
    os.kill(killed, signal.SIGKILL)
    os.waitpid(killed, 0)
    workers.append(fork_worker(begin + seconds))
    for worker in workers:
        _, status = os.waitpid(worker, 0)
        assert status == 0, f"worker {worker}: status {status}"


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
