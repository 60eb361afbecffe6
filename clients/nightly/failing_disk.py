"""N3: syncs fail; N4: the disk is full, of bytes or of files."""

from __future__ import annotations

import time
from pathlib import Path

import mounts
from ledger import Ledger, Load
from proof import Bench, Outcome, Skipped, quantile
from server import QueryError, Refused, Server

EXIT_SECONDS_MAX = 5
REFUSAL_SECONDS_MAX = 1
RESUME_SECONDS_MAX = 10
FULL_SECONDS = 2
FILL_SECONDS_MAX = 60
PADDING = 40_000


def sync_errors(bench: Bench) -> Outcome:
    """N3. The file behind the loop device cannot grow any more, so the next sync of new data fails for good."""
    obstacle = mounts.obstacle()
    if obstacle:
        raise Skipped(obstacle)
    faults: list[str] = []
    exits: list[float] = []
    acked = late = 0
    for cycle in range(bench.cycles):
        with mounts.tmpfs(bench.folder / "outer", "size=4g") as outer:
            image = mounts.Ext4Image(outer / "image", bench.folder / "mounted", 2048)
            image.mount()
            ledger = Ledger(bench.seed, bench.folder / f"ledger-{cycle}")
            try:
                failed = _until_it_ends(bench, cycle, outer, image, ledger)
                acked += len(ledger.acked)
                late += failed.acks_after
                exits += failed.exit_seconds
                faults += failed.faults
                mounts.resize(outer, "size=4g")
                image.unmount()
                image.mount()
                server = bench.server(image.folder / "data")
                try:
                    found = ledger.faults(server, ledger.acked_now(), bench.draw)
                finally:
                    server.kill()
                if found:
                    faults.append(f"cycle {cycle}: {found}")
            except (Refused, QueryError) as failure:
                faults.append(f"cycle {cycle}: {failure}")
            finally:
                ledger.close()
                image.unmount()
    return Outcome(
        f"{bench.cycles} failing syncs; {acked} acknowledged before, {late} after the first error; "
        f"{len(exits)} exits, after at most {max(exits, default=0):.1f} s; {len(faults)} faults", faults)


class _Failed:
    def __init__(self) -> None:
        self.acks_after = 0
        self.exit_seconds: list[float] = []
        self.faults: list[str] = []


def _until_it_ends(bench: Bench, cycle: int, outer: Path, image: mounts.Ext4Image, ledger: Ledger) -> _Failed:
    failed = _Failed()
    server = bench.server(image.folder / "data")
    try:
        load = Load(server, ledger, f"c{cycle}", padding=PADDING, goes_on_when_refused=True)
        time.sleep(bench.draw.uniform(0.3, 1.5))
        room = bench.draw.randrange(4 << 20)
        mounts.resize(outer, f"size={(mounts.used_bytes(outer) + room) // 4096 * 4096}")
        code = server.exit_code(FILL_SECONDS_MAX)
        ended = time.monotonic()
        load.finish()
    finally:
        server.kill()
    # 429 is a head that waits to be sealed: the disk is slow then, not broken.
    refusals = [call for call in load.calls if call.status not in (200, 429)]
    first = min((call.ended for call in refusals), default=ended)
    failed.acks_after = sum(1 for call in load.calls if call.status == 200 and call.began > first)
    if failed.acks_after:
        failed.faults.append(f"cycle {cycle}: {failed.acks_after} calls acknowledged after the first error")
    if code is None:
        failed.faults.append(f"cycle {cycle}: runs on after {FILL_SECONDS_MAX} s; {len(refusals)} refusals, first: "
                             f"{refusals[0].message[:200] if refusals else 'none'}")
        return failed
    failed.exit_seconds.append(ended - first)
    if code == 0 or ended - first > EXIT_SECONDS_MAX:
        failed.faults.append(f"cycle {cycle}: exit code {code} {ended - first:.1f} s after the first error "
                             f"(expected: not 0, within {EXIT_SECONDS_MAX} s)")
    return failed


def full_disk(bench: Bench) -> Outcome:
    """N4. Writing is refused within a second, reading goes on, writing resumes by itself."""
    obstacle = mounts.obstacle()
    if obstacle:
        raise Skipped(obstacle)
    full = _Full(bench)
    for cycle in range(bench.cycles):
        kind = ("size", "nr_inodes")[cycle % 2]
        with mounts.tmpfs(bench.folder / "mounted", "size=4g,nr_inodes=100000") as disk:
            ledger = Ledger(bench.seed, bench.folder / f"ledger-{cycle}")
            try:
                full.cycle(f"cycle {cycle}, {kind}", kind, disk, ledger)
            except (Refused, QueryError) as failure:
                full.faults.append(f"cycle {cycle}, {kind}: {failure}")
            finally:
                ledger.close()
    return full.outcome()


