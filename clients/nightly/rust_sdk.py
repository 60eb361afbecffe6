"""N15: the unmodified Rust SDK profiles a program; the server answers what went over the wire."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter

import programs
from proof import Bench, Outcome

sys.path.append(str(programs.CLIENTS / "python-tests"))

from ground_truth import SentProfile, decode  # noqa: E402
from querier import CPU, Querier, Stack  # noqa: E402
from record import RecordingProxy  # noqa: E402

SERVICE = "rust-search"
SECONDS_MIN = 5
EXIT_SECONDS_MAX = 60
COMPONENT = ("component", "fitness_evaluation")


def search(bench: Bench) -> Outcome:
    """N15. The search runs for ``bench.cycles`` seconds, but not less than 5."""
    program = programs.built("rust-tests", ["cargo", "build", "--release", "--locked"], "target/release/rust-tests")
    seconds = max(SECONDS_MIN, bench.cycles)
    server = bench.server(bench.folder / "data")
    try:
        url = f"http://{server.address}"
        with RecordingProxy(forward=url) as proxy:
            done = subprocess.run([program, str(seconds)], env=os.environ | {"SERVER": proxy.url}, capture_output=True,
                                  text=True, timeout=seconds + EXIT_SECONDS_MAX, check=False)
            uploads = proxy.requests()
        if done.returncode != 0:
            return Outcome("broke off", [f"exit code {done.returncode}: {done.stderr[-1000:]}"])
        now = int(time.time() * 1000)
        return _compared(Querier(url, now - 3_600_000, now + 60_000), int(done.stdout), [
            profile for upload in uploads for profile in decode(upload.path, upload.header("Content-Type"), upload.body)],
            [f"{upload.path}: {upload.answered_status}" for upload in uploads if upload.answered_status != 200])
    finally:
        server.kill()


def _compared(querier: Querier, busy_nanos: int, sent: list[SentProfile], faults: list[str]) -> Outcome:
    """:param busy_nanos: processor time of the program by the kernel"""
    def check(what: str, found: object, expected: object) -> None:
        if found != expected:
            faults.append(f"{what}: {found} (expected: {expected})")

    selector = f'{{service_name="{SERVICE}",worker_id="r0"}}'
    stacks = _sent_stacks(sent)
    sums = _sent_sums(sent)
    check("services", querier.label_values("service_name"), [SERVICE])
    check("profile types", querier.profile_types(), [CPU])
    check("stacks", querier.stacks(selector), dict(stacks))
    check("sums", querier.sums(selector, [COMPONENT[0]]), dict(sums))
    total = sum(stacks.values())
    share = total / busy_nanos
    if not 0.7 < share < 1.3:
        faults.append(f"processor time: {total / 1e9:.2f} s (expected: about {busy_nanos / 1e9:.2f} s)")
    evaluated = _nanos_in(stacks, "evaluate")
    if not 0 < evaluated <= sums.get((COMPONENT,), 0) or _nanos_in(stacks, "breed") == 0:
        faults.append(f"functions: evaluate {evaluated} ns of {dict(sums)} (expected: with its label), breed some")
    return Outcome(f"{len(sent)} uploads, {len(stacks)} stacks, {total / 1e9:.2f} s of processor time, {share:.0%} of the "
                   f"kernel's; {evaluated / total:.0%} in evaluate", faults)


def _sent_stacks(sent: list[SentProfile]) -> Counter[Stack]:
    stacks: Counter[Stack] = Counter()
    for profile in sent:
        for sample in profile.samples:
            stacks[tuple(reversed(sample.stack))] += sample.values[0]
    return stacks


def _sent_sums(sent: list[SentProfile]) -> Counter[tuple[tuple[str, str], ...]]:
    """By the label ``component``."""
    sums: Counter[tuple[tuple[str, str], ...]] = Counter()
    for profile in sent:
        for sample in profile.samples:
            sums[tuple(label for label in sample.labels if label.name == COMPONENT[0])] += sample.values[0]
    return sums


def _nanos_in(stacks: Counter[Stack], function: str) -> int:
    return sum(nanos for stack, nanos in stacks.items() if any(name.endswith(f"::{function}") for name in stack))
