#!/usr/bin/env python3
"""The long proofs: real power cuts, kills, failing syncs, full disks, hostile bytes, decay and senders, against the real server.

    ./flamekeeper nightly [--only N1,N4] [--cycles N] [--parsers jfr,otlp] [--seed S] [--keep DIR]

Each proof prints one line with its figures and its seed; what broke a promise follows, a line each. The last line is
``N passed, N failed, N skipped``; exit code 1 if any failed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import collector
import crashes
import decay
import failing_disk
import fuzzing
import rust_sdk
from proof import Bench, Outcome, Skipped
from server import known_settings

SEAL_OFTEN = {"seal-log-bytes": "300000", "seal-age": "1s"}
FAULTS_SHOWN = 10


@dataclass(frozen=True)
class Proof:
    """:param share: of the asked cycles, since some take longer"""

    id: str
    name: str
    run: Callable[[Bench], Outcome]
    share: float


PROOFS = [
    Proof("N1", "power cuts", crashes.power_cuts, 1),
    Proof("N2", "kills", crashes.kills, 1),
    Proof("N3", "sync errors", failing_disk.sync_errors, 0.2),
    Proof("N4", "full disk", failing_disk.full_disk, 0.2),
    Proof("N5", "fuzzing", fuzzing.parsers, 0.3),
    Proof("N8", "decay", decay.damaged_folders, 1),
    Proof("N14", "collector", collector.profiles, 0.2),
    Proof("N15", "Rust SDK", rust_sdk.search, 0.05),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], prog="flamekeeper nightly")
    parser.add_argument("--launcher", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--only", default=",".join(proof.id for proof in PROOFS), help="comma-separated; default: all")
    parser.add_argument("--cycles", type=int, default=200, help="of N1, N2 and N8; N3, N4 and N14 do a fifth, N5 fuzzes each parser for 0.3 s a cycle (default: 200)")
    parser.add_argument("--parsers", default="", help="what N5 fuzzes, comma-separated; default: all")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--keep", type=Path, help="keep ledgers, logs and damaged folders here")
    options = parser.parse_args()
    chosen = options.only.split(",")
    unknown = set(chosen) - {proof.id for proof in PROOFS}
    if unknown:
        parser.error(f"--only: {', '.join(sorted(unknown))} (expected: of {', '.join(p.id for p in PROOFS)})")
    parsers = [name for name in options.parsers.split(",") if name]
    if unknown := set(parsers) - set(fuzzing.names()):
        parser.error(f"--parsers: {', '.join(sorted(unknown))} (expected: of {', '.join(fuzzing.names())})")
    known = known_settings(options.launcher)
    settings = {key: value for key, value in SEAL_OFTEN.items() if f"\n{key}:" in known}

    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="flamekeeper-nightly-") as scratch:
        for proof in PROOFS:
            if proof.id not in chosen:
                continue
            folder = Path(scratch) / proof.id
            folder.mkdir()
            bench = Bench(options.launcher, folder, max(1, round(options.cycles * proof.share)), options.seed, settings,
                          parsers)
            began = time.monotonic()
            try:
                outcome = proof.run(bench)
            except Skipped as why:
                skipped += 1
                print(f"{proof.id} {proof.name}: skipped: {why}", flush=True)
                continue
            except Exception:
                outcome = Outcome("broke off", [traceback.format_exc()])
            passed += not outcome.faults
            failed += bool(outcome.faults)
            print(f"{proof.id} {proof.name}: {'FAILED' if outcome.faults else 'passed'}: {outcome.figures} "
                  f"(seed {options.seed}, {time.monotonic() - began:.0f} s)", flush=True)
            for fault in outcome.faults[:FAULTS_SHOWN]:
                print(f"    {fault}", flush=True)
            if options.keep:
                shutil.copytree(folder, options.keep / proof.id, dirs_exist_ok=True)
            shutil.rmtree(folder)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
