"""Runs the profiled programs: the documentation examples and the programs of this folder.

Every program names its server ``http://pyroscope-server:4040``. No such host exists; ``HTTP_PROXY`` leads the SDK's
uploads to a ``RecordingProxy``. Both SDK generations honour it, so the programs run unchanged.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from querier import DIRECT

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
EXAMPLES = HERE.parent.parent / "docs" / "examples" / "python"

# A program runs as long as it is told, then uploads once more (the SDK gives that 10 s).
EXIT_SECONDS_MAX = 20
START_SECONDS_MAX = 20


def start(python: Path, program: Path, seconds: float, proxy_url: str,
          variables: Mapping[str, str] = {}) -> subprocess.Popen[bytes]:
    return subprocess.Popen([str(python), str(program), str(seconds)],
                            env=_environment(proxy_url, variables, program.parent))


def finish(process: subprocess.Popen[bytes], seconds: float, expected_code: int = 0) -> None:
    """Waits for a started program.

    :raises AssertionError: if it ends with another code or not in time
    """
    try:
        code = process.wait(seconds + EXIT_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f"{process.args}: still runs after {seconds + EXIT_SECONDS_MAX} s") from None
    assert code == expected_code, f"{process.args}: exited with {code} (expected: {expected_code})"


@contextmanager
def fastapi_service(python: Path, example: Path, proxy_url: str) -> Iterator[str]:
    """Serves the example with uvicorn while the block runs; gives its base URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [str(python), "-m", "uvicorn", f"{example.stem}:app", "--port", str(port), "--log-level", "warning"],
        cwd=example.parent, env=_environment(proxy_url, {}, example.parent))
    try:
        url = f"http://127.0.0.1:{port}"
        _await_answer(f"{url}/openapi.json", process)
        yield url
        process.terminate()
        finish(process, 0, expected_code=-signal.SIGTERM)  # uvicorn shuts down, then raises the signal again
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def request_in_turn(url: str, requests: list[tuple[str, str]], seconds: float) -> int:
    """Sends (method, path) requests one after the other, round and round; gives how many were answered."""
    answered = 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for method, path in requests:
            with DIRECT.open(urllib.request.Request(url + path, method=method), timeout=10) as response:
                response.read()
                answered += 1
    return answered


def request_at_once(url: str, requests: list[tuple[str, str]], seconds: float) -> None:
    """Sends each (method, path) request again and again from a thread of its own."""
    threads = [threading.Thread(target=request_in_turn, args=(url, [request], seconds)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _environment(proxy_url: str, variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The caller's environment with one proxy; the trading module of the examples is importable from any folder."""
    inherited = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    trading = folder if (folder / "trading.py").exists() else EXAMPLES
    return inherited | {"HTTP_PROXY": proxy_url, "PYTHONPATH": str(trading)} | dict(variables)


def _await_answer(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            with DIRECT.open(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError) as failure:
            assert process.poll() is None, f"{process.args}: exited with {process.returncode}"
            assert time.monotonic() < deadline, f"{url}: no answer in {START_SECONDS_MAX} s: {failure}"
            time.sleep(0.1)
