#!/usr/bin/env python3
"""Runs the real Python SDKs against a running server and checks that the server holds exactly what they sent.

    python3 run.py --cache FOLDER (--server URL | --server-command COMMAND)

For each SDK version of ``environments.py`` one round runs the documentation examples and the programs of this folder.
Their uploads pass through a ``RecordingProxy``; what it saw, decoded by ``ground_truth.py``, is what the server must
answer, to the nanosecond. ``--server-command`` starts a server of its own for the suite: a command that prints a line
``… ready at URL`` and stops at SIGTERM. The last line is ``N passed, N failed, N skipped``; exit code 1 if any failed.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shlex
import subprocess
import sys
import textwrap
import time
import traceback
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import environments
import ground_truth
import workload
from environments import EnvironmentUnavailable
from ground_truth import Sample, SentProfile
from querier import ANSWER_SECONDS_MAX, CPU, DIRECT, Labels, Querier, Stack
from record import Recorded, RecordingProxy

PROGRAM_SECONDS = 13.0
"""One full upload interval of the SDK and a part of the next, which it uploads at exit."""

WINDOW_SECONDS = 10
VISIBLE_SECONDS_MAX = 10
MISTAGGED_SHARE_MAX = 0.1
SERVER_START_SECONDS_MAX = 60

CONTAINER = {
    "CONTAINER_ID": "c0ffee123456",
    "DOCKER_IMAGE": "genetic-pool:2.1",
}
WORKER = {"RAY_WORKER_ID": "w1", "POPULATION_SIZE": "20"}
REQUESTS = [("GET", "/fitness?fast_window=5&slow_window=50"), ("POST", "/evolve?size=4")]

MEMORY_TYPES = {
    "alloc_objects:count": "memory:alloc_objects:count:space:bytes",
    "alloc_space:bytes": "memory:alloc_space:bytes:space:bytes",
    "inuse_objects:count": "memory:inuse_objects:count:space:bytes",
    "inuse_space:bytes": "memory:inuse_space:bytes:space:bytes",
}

# The recipes are a promise: code that users have copied keeps working. SHA-256 of each example's recipe lines.
RECIPES = {
    "configure_with_tags.py": "d5692c8eae99debdd4363e89f4164e4c9cf480ef9e21b9838dc1344da891f812",
    "tag_components.py": "9e8de4a0f37d3599a41061940eebb783cc388119eb8d01d6fde0a173c8378381",
    "docker_tags.py": "1eb9a24243437b3e496c57289625e241bf7d184bf2801b5abbe6a16d3dd27c98",
    "fastapi_middleware.py": "23ff66d1a234fe200b1c5c7ed45e6f5b776ce6b02eb8e513bf25bd8193166418",
}


@dataclass(frozen=True)
class Round:
    """Everything one SDK version sent, and where to find it on the server."""

    version: str
    uploads: list[Recorded]
    profiles: list[SentProfile]
    querier: Querier

    def samples(self, service: str, sample_type: str = "cpu:nanoseconds") -> Iterator[tuple[SentProfile, Sample, int]]:
        """Profile, sample and value, of every profile of the service that has this sample type."""
        for profile in self.profiles:
            if profile.service == service and sample_type in profile.sample_types:
                column = profile.sample_types.index(sample_type)
                for sample in profile.samples:
                    yield profile, sample, sample.values[column]

    def sums(self, service: str, names: list[str]) -> dict[Labels, int]:
        """What the server has to answer to a sum by these labels."""
        sums: Counter[Labels] = Counter()
        for profile, sample, value in self.samples(service):
            present = dict(sample.labels) | profile.labels
            sums[tuple((name, present[name]) for name in names if name in present)] += value
        return {labels: value for labels, value in sums.items() if value}

    def total(self, service: str, sample_type: str = "cpu:nanoseconds") -> int:
        return sum(value for _, _, value in self.samples(service, sample_type))

    def stacks(self, service: str, label: tuple[str, str] | None = None) -> dict[Stack, int]:
        stacks: Counter[Stack] = Counter()
        for _, sample, value in self.samples(service):
            # A sample without frames is in the sums over time but has no place in a flame graph.
            if sample.stack and (label is None or label in sample.labels):
                stacks[sample.stack[::-1]] += value
        return dict(stacks)


Test = Callable[[Round], str | None]
"""Raises AssertionError if it fails; may give a finding to print."""

TESTS: list[tuple[Test, tuple[str, ...]]] = []


def test(*versions: str) -> Callable[[Test], Test]:
    def register(function: Test) -> Test:
        TESTS.append((function, versions or environments.SDK_VERSIONS))
        return function
    return register


@test()
def uploads_all_areAnswered200(sent: Round) -> str:
    statuses = Counter(upload.answered_status for upload in sent.uploads)
    assert set(statuses) == {200}, f"answers by status: {dict(statuses)}"
    return f"{len(sent.uploads)} uploads"


@test()
def configureWithTags_oneWorker_isOneServiceWithItsLabels(sent: Round) -> None:
    service = "genetic-algorithm-cluster"
    assert service in sent.querier.label_values("service_name")
    names = ["worker_id", "node_type", "strategy_type", "population_size"]
    values = ["w1", "None", "genetic_evolution", "20"]
    expected = {tuple(zip(names, values)): sent.total(service)}
    eventually(lambda: sent.querier.sums(f'{{service_name="{service}"}}', names), expected)


@test()
def tagComponents_byComponent_partsAddUpToTheTotal(sent: Round) -> str:
    service = "genetic-algorithm-components"
    selector = f'{{service_name="{service}"}}'
    parts = sent.sums(service, ["component"])
    assert set(parts) == {(("component", "fitness_evaluation"),), (("component", "population_evolution"),), ()}
    eventually(lambda: sent.querier.sums(selector, ["component"]), parts)
    eventually(lambda: sent.querier.sums(selector, []), {(): sum(parts.values())})
    eventually(lambda: sent.querier.sums(f'{{service_name="{service}",component=""}}', []), {(): parts[()]})
    return ", ".join(f"{dict(labels).get('component', 'none')} {value} ns" for labels, value in sorted(parts.items()))


@test()
def tagComponents_fitnessEvaluation_isItsCode(sent: Round) -> str:
    service = "genetic-algorithm-components"
    expected = sent.stacks(service, ("component", "fitness_evaluation"))
    selector = f'{{service_name="{service}",component="fitness_evaluation"}}'
    eventually(lambda: sent.querier.stacks(selector), expected)
    # The SDK reads the stack of a thread and its tags one after the other, while the thread runs on: some samples
    # carry the tag of a moment before or after. They are in what the SDK sent, so the server has to show them.
    outside = sum(value for stack, value in expected.items() if "evaluate_strategy_fitness" not in stack)
    share = outside / sum(expected.values())
    assert share < MISTAGGED_SHARE_MAX, f"{share:.1%} outside (expected: below {MISTAGGED_SHARE_MAX:.0%})"
    return f"{len(expected)} stacks, {share:.1%} of the time outside evaluate_strategy_fitness"


@test()
def dockerTags_container_isItsOwnServiceWithItsLabels(sent: Round) -> None:
    service = "genetic-pool-c0ffee123456"
    names = ["container_id", "docker_image", "k8s_pod"]
    values = [CONTAINER["CONTAINER_ID"], CONTAINER["DOCKER_IMAGE"], "None"]
    expected = {tuple(zip(names, values)): sent.total(service)}
    eventually(lambda: sent.querier.sums(f'{{service_name="{service}"}}', names), expected)
    eventually(lambda: sent.querier.sums('{service_name=~"genetic-pool-.+"}', ["service_name"]),
               {(("service_name", service),): sent.total(service)})


@test()
def fastapiMiddleware_oneRequestAtATime_splitsByEndpointAndMethod(sent: Round) -> None:
    service = "fitness-api"
    parts = sent.sums(service, ["endpoint", "method"])
    for endpoint, method in (("/fitness", "GET"), ("/evolve", "POST")):
        assert parts[("endpoint", endpoint), ("method", method)] > 0
    eventually(lambda: sent.querier.sums(f'{{service_name="{service}"}}', ["endpoint", "method"]), parts)


@test()
def nestedTags_sameNameTwice_countsEachSampleOnce(sent: Round) -> None:
    service = "nested-tags"
    selector = f'{{service_name="{service}"}}'
    total = sent.total(service)
    eventually(lambda: sent.querier.sums(selector, []), {(): total})
    eventually(lambda: sum(sent.querier.sums(selector, ["component"]).values()), total)
    eventually(lambda: sent.querier.sums(selector, ["operator"]), sent.sums(service, ["operator"]))


@test("1.4.0")
def pushWithoutSamples_isAnswered200AndAddsNothing(sent: Round) -> None:
    """SDK 1.4.0 sends nothing when it has no sample; earlier 1.x versions send a profile without samples."""
    service = "nested-tags"
    upload = next(upload for upload in sent.uploads if any(profile.service == service for profile in decode(upload)))
    body = ground_truth.without_samples(upload.body)
    assert [profile.samples for profile in ground_truth.decode(upload.path, "", body)] == [()]
    request = urllib.request.Request(sent.querier.server + upload.path, body, {"Content-Type": "application/proto"})
    with DIRECT.open(request, timeout=ANSWER_SECONDS_MAX) as answer:
        assert answer.status == 200
    eventually(lambda: sent.querier.sums(f'{{service_name="{service}"}}', []), {(): sent.total(service)})


@test()
def forked_oneOfFourKilledAndForkedAgain_addsAPidAndNothingElse(sent: Round) -> str:
    service = "forked-workers"
    selector = f'{{service_name="{service}"}}'
    parts = sent.sums(service, ["pid"])
    assert len(parts) == 5 and () not in parts, f"processes: {parts}"
    eventually(lambda: sent.querier.sums(selector, ["pid"]), parts)
    eventually(lambda: sent.querier.sums(selector, []), {(): sum(parts.values())})
    return ", ".join(f"{value / 1e9:.2f} s" for value in parts.values())


@test()
def identity_tenantAndCredentials_areAcceptedAndIgnored(sent: Round) -> None:
    service = "identified-worker"
    identified = [upload for upload in sent.uploads if upload.header("X-Scope-OrgID") == "team-evolution"]
    assert identified and all(upload.header("Authorization").startswith("Basic ") for upload in identified)
    assert all(upload.header("X-Worker-Build") == "42" for upload in identified)
    eventually(lambda: sent.querier.sums(f'{{service_name="{service}"}}', []), {(): sent.total(service)})


@test()
def wall_oncpuFalse_showsTheWait(sent: Round) -> str:
    service = "wall-worker"
    expected = sent.stacks(service)
    waiting = sum(value for stack, value in expected.items() if "wait_for_data" in stack)
    assert waiting > sum(expected.values()) / 2, f"{waiting} of {sum(expected.values())} ns in wait_for_data"
    eventually(lambda: {stack: value for stack, value in sent.querier.stacks(f'{{service_name="{service}"}}').items()
                        if "wait_for_data" in stack},
               {stack: value for stack, value in expected.items() if "wait_for_data" in stack})
    return f"{waiting / sum(expected.values()):.0%} waiting, as {CPU}"


@test("1.4.0")
def memory_memEnabled_givesTheFourTypes(sent: Round) -> str:
    service = "memory-worker"
    findings = []
    for sample_type, profile_type in MEMORY_TYPES.items():
        total = sent.total(service, sample_type)
        assert total > 0, f"{sample_type}: {total}"
        assert profile_type in sent.querier.profile_types()
        eventually(lambda: sent.querier.sums(f'{{service_name="{service}"}}', [], profile_type), {(): total})
        findings.append(f"{sample_type} {total}")
    return ", ".join(findings)


def eventually(ask: Callable[[], object], expected: object) -> None:
    """Asks until the answer is as expected; what was uploaded is visible at once, so this rarely asks twice."""
    deadline = time.monotonic() + VISIBLE_SECONDS_MAX
    while (answer := ask()) != expected:
        assert time.monotonic() < deadline, f"answer: {shortened(answer)}\n    expected: {shortened(expected)}"
        time.sleep(0.2)


def shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) < 1500 else text[:1500] + "…"


def decode(upload: Recorded) -> list[SentProfile]:
    return ground_truth.decode(upload.path, upload.header("Content-Type"), upload.body)


def run_round(version: str, python: Path, server: str) -> Round:
    """Runs every program in two waves, so that they do not starve each other, and collects what was sent."""
    start_seconds = int(time.time()) // WINDOW_SECONDS * WINDOW_SECONDS  # SDK 0.8 rounds its windows down to this
    with RecordingProxy(forward=server) as proxy:
        run_wave([
            workload.start(python, workload.EXAMPLES / "configure_with_tags.py", PROGRAM_SECONDS, proxy.url, WORKER),
            workload.start(python, workload.EXAMPLES / "tag_components.py", PROGRAM_SECONDS, proxy.url),
            workload.start(python, workload.EXAMPLES / "docker_tags.py", PROGRAM_SECONDS, proxy.url, CONTAINER),
            workload.start(python, workload.PROGRAMS / "forked.py", PROGRAM_SECONDS, proxy.url),
        ])
        second = ["nested_tags.py", "identity.py", "wall.py", *(["memory.py"] if version != "0.8.16" else [])]
        processes = [
            workload.start(python, workload.PROGRAMS / program, PROGRAM_SECONDS, proxy.url) for program in second
        ]
        with workload.fastapi_service(python, workload.EXAMPLES / "fastapi_middleware.py", proxy.url) as url:
            workload.request_in_turn(url, REQUESTS, PROGRAM_SECONDS)
        run_wave(processes)
        uploads = proxy.requests()
    end_seconds = (int(time.time()) // WINDOW_SECONDS + 2) * WINDOW_SECONDS
    querier = Querier(server, start_seconds * 1000, end_seconds * 1000)
    return Round(version, uploads, [profile for upload in uploads for profile in decode(upload)], querier)


def run_wave(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        workload.finish(process, PROGRAM_SECONDS)


def recipe_failures() -> Iterator[str]:
    for example, expected in RECIPES.items():
        text = (workload.EXAMPLES / example).read_text()
        blocks = re.findall(r"^[ ]*# --- recipe\n(.*?)^[ ]*# --- end of recipe$", text, re.DOTALL | re.MULTILINE)
        recipe = "\n".join(textwrap.dedent(block) for block in blocks)
        actual = hashlib.sha256(recipe.encode()).hexdigest()
        if actual != expected:
            yield f"{example}: the recipe's SHA-256 is {actual} (expected: {expected})"


@contextmanager
def own_server(command: str) -> Iterator[str]:
    process = subprocess.Popen(shlex.split(command), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready = next((line for line in process.stdout if " ready at " in line), None)
        if ready is None:
            raise SystemExit(f"{command}: ended with {process.wait()} before it was ready")
        yield ready.rpartition(" ")[2].strip()
    finally:
        process.terminate()
        process.wait(SERVER_START_SECONDS_MAX)


class Tally:
    """Prints each outcome and counts them."""

    def __init__(self) -> None:
        self.counts = Counter({"passed": 0, "failed": 0, "skipped": 0})

    def run(self, name: str, test: Callable[[], str | None]) -> None:
        begin = time.monotonic()
        try:
            finding = test()
            outcome, detail = "ok", f": {finding}" if finding else ""
            self.counts["passed"] += 1
        except Exception as failure:
            outcome, detail = "FAIL", f"\n    {failure}"
            if not isinstance(failure, AssertionError):
                detail += "\n" + textwrap.indent(traceback.format_exc(), "    ")
            self.counts["failed"] += 1
        print(f"{outcome:4} {name} ({time.monotonic() - begin:.1f} s){detail}", flush=True)

    def skip(self, name: str, why: str) -> None:
        print(f"SKIPPED: {name}: {why}", flush=True)
        self.counts["skipped"] += 1

    def close(self) -> int:
        print(", ".join(f"{count} {outcome}" for outcome, count in self.counts.items()))
        return 1 if self.counts["failed"] else 0


def run_suite(server: str, cache: Path) -> int:
    tally = Tally()

    def recipes_match() -> None:
        failures = list(recipe_failures())
        assert not failures, "\n    ".join(failures)

    tally.run("recipes_inTheExamples_areWordForWord", recipes_match)
    for version in environments.SDK_VERSIONS:
        tests = [function for function, versions in TESTS if version in versions]
        try:
            python = environments.python_with_sdk(version, cache)
        except EnvironmentUnavailable as reason:
            for function in tests:
                tally.skip(f"{function.__name__} [{version}]", str(reason))
            continue
        rounds: list[Round] = []
        tally.run(f"programs_all_endWithoutError [{version}]",
                  lambda: rounds.append(run_round(version, python, server)))
        for sent in rounds:
            for function in tests:
                tally.run(f"{function.__name__} [{version}]", lambda: function(sent))
            wait_until(sent.querier.end_millis / 1000)  # so that the next round's time range holds nothing of this one
    return tally.close()


def wait_until(unix_seconds: float) -> None:
    while (remaining := unix_seconds - time.time()) > 0:
        time.sleep(remaining)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="folder of the virtual environments")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--server", help="base URL of a running server")
    where.add_argument("--server-command", help="command that starts a server for this suite")
    arguments = parser.parse_args()
    if arguments.server:
        return run_suite(arguments.server.rstrip("/"), arguments.cache)
    with own_server(arguments.server_command) as server:
        return run_suite(server, arguments.cache)


if __name__ == "__main__":
    sys.exit(main())
