"""A Flamekeeper process on a data folder, and calls to it."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

READY_SECONDS_MAX = 60
READY = "flamekeeper: ready at http://"


class Refused(Exception):
    """The server did not start; the message ends with its log."""


class Server:
    """A process from the constructor on; answers after ``await_ready``, which sets ``ready_seconds``.

    :param settings: as ``--set`` takes them
    :param listen: address and port; port 0 picks a free one
    :param log: gets what it writes to standard error, after what is there already
    """

    def __init__(self, launcher: Path, data: Path, log: Path, settings: dict[str, str],
                 listen: str = "127.0.0.1:0"):
        self._started = time.monotonic()
        self._log = log
        self._log_start = log.stat().st_size if log.exists() else 0
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                [str(launcher), "server", "--listen", listen, "--data", str(data),
                 *(f"--set={key}={value}" for key, value in settings.items())],
                stdout=subprocess.PIPE, stderr=errors, text=True)
        self.address = ""
        self.ready_seconds = 0.0

    def await_ready(self) -> Server:
        """:raises Refused: if it ends, or is not ready in time; then it is gone"""
        reader = threading.Thread(target=self._read_address, daemon=True)
        reader.start()
        reader.join(READY_SECONDS_MAX)
        self.ready_seconds = time.monotonic() - self._started
        if not self.address:
            self.kill()
            raise Refused(f"exit code {self.process.returncode} after {self.ready_seconds:.1f} s: "
                          f"{self.report()[-2000:]}")
        return self

    def _read_address(self) -> None:
        for line in self.process.stdout:
            if line.startswith(READY):
                self.address = line[len(READY):].strip()
                return

    def report(self) -> str:
        """What this process has logged."""
        with self._log.open("rb") as file:
            file.seek(self._log_start)
            return file.read().decode(errors="replace")

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def pause(self) -> None:
        """Stops every thread; a thread in a system call stops at its end. Nothing is answered from here on."""
        self.process.send_signal(signal.SIGSTOP)
        for _ in range(1000):
            states = {_state(task) for task in Path(f"/proc/{self.process.pid}/task").iterdir()}
            if states <= {"T", "D"}:
                return
            time.sleep(0.001)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self) -> int:
        """Asks it to stop; gives its exit code.

        :raises subprocess.TimeoutExpired: if it goes on for 30 s
        """
        self.process.terminate()
        return self.process.wait(30)

    def exit_code(self, seconds: float) -> int | None:
        """Waits for it to end by itself; None if it does not."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def connection(self, timeout: float = 30) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.address, timeout=timeout)

    def ask(self, method: str, message: dict[str, Any]) -> dict[str, Any]:
        """:raises QueryError: if it answers with an error"""
        connection = self.connection()
        try:
            connection.request("POST", f"/querier.v1.QuerierService/{method}", json.dumps(message),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise QueryError(f"{method}: status {answer.status}: {body[:500]!r}")
        return json.loads(body)


class QueryError(Exception):
    """An explicit error instead of an answer."""


def _state(task: Path) -> str:
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "T"  # It ended.


def known_settings(launcher: Path) -> str:
    """What ``flamekeeper config`` prints."""
    return subprocess.run([str(launcher), "config"], capture_output=True, text=True, check=True).stdout
