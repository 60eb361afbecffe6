"""Runs the demo's workload until it is told to stop.

    python -m flamekeeper_demo --server http://127.0.0.1:4040 [--workers 4] [--for SECONDS] [--temporary-directory DIR]

Standard output carries one JSON object a line, for the program that started this one:

    {"event": "starting", "what": "api" | "ray"}     a part begins to start
    {"event": "api", "url": …}                       the service answers at this address
    {"event": "workers", "count": …}                 the islands are ready, each in its own process
    {"event": "generation", "generation": …, "evolution": …, "population": …, "best": …, "seconds": …}
    {"event": "version", "version": "1.1"}           the islands go on as the new version
    {"event": "failed", "why": …}                    the demo cannot go on; exit code 1 follows
    {"event": "stopped"}                             every process has ended and every file is gone

It stops at SIGINT, SIGTERM, after --for, and when the process that started it has ended.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flamekeeper_demo import faults, ray_environment
from flamekeeper_demo.load import Load

if TYPE_CHECKING:
    from flamekeeper_demo.cluster import Cluster

GENERATION_SECONDS = 3.0
PAUSE_SECONDS_MIN = 0.2
"""Between two generations: a slow machine falls behind the schedule rather than fill up."""

TEMPORARY_PATH_LENGTH_MAX = 40
"""Ray's sockets lie some 65 characters below its folder, and the path of a socket has at most 107."""

API_START_SECONDS_MAX = 30
API_STOP_SECONDS_MAX = 12
"""The service uploads once more when it stops; the SDK gives an upload 10 s."""


def report(event: str, **facts: object) -> None:
    print(json.dumps({"event": event, **facts}), flush=True)


def main() -> int:
    """The main thread waits for signals alone. Everything else runs in one other thread: Ray takes over the SIGTERM
    handler only when it starts in the main thread, and its processes end with the thread that started them."""
    arguments = parse_arguments()
    reach_directly(arguments.server)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="demo") as thread:
        failure = thread.submit(run, arguments, stopping).exception()
    if failure is not None:
        traceback.print_exception(failure)
        report("failed", why=f"{type(failure).__name__}: {failure}")
    report("stopped")
    return 0 if failure is None else 1


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, help="base URL of the server that gets the profiles")
    parser.add_argument("--workers", type=int, default=4, help=f"islands; the slow one is {faults.SLOW_WORKER}")
    parser.add_argument("--for", type=float, dest="seconds", default=float("inf"), help="stop after so many seconds")
    parser.add_argument("--temporary-directory", type=Path, help="where the demo makes and removes its own folder")
    arguments = parser.parse_args()
    if arguments.workers < 1:
        parser.error(f"--workers: {arguments.workers} (expected: at least 1)")
    return arguments


def run(arguments: argparse.Namespace, stopping: threading.Event) -> None:
    """Starts every part, runs generations until ``stopping``, and stops the parts in reverse."""
    started = time.monotonic()
    with ExitStack() as parts:
        report("starting", what="api")
        host, port = parts.enter_context(fitness_api(arguments.server))

        report("starting", what="ray")
        ray_environment.prepare()
        from flamekeeper_demo.cluster import Cluster  # takes a second, in which the service already starts

        folder = parts.enter_context(temporary_directory(arguments.temporary_directory))
        if stopping.is_set():
            return
        cluster = parts.enter_context(Cluster(arguments.workers, arguments.server, folder))
        report("workers", count=arguments.workers)

        await_answer(host, port)
        load = Load(host, port)
        parts.callback(load.stop)
        report("api", url=f"http://{host}:{port}")
        evolve(cluster, started, arguments.seconds, stopping)


def evolve(cluster: Cluster, started: float, seconds: float, stopping: threading.Event) -> None:
    """One evolution after the other, a generation every ``GENERATION_SECONDS``."""
    parent = os.getppid()
    version = faults.OLD_VERSION
    first_begin = time.monotonic()
    for number in itertools.count():
        begin = time.monotonic()
        if stopping.is_set() or os.getppid() != parent or begin - started >= seconds:
            return
        evolution, generation = divmod(number, faults.GENERATION_COUNT)
        overdue = begin - first_begin >= faults.NEW_VERSION_AFTER_SECONDS
        if version == faults.OLD_VERSION and generation == 0 and overdue:
            version = faults.NEW_VERSION
            cluster.release(version)
            report("version", version=version)
        results = cluster.run_generation(generation + 1)
        took = time.monotonic() - begin
        report(
            "generation",
            generation=generation + 1,
            evolution=evolution + 1,
            population=sum(result.population_size for result in results),
            best=round(max(result.best_fitness for result in results), 4),
            seconds=round(took, 3),
        )
        pause = max(GENERATION_SECONDS - took, PAUSE_SECONDS_MIN)
        stopping.wait(max(0.0, min(pause, started + seconds - time.monotonic())))


@contextmanager
def temporary_directory(parent: Path | None) -> Iterator[Path]:
    """A folder short enough for Ray's sockets, removed at the end: below ``parent`` if it fits, else below /tmp."""
    candidates = [parent or Path(tempfile.gettempdir()), Path("/tmp")]
    fitting = [candidate.resolve() for candidate in candidates
               if len(str(candidate.resolve())) + len("/fk-abcdefgh") <= TEMPORARY_PATH_LENGTH_MAX]
    fitting[0].mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="fk-", dir=fitting[0]))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def fitness_api(server: str) -> Iterator[tuple[str, int]]:
    """The service as a child process on a free loopback port; gives host and port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process = subprocess.Popen(
            [sys.executable, "-m", "flamekeeper_demo.api", "--server", server, "--socket", str(listening.fileno())],
            stdin=subprocess.PIPE,  # ends when this process does, whatever ends it
            stdout=sys.stderr,
            pass_fds=[listening.fileno()],
            start_new_session=True,  # a Ctrl-C in the terminal reaches this process alone, which stops the child
        )
        host, port = listening.getsockname()
    try:
        yield host, port
    finally:
        process.terminate()
        try:
            process.wait(API_STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdin.close()


def await_answer(host: str, port: int) -> None:
    """Waits for the service. Its socket listens from the beginning, so the request waits there until it is served.

    :raises OSError: if there is no answer in ``API_START_SECONDS_MAX``
    """
    connection = http.client.HTTPConnection(host, port, timeout=API_START_SECONDS_MAX)
    try:
        connection.request("GET", "/openapi.json")
        connection.getresponse().read()
    finally:
        connection.close()


def reach_directly(server: str) -> None:
    """Keeps requests to the given server and to this machine away from any proxy of the environment."""
    host = urllib.parse.urlsplit(server).hostname
    for name in ("NO_PROXY", "no_proxy"):
        others = [entry for entry in os.environ.get(name, "").split(",") if entry]
        os.environ[name] = ",".join([*others, "127.0.0.1", "localhost", str(host)])


if __name__ == "__main__":
    sys.exit(main())
