"""N1: the power fails; N2: the process is killed. What was acknowledged is there afterwards, once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

import mounts
from ledger import Ledger, Load
from proof import Bench, Outcome, Skipped, quantile
from server import QueryError, Refused, Server

CYCLES_A_FOLDER = 20
"""Then a new folder, so that answers stay small."""

LOAD_SECONDS_MAX = 1.5
EXIT_SECONDS_MAX = 5
IMAGE_MEGABYTES = 1024


class Crashable(Protocol):
    """A data folder, and what happens to it."""

    data: Path

    def crash(self, server: Server, ledger: Ledger) -> set[str] | None:
        """Ends the server. Gives what must be there afterwards; None = all that was ever acknowledged."""

    def interrupt(self, starting: Server) -> None:
        """Ends a server that is not ready yet."""


def power_cuts(bench: Bench) -> Outcome:
    """N1. A loop-mounted ext4 goes down without writing its journal."""
    obstacle = mounts.obstacle()
    if obstacle:
        raise Skipped(obstacle)
    campaign = Campaign(bench)

    @contextmanager
    def folder(number: int):
        image = mounts.Ext4Image(bench.folder / "image", bench.folder / "mounted", IMAGE_MEGABYTES)
        image.mount()
        try:
            yield PowerCut(bench, image, campaign.faults)
        finally:
            image.unmount()

    campaign.run(folder)
    return campaign.outcome("power cuts")


def kills(bench: Bench) -> Outcome:
    """N2. ``kill -9`` at any moment of load or start."""
    campaign = Campaign(bench)
    campaign.run(lambda number: nullcontext(Kill(bench.folder / f"data-{number}")))
    return campaign.outcome("kills")


class Kill:
    def __init__(self, data: Path):
        self.data = data

    def crash(self, server: Server, ledger: Ledger) -> set[str] | None:
        server.kill()
        return None

    def interrupt(self, starting: Server) -> None:
        starting.kill()


class PowerCut:
    """Every other cut pauses the server first: then what it acknowledged is exactly what it acknowledged before.

    The others cut a running server. A sync that is under way may still succeed while the file system goes down, so what
    was acknowledged is read before; and a server that gets errors from its disk must end by itself.
    """

    def __init__(self, bench: Bench, image: mounts.Ext4Image, faults: list[str]):
        self.data = image.folder / "data"
        self._bench, self._image, self._faults = bench, image, faults

    def crash(self, server: Server, ledger: Ledger) -> set[str] | None:
        if self._bench.draw.random() < 0.5:
            server.pause()
            self._image.cut()
            server.kill()
            acked = None
        else:
            acked = ledger.acked_now()
            self._image.cut()
            code = server.exit_code(EXIT_SECONDS_MAX)
            if code is None or code == 0:
                self._faults.append(f"after the cut the server {'exited with 0' if code == 0 else 'went on'} "
                                    f"(expected: another exit code within {EXIT_SECONDS_MAX} s)")
            server.kill()
        self._mount_again()
        return acked

    def interrupt(self, starting: Server) -> None:
        self._image.cut()
        starting.kill()
        self._mount_again()

    def _mount_again(self) -> None:
        self._image.unmount()
        self._image.mount()


class Campaign:
    """Crash after crash on one folder, each followed by a start and a comparison with the ledger."""

    def __init__(self, bench: Bench):
        self.faults: list[str] = []
        self._bench = bench
        self._cycles = 0
        self._acked = 0
        self._unanswered = 0
        self._interrupted = 0
        self._ready_seconds: list[float] = []

    def run(self, folder: Callable[[int], AbstractContextManager[Crashable]]) -> None:
        for first in range(0, self._bench.cycles, CYCLES_A_FOLDER):
            with folder(first) as crashable:
                ledger = Ledger(self._bench.seed, self._bench.folder / f"ledger-{first}")
                before = len(self.faults)
                self._use(crashable, ledger, range(first, min(first + CYCLES_A_FOLDER, self._bench.cycles)))
                ledger.close()
                if len(self.faults) > before:
                    self._bench.keep(crashable.data, f"data-of-{first}")
                shutil.rmtree(crashable.data, ignore_errors=True)

    def _use(self, crashable: Crashable, ledger: Ledger, cycles: range) -> None:
        server = None
        try:
            server = self._bench.server(crashable.data)
            for cycle in cycles:
                self._cycles += 1
                must_have = self._load_and_crash(cycle, crashable, server, ledger)
                if self._bench.draw.random() < 0.2:
                    self._interrupted += 1
                    starting = self._bench.starting_server(crashable.data)
                    time.sleep(self._bench.draw.uniform(0.3, 1.2))
                    crashable.interrupt(starting)
                server = self._bench.server(crashable.data)
                self._ready_seconds.append(server.ready_seconds)
                found = ledger.faults(server, must_have, self._bench.draw)
                if found:
                    self.faults.append(f"cycle {cycle}: {found}")
                    break
                self._unanswered += found.unknown_stored
                # What is there now stays, whether its sender heard of it or not.
                ledger.believe(found.stored)
        except (Refused, QueryError) as failed:
            self.faults.append(f"cycle {self._cycles - 1}: {failed}")
        finally:
            if server:
                server.kill()

    def _load_and_crash(self, cycle: int, crashable: Crashable, server: Server, ledger: Ledger) -> set[str]:
        before = len(ledger.acked)
        load = Load(server, ledger, f"c{cycle}", clients=self._bench.draw.randint(1, 6))
        time.sleep(self._bench.draw.uniform(0.05, LOAD_SECONDS_MAX))
        must_have = crashable.crash(server, ledger)
        load.finish()
        self._acked += len(ledger.acked) - before
        return ledger.acked_now() if must_have is None else must_have

    def outcome(self, what: str) -> Outcome:
        return Outcome(
            f"{self._cycles} {what} and {self._interrupted} during a start; {self._acked} acknowledged, "
            f"{self._unanswered} stored without an answer, {len(self.faults)} faults; ready after p50 "
            f"{quantile(self._ready_seconds, 0.5):.1f} s, max {max(self._ready_seconds, default=0):.1f} s",
            self.faults)
