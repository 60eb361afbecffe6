"""N15: the unmodified Rust SDK profiles time and memory of a program; the server answers what went over the wire."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

import programs
from proof import Bench, Outcome

sys.path.append(str(programs.CLIENTS / "python-tests"))

from ground_truth import Sample, SentProfile, decode  # noqa: E402
from querier import CPU, Querier, Stack  # noqa: E402
from record import RecordingProxy  # noqa: E402

SERVICE = "rust-search"
MEMORY = "memory:inuse_space:bytes:space:bytes"
CPU_SENT = "cpu:nanoseconds"
MEMORY_SENT = "inuse_space:bytes"
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
        busy_nanos, population_bytes = map(int, done.stdout.split())
        comparison = Comparison(Querier(url, now - 3_600_000, now + 60_000), [
            profile for upload in uploads for profile in decode(upload.path, upload.header("Content-Type"), upload.body)])
        comparison.faults += [f"{upload.path}: {upload.answered_status}" for upload in uploads if upload.answered_status != 200]
        comparison.labels()
        return Outcome(f"{len(uploads)} uploads; {comparison.time(busy_nanos)}; {comparison.memory(population_bytes)}",
                       comparison.faults)
    finally:
        server.kill()


class Comparison:
    """Of what the server answers with what was sent, and of that with what the program knows."""

    def __init__(self, querier: Querier, sent: list[SentProfile]):
        self.faults: list[str] = []
        self._querier = querier
        self._sent = sent
        self._selector = f'{{service_name="{SERVICE}",worker_id="r0"}}'

    def labels(self) -> None:
        self._check("services", self._querier.label_values("service_name"), [SERVICE])
        self._check("profile types", sorted(self._querier.profile_types()), sorted([CPU, MEMORY]))

    def time(self, busy_nanos: int) -> str:
        """:param busy_nanos: processor time of the program by the kernel"""
        stacks = self._stacks(CPU, CPU_SENT)
        sums: Counter[tuple[tuple[str, str], ...]] = Counter()
        for sample in self._samples(CPU_SENT):
            sums[tuple(label for label in sample.labels if label.name == COMPONENT[0])] += sample.values[0]
        self._check("sums", self._querier.sums(self._selector, [COMPONENT[0]]), dict(sums))
        evaluated = _in(stacks, "evaluate")
        if not 0 < evaluated <= sums[COMPONENT,] or not _in(stacks, "breed"):
            self.faults.append(f"functions: evaluate {evaluated} ns of {dict(sums)} (expected: with its label), breed some")
        total = sum(stacks.values())
        self._check_near("processor time", total, busy_nanos)
        return f"{len(stacks)} stacks of {total / 1e9:.2f} s, {total / busy_nanos:.0%} of the kernel's"

    def memory(self, population_bytes: int) -> str:
        """:param population_bytes: what one function has allocated and keeps"""
        stacks = self._stacks(MEMORY, MEMORY_SENT)
        settled = _in(stacks, "settle") // sum(profile.sample_types == (MEMORY_SENT,) for profile in self._sent)
        self._check_near("bytes of the population", settled, population_bytes)
        return f"{len(stacks)} stacks of memory, {settled / population_bytes:.0%} of the population's"

    def _stacks(self, profile_type: str, sent_type: str) -> Counter[Stack]:
        stacks: Counter[Stack] = Counter()
        for sample in self._samples(sent_type):
            stacks[tuple(reversed(sample.stack))] += sample.values[0]
        found = self._querier.stacks(self._selector, profile_type)
        self._check(f"stacks of {profile_type} that are not as sent", sorted(found.items() ^ stacks.items()), [])
        return stacks

    def _samples(self, sent_type: str) -> Iterator[Sample]:
        for profile in self._sent:
            if profile.sample_types == (sent_type,):
                yield from profile.samples

    def _check(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            self.faults.append(f"{what}: {found!s:.1000} (expected: {expected})")

    def _check_near(self, what: str, found: int, expected: int) -> None:
        if not 0.7 * expected < found < 1.3 * expected:
            self.faults.append(f"{what}: {found} (expected: about {expected})")


def _in(stacks: Counter[Stack], function: str) -> int:
    return sum(value for stack, value in stacks.items() if any(name.endswith(f"::{function}") for name in stack))
