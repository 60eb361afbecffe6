#!/usr/bin/env python3
"""Sends profiles with OpenTelemetry's own messages and gRPC client, and checks that the server holds what was sent.

    python3 run_otlp.py --cache FOLDER --server URL

The last line is ``N passed, N failed, N skipped``; exit code 1 if any failed, 77 if the packages cannot be had.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import environments
from querier import Querier

TRANSPORTS = ("http", "json", "grpc")
PROGRAM = Path(__file__).parent / "programs" / "otlp_profiler.py"
CANNOT_RUN_HERE = 77
PROGRAM_SECONDS_MAX = 60


def check(python: Path, server: str, transport: str) -> str:
    """Raises AssertionError unless the server answers what was sent."""
    service = f"otlp-{transport}"
    done = subprocess.run(
        [str(python), str(PROGRAM), server, service, transport],
        capture_output=True, text=True, timeout=PROGRAM_SECONDS_MAX)
    assert done.returncode == 0, done.stderr
    sent = json.loads(done.stdout)
    stacks: Counter = Counter()
    threads: Counter = Counter()
    for stack, thread, nanos in sent["samples"]:
        stacks[tuple(stack)] += nanos
        threads[(("thread.name", thread),)] += nanos
    millis = sent["time"] // 1_000_000
    querier = Querier(server, millis - 60_000, millis + 60_000)
    selector = f'{{service_name="{service}","process.pid"="4711"}}'
    found = querier.stacks(selector)
    assert found == dict(stacks), f"{found} (expected: {dict(stacks)})"
    sums = querier.sums(selector, ["thread.name"])
    assert sums == dict(threads), f"{sums} (expected: {dict(threads)})"
    return f"{len(stacks)} stacks, {sum(stacks.values()) / 1e9:.2f} s"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--server", required=True)
    arguments = parser.parse_args()
    try:
        python = environments.python_with_otlp(arguments.cache)
    except environments.EnvironmentUnavailable as e:
        print(f"0 passed, 0 failed, {len(TRANSPORTS)} skipped: {e}")
        return CANNOT_RUN_HERE
    failed = 0
    for transport in TRANSPORTS:
        try:
            print(f"ok      export_by{transport.title()}_isItsFlameGraph: {check(python, arguments.server, transport)}")
        except AssertionError as e:
            failed += 1
            print(f"FAILED  export_by{transport.title()}_isItsFlameGraph: {e}")
    print(f"{len(TRANSPORTS) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
