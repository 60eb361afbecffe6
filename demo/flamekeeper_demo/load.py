"""The light load on the service: a few requests a second from two threads, so that requests overlap."""

from __future__ import annotations

import http.client
import itertools
import threading
from collections.abc import Iterator

REQUEST_TIMEOUT_SECONDS = 10
PAUSE_SECONDS = 0.25
JOIN_SECONDS_MAX = 2


def readers() -> Iterator[tuple[str, str]]:
    for number in itertools.count():
        yield "GET", f"/strategies/{number % 500}"
        yield "GET", "/rankings"
        yield "POST", f"/strategies/{number % 500}/evaluations"


def reporter() -> Iterator[tuple[str, str]]:
    for number in itertools.count():
        yield "GET", "/report"
        for offset in range(6):
            yield "POST", f"/strategies/{number + offset}/evaluations"


class Load:
    """Runs from construction to ``stop``. Requests that fail are counted, and the next one uses a new connection."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self.failure_count = 0
        self._threads = [
            threading.Thread(target=self._send, args=(requests,), name="load", daemon=True)
            for requests in (readers(), reporter())
        ]
        for thread in self._threads:
            thread.start()

    def _send(self, requests: Iterator[tuple[str, str]]) -> None:
        connection = http.client.HTTPConnection(*self._address, timeout=REQUEST_TIMEOUT_SECONDS)
        while not self._stopping.wait(PAUSE_SECONDS):
            try:
                connection.request(*next(requests))
                answer = connection.getresponse()
                answer.read()
                failed = answer.status != http.client.OK
            except (OSError, http.client.HTTPException):
                connection.close()
                failed = True
            if failed:
                with self._lock:
                    self.failure_count += 1
        connection.close()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(JOIN_SECONDS_MAX)
