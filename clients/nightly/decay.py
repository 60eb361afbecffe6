"""N8: stored bytes change by themselves. Answers stay right or say that they cannot be given."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from ledger import Ledger, Load, self_by_stack
from proof import Bench, Outcome
from server import QueryError, Refused, Server
from upload import PROFILE_TYPE, SERVICES, Stack

REFERENCE_SECONDS = 4
PAGE = 4096
SECTOR = 512
LOCK = "lock"


def damaged_folders(bench: Bench) -> Outcome:
    """N8. One damage at a time on a copy of a folder with segments and logs."""
    ledger = Ledger(bench.seed, bench.folder / "ledger")
    reference = bench.folder / "reference"
    files = _make_reference(bench, ledger, reference)
    verdicts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    faults: list[str] = []
    for cycle in range(bench.cycles):
        kind = bench.draw.choice(list(DAMAGES))
        name = bench.draw.choice(files)
        data = bench.folder / "damaged"
        shutil.copytree(reference, data)
        what = DAMAGES[kind](data / name, bench.draw)
        verdict, detail = _verdict(bench, ledger, data, name)
        verdicts[verdict] += 1
        kinds[kind] += 1
        if verdict in BROKEN:
            faults.append(f"cycle {cycle}: {verdict} after {what} in {name}: {detail}")
            bench.keep(data, f"damaged-{cycle}")
        shutil.rmtree(data)
    ledger.close()
    return Outcome(
        f"{bench.cycles} damages ({_listed(kinds)}) to {len(files)} files of {len(ledger.acked)} uploads: "
        f"{_listed(verdicts)}; wrong {verdicts[WRONG]}", faults)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


# A log that ends early cannot be told from one that was cut by a crash: the newest uploads of a service may be missing
# then, without a word. Everything else that is missing has to be reported.
EXACT, TAIL, FLAGGED = "exact", "log ends early", "reported"
WRONG, SILENT, REFUSED, DIED = "wrong numbers", "silent loss", "refused to start", "ended"
BROKEN = {WRONG, SILENT, REFUSED, DIED}


def _make_reference(bench: Bench, ledger: Ledger, reference: Path) -> list[str]:
    """Segments first, then profiles that are in the logs alone; gives the names of its files."""
    server = bench.server(reference)
    load = Load(server, ledger, "r0", clients=1)
    time.sleep(REFERENCE_SECONDS)
    load.finish()
    time.sleep(REFERENCE_SECONDS)  # Sealing and compaction come to an end.
    server.kill()
    server = Server(bench.launcher, reference, bench.folder / "server.log", {}).await_ready()
    load = Load(server, ledger, "r1", clients=1)
    time.sleep(1)
    load.finish()
    server.kill()
    return sorted(path.name for path in reference.iterdir() if path.stat().st_size > 0 and path.name != LOCK)


def _verdict(bench: Bench, ledger: Ledger, data: Path, name: str) -> tuple[str, str]:
    try:
        server = bench.server(data)
    except Refused as refused:
        return REFUSED, str(refused)
    try:
        return _compared(server, ledger, name)
    except OSError as gone:
        return DIED, f"{gone}; exit code {server.exit_code(5)}: {server.report()[-1000:]}"
    finally:
        server.kill()


def _compared(server: Server, ledger: Ledger, name: str) -> tuple[str, str]:
    all_sent = ledger.acked_now()
    try:
        stored = ledger.stored(server)
    except QueryError:
        stored = None
    else:
        for id, total in stored.items():
            if id not in all_sent or ledger.upload(id).total != total:
                return WRONG, f"upload {id}: {total}"
    missing = all_sent - stored.keys() if stored is not None else set()
    errors = 0
    for service in (f"service-{number}" for number in range(SERVICES)):
        try:
            stacks = _stacks_of(server, ledger, service)
        except QueryError:
            errors += 1
            continue
        of_service = [id for id in all_sent if ledger.upload(id).service == service]
        complete = ledger.expected_stacks(of_service)
        if stored is not None and stacks != ledger.expected_stacks([id for id in of_service if id in stored]):
            return WRONG, f"stacks of {service}"
        if stored is None and stacks != complete and name not in server.report():
            return WRONG, f"stacks of {service}, while others are refused"
    if missing and name not in server.report():
        if name.startswith("wal-") and _is_newest(ledger, missing):
            return TAIL, ""
        return SILENT, f"{len(missing)} uploads: {sorted(missing)[:5]}"
    return (FLAGGED, "") if missing or errors or stored is None else (EXACT, "")


def _stacks_of(server: Server, ledger: Ledger, service: str) -> Counter[Stack]:
    answer = server.ask("SelectMergeStacktraces", {
        "profileTypeID": PROFILE_TYPE, "labelSelector": '{service_name="%s"}' % service, "maxNodes": 1_000_000,
        "start": ledger.start_millis, "end": ledger.start_millis + 3_600_000})
    return self_by_stack(answer.get("flamegraph", {}))


def _is_newest(ledger: Ledger, missing: set[str]) -> bool:
    """Whether nothing of the same service was sent after what is missing, but what is missing too."""
    kept_later: set[str] = set()
    for id in reversed(list(ledger.acked)):
        service = ledger.upload(id).service
        if id not in missing:
            kept_later.add(service)
        elif service in kept_later:
            return False
    return True


def _flip_bit(file: Path, draw: random.Random) -> str:
    content = bytearray(file.read_bytes())
    bit = draw.randrange(8 * len(content))
    content[bit // 8] ^= 1 << bit % 8
    file.write_bytes(content)
    return f"a flip of bit {bit % 8} of byte {bit // 8}"


def _zero_sector(file: Path, draw: random.Random) -> str:
    content = bytearray(file.read_bytes())
    at = draw.randrange(len(content)) // SECTOR * SECTOR
    content[at:at + SECTOR] = bytes(len(content[at:at + SECTOR]))
    file.write_bytes(content)
    return f"zeros from byte {at} on"


def _truncate(file: Path, draw: random.Random) -> str:
    size = draw.randrange(file.stat().st_size)
    with file.open("r+b") as opened:
        opened.truncate(size)
    return f"a cut to {size} bytes"


def _swap_pages(file: Path, draw: random.Random) -> str:
    content = bytearray(file.read_bytes())
    whole = len(content) // PAGE
    if whole < 2:
        return _flip_bit(file, draw)
    one, other = (at * PAGE for at in draw.sample(range(whole), 2))
    content[one:one + PAGE], content[other:other + PAGE] = content[other:other + PAGE], content[one:one + PAGE]
    file.write_bytes(content)
    return f"a swap of the pages at {one} and {other}"


DAMAGES: dict[str, Callable[[Path, random.Random], str]] = {
    "bit flips": _flip_bit,
    "zeroed sectors": _zero_sector,
    "truncated files": _truncate,
    "swapped pages": _swap_pages,
}
