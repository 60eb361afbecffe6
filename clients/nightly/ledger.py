"""What was sent, what was acknowledged, and the demand: acknowledged <= stored <= sent, nothing twice."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from server import Server
from upload import PROFILE_TYPE, Stack, Upload

STACKS_COMPARED = 40
"""Uploads whose stacks are compared one by one, with each check; the totals of all are."""


@dataclass
class Ledger:
    """Kept in memory and, line by line, in a file outside of the server's disk.

    A call that ended with an error or not at all is *unknown*: its upload may be stored or not.
    """

    seed: int
    file: Path
    start_millis: int = field(default_factory=lambda: int(time.time() - 7200) * 1000)
    sent: dict[str, int] = field(default_factory=dict)
    acked: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._lines = self.file.open("a", buffering=1)

    def note_sent(self, upload: Upload, padding: int) -> None:
        with self._lock:
            self._lines.write(f"sent {upload.id} {upload.hash}\n")
            self.sent[upload.id] = padding

    def note_acked(self, id: str) -> None:
        with self._lock:
            self._lines.write(f"acked {id}\n")
            self.acked[id] = time.monotonic()

    def acked_now(self) -> set[str]:
        with self._lock:
            return set(self.acked)

    def believe(self, stored: set[str]) -> None:
        """From now on these are the acknowledged ones: a check has seen them."""
        with self._lock:
            self.acked = {id: self.acked.get(id, 0.0) for id in stored}

    def upload(self, id: str) -> Upload:
        return Upload.drawn(self.seed, id, self.start_millis, self.sent[id])

    def close(self) -> None:
        self._lines.close()

    def stored(self, server: Server) -> dict[str, int]:
        """The sum of every upload that the server has.

        :raises QueryError: if it says that it cannot tell
        """
        answer = server.ask("SelectSeries", self._range() | {
            "profileTypeID": PROFILE_TYPE, "labelSelector": "{}", "groupBy": ["upload"], "step": 3600})
        return {series["labels"][0]["value"]: sum(int(point.get("value", 0)) for point in series["points"])
                for series in answer.get("series", [])}

    def faults(self, server: Server, acked: set[str], draw: random.Random) -> Faults:
        """Compares what the server has with what it should have.

        :param acked: what it must have; normally ``acked_now()``
        """
        stored = self.stored(server)
        wrong = {id for id, total in stored.items() if id not in self.sent or self.upload(id).total != total}
        compared = draw.sample(sorted(stored), min(STACKS_COMPARED, len(stored)))
        if not wrong and self.stacks(server, compared) != self.expected_stacks(compared):
            wrong = set(compared)
        return Faults(lost=acked - stored.keys(), wrong=wrong, unknown_stored=len(stored.keys() - acked),
                      stored=set(stored))

    def stacks(self, server: Server, ids: list[str]) -> Counter[Stack]:
        """The merged stacks of some uploads, by the server."""
        answer = server.ask("SelectMergeStacktraces", self._range() | {
            "profileTypeID": PROFILE_TYPE, "labelSelector": '{upload=~"%s"}' % "|".join(ids), "maxNodes": 100_000})
        return self_by_stack(answer.get("flamegraph", {}))

    def expected_stacks(self, ids: list[str]) -> Counter[Stack]:
        expected: Counter[Stack] = Counter()
        for id in ids:
            expected.update(self.upload(id).stacks)
        return expected

    def _range(self) -> dict[str, int]:
        return {"start": self.start_millis, "end": self.start_millis + 3_600_000}


@dataclass(frozen=True)
class Faults:
    """:param wrong: stored with other content, more than once, or never sent"""

    lost: set[str]
    wrong: set[str]
    unknown_stored: int
    stored: set[str]

    def __str__(self) -> str:
        def some(ids: set[str]) -> str:
            return f"{len(ids)}" + (f" ({', '.join(sorted(ids)[:3])} …)" if ids else "")
        return f"{some(self.lost)} lost, {some(self.wrong)} wrong or twice"

    def __bool__(self) -> bool:
        return bool(self.lost or self.wrong)


def self_by_stack(flamegraph: dict) -> Counter[Stack]:
    """Undoes the layout: four numbers a node (gap to the left neighbour, total, self, name), level by level."""
    names = flamegraph.get("names", [])
    found: Counter[Stack] = Counter()
    above: list[tuple[int, int, Stack]] = []
    for depth, level in enumerate(flamegraph.get("levels", [])):
        values = [int(value) for value in level.get("values", [])]
        here, left, parent = [], 0, 0
        for gap, total, own, name in zip(values[0::4], values[1::4], values[2::4], values[3::4]):
            left += gap
            stack: Stack = ()
            if depth > 0:
                while above[parent][0] + above[parent][1] <= left:
                    parent += 1
                stack = (*above[parent][2], names[name])
            here.append((left, total, stack))
            left += total
            if own and stack:
                found[stack] += own
        above = here
    return found


@dataclass(frozen=True)
class Call:
    """An answered call: when it began and ended (monotonic seconds), its status, the message if it was refused."""

    began: float
    ended: float
    status: int
    message: str


class Load:
    """Clients that upload as fast as they are answered, until ``finish`` or the server is gone."""

    def __init__(self, server: Server, ledger: Ledger, name: str, clients: int = 4, padding: int = 0,
                 pause_seconds: float = 0, goes_on_when_refused: bool = False):
        self.calls: list[Call] = []
        self.faults: list[str] = []
        self._server, self._ledger, self._padding = server, ledger, padding
        self._pause, self._goes_on = pause_seconds, goes_on_when_refused
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(f"{name}-{client}",)) for client in range(clients)]
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def is_over(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, name: str) -> None:
        connection = self._server.connection()
        number = 0
        while not self._stopping.is_set():
            upload = Upload.drawn(self._ledger.seed, f"{name}-{number}", self._ledger.start_millis, self._padding)
            number += 1
            self._ledger.note_sent(upload, self._padding)
            began = time.monotonic()
            try:
                connection.request("POST", "/push.v1.PusherService/Push", upload.push_body(),
                                   {"Content-Type": "application/json"})
                answer = connection.getresponse()
                message = answer.read().decode(errors="replace")
            except (OSError, http.client.HTTPException) as gone:
                self.faults.append(f"{type(gone).__name__}: {gone}")
                connection.close()
                break  # The server is gone; what was under way stays unknown.
            self.calls.append(Call(began, time.monotonic(), answer.status, message))
            if answer.status == 200:
                self._ledger.note_acked(upload.id)
            elif self._goes_on:
                self._stopping.wait(0.05)
            if self._pause:
                self._stopping.wait(self._pause)
        connection.close()