class _Full:
    def __init__(self, bench: Bench):
        self.faults: list[str] = []
        self._bench = bench
        self._refused = 0
        self._acked = 0
        self._refusal_seconds: list[float] = []
        self._resume_seconds: list[float] = []
        self._queries = 0

    def cycle(self, moment: str, kind: str, disk: Path, ledger: Ledger) -> None:
        server = self._bench.server(disk / "data")
        try:
            load = Load(server, ledger, moment.split(",")[0].replace(" ", ""), padding=PADDING,
                        goes_on_when_refused=True)
            try:
                time.sleep(self._bench.draw.uniform(0.3, 1))
                if kind == "size":
                    room = self._bench.draw.randrange(8 << 20)
                    mounts.resize(disk, f"size={(mounts.used_bytes(disk) + room) // 4096 * 4096}")
                else:
                    mounts.resize(disk, f"nr_inodes={mounts.used_inodes(disk) + self._bench.draw.randrange(6)}")
                if self._await_refusal(moment, load):
                    self._read_on(server, ledger)
                    self._resume(moment, disk, load)
            finally:
                load.finish()
            self._count(moment, load)
            self._acked += len(ledger.acked)
            if server.exit_code(0.1) is not None:
                self.faults.append(f"{moment}: the server ended: {server.report()[-500:]}")
        finally:
            server.kill()
        server = self._bench.server(disk / "data")
        try:
            found = ledger.faults(server, ledger.acked_now(), self._bench.draw)
            if found:
                self.faults.append(f"{moment}: {found}")
        finally:
            server.kill()

    def _await_refusal(self, moment: str, load: Load) -> bool:
        deadline = time.monotonic() + FILL_SECONDS_MAX
        while time.monotonic() < deadline and not load.is_over():
            if any(call.status == 503 for call in load.calls):
                return True
            time.sleep(0.02)
        others = sorted({call.status for call in load.calls} - {200})
        self.faults.append(f"{moment}: no 503 within {FILL_SECONDS_MAX} s (other statuses: {others}, "
                           f"clients: {load.faults[:2]})")
        return False

    def _read_on(self, server: Server, ledger: Ledger) -> None:
        until = time.monotonic() + FULL_SECONDS
        while time.monotonic() < until:
            before = ledger.acked_now()
            missing = before - ledger.stored(server).keys()
            self._queries += 1
            if missing:
                self.faults.append(f"{len(missing)} acknowledged uploads not found while the disk is full")
                return

    def _resume(self, moment: str, disk: Path, load: Load) -> None:
        mounts.resize(disk, "size=4g,nr_inodes=100000")
        began = time.monotonic()
        while time.monotonic() < began + RESUME_SECONDS_MAX:
            if any(call.status == 200 and call.began > began for call in load.calls):
                self._resume_seconds.append(time.monotonic() - began)
                time.sleep(0.3)
                return
            time.sleep(0.01)
        last = load.calls[-1]
        self.faults.append(f"{moment}: still refused {RESUME_SECONDS_MAX} s after there was room: "
                           f"{last.status} {last.message[:300]}")

    def _count(self, moment: str, load: Load) -> None:
        refused = [call for call in load.calls if call.status != 200]
        self._refused += len(refused)
        self._refusal_seconds += [call.ended - call.began for call in refused]
        slow = [call for call in refused if call.ended - call.began > REFUSAL_SECONDS_MAX]
        if slow:
            self.faults.append(f"{moment}: {len(slow)} refusals took longer than {REFUSAL_SECONDS_MAX} s, "
                               f"the longest {max(call.ended - call.began for call in slow):.1f} s")
        other = [call for call in refused if call.status not in (429, 503)]
        if other:
            self.faults.append(f"{moment}: status {other[0].status} {other[0].message[:300]} (expected: 503)")

    def outcome(self) -> Outcome:
        return Outcome(
            f"{self._bench.cycles} full disks; {self._acked} acknowledged; {self._refused} refused, p99 "
            f"{1000 * quantile(self._refusal_seconds, 0.99):.0f} ms; {self._queries} queries answered while full; resumed "
            f"after p50 {quantile(self._resume_seconds, 0.5):.2f} s, max {max(self._resume_seconds, default=0):.2f} s; "
            f"{len(self.faults)} faults", self.faults)
