"""Allocates and keeps a known part of it: the memory profile of SDK 1.2 and newer.

    python memory.py [SECONDS]
"""

import sys
import time

import pyroscope

BLOCK_BYTES = 1 << 20

pyroscope.configure(
    application_name="memory-worker",
    server_address="http://pyroscope-server:4040",
    mem_enabled=True,
)


def keep_block(kept: list[bytearray]) -> None:
    kept.append(bytearray(BLOCK_BYTES))


def drop_block() -> int:
    return len(bytearray(BLOCK_BYTES))


def main(seconds: float) -> None:
    kept: list[bytearray] = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        keep_block(kept)
        for _ in range(4):
            drop_block()
        time.sleep(0.1)
    pyroscope.shutdown()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
