#!/usr/bin/env python3
"""Runs the real Python SDKs as workers of two tenants against a server with tokens.

    python3 run_tenants.py --cache FOLDER --server URL --tokens A,B

Each tenant must see its own workers and nobody else's; whoever has the wrong token is nobody's. The last line is
``N passed, N failed, N skipped``; exit code 1 if any failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import environments
import workload
from querier import Querier

PROGRAM = Path(__file__).parent / "programs" / "tenant.py"
PROGRAM_SECONDS = 3.0
PROGRAM_SECONDS_MAX = 60
SERVICE = "genetic-algorithm"
WAYS = {"0.8.16": ("basic", "bearer"), "1.4.0": ("basic", "header")}


def check(python: Path, server: str, version: str, tokens: list[str]) -> str:
    """Raises AssertionError unless each tenant sees what its own workers have sent."""
    began = time.time()
    tenants = ("a", "b")
    workers = {tenant: f"{tenant}-{version}-{way}" for tenant, way in zip(tenants, WAYS[version], strict=True)}
    calls = [(workers[tenant], way, tenant, token)
             for tenant, way, token in zip(tenants, WAYS[version], tokens, strict=True)]
    calls.append((f"nobody-{version}", "basic", "a", tokens[1]))
    programs = [
        subprocess.Popen([str(python), str(PROGRAM), server, *call, str(PROGRAM_SECONDS)],
                         env=os.environ | {"PYTHONPATH": str(workload.EXAMPLES), "NO_PROXY": "127.0.0.1"},
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for call in calls
    ]
    for program in programs:
        output, _ = program.communicate(timeout=PROGRAM_SECONDS_MAX)
        assert program.returncode == 0, output
    found = []
    for tenant, token in zip(tenants, tokens, strict=True):
        querier = Querier(server, int(began * 1000) - 15_000, int(time.time() * 1000) + 15_000,
                          {"Authorization": f"Bearer {token}"})
        seen = querier.sums(f'{{service_name="{SERVICE}",worker_id=~".*-{version}.*"}}', ["worker_id"])
        assert [name for ((_, name),) in seen] == [workers[tenant]], f"{tenant} sees {seen} (expected: {workers[tenant]})"
        assert sum(seen.values()) > 0
        found.append(f"{tenant} {sum(seen.values()) / 1e9:.2f} s")
    return ", ".join(found)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--server", required=True)
    parser.add_argument("--tokens", required=True)
    arguments = parser.parse_args()
    passed = failed = skipped = 0
    for version in environments.SDK_VERSIONS:
        name = f"tenants_sameServiceBySdk{version}_seeTheirOwnWorkersAlone"
        try:
            python = environments.python_with_sdk(version, arguments.cache)
            print(f"ok      {name}: {check(python, arguments.server, version, arguments.tokens.split(','))}")
            passed += 1
        except environments.EnvironmentUnavailable as e:
            print(f"skipped {name}: {e}")
            skipped += 1
        except AssertionError as e:
            print(f"FAILED  {name}: {e}")
            failed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
