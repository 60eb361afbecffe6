"""Waits more than it computes, sampled by the wall clock.

    python wall.py [SECONDS]
"""

import sys
import time

import pyroscope

pyroscope.configure(
    application_name="wall-worker",
    server_address="http://pyroscope-server:4040",
    oncpu=False,
    gil_only=False,
)


def wait_for_data() -> None:
    time.sleep(0.2)


def compute() -> None:
    sum(index * index for index in range(200_000))


def main(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        wait_for_data()
        compute()
    pyroscope.shutdown()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
