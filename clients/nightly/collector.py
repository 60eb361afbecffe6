"""N14: an OpenTelemetry Collector passes profiles on, by every way it has, over kills and refusals."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import every_kind
import programs
from ledger import Ledger, self_by_stack
from proof import Bench, Outcome
from server import Server
from upload import PROFILE_TYPE, Stack, Upload

RETRIES = {"initial_interval": "100ms", "max_interval": "1s", "max_elapsed_time": "0s"}
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "grpc": ("otlp_grpc", {}),
    "http": ("otlp_http", {}),
    "json": ("otlp_http", {"encoding": "json"}),
    "batches": ("otlp_grpc", {"sending_queue": {"batch": {"min_size": 300, "flush_timeout": "200ms"}}}),
}
"""Exporter and what is special about it."""

SCARCE = {"upload-rate": "20000", "upload-burst": "20000"}
"""Bytes a second; some thousand are sent with each upload, as many at once as exporters like."""

TOO_FAST = re.compile("setting upload-rate|HTTP Status Code 429")
"""In what the Collector says of an answer; of one in JSON it reads no more than the status."""

SENDS_AGAIN = "Exporting failed. Will retry"
DROPS = "Exporting failed. Dropping data"
SOME_REFUSED = "Partial success response"
"""How entries of its log begin."""

DELIVERY_SECONDS_MAX = 120
START_SECONDS_MAX = 30
WORD_SECONDS_MAX = 20
DAY_MILLIS = 86_400_000


def profiles(bench: Bench) -> Outcome:
    """N14. ``bench.cycles`` uploads by each way in calm, again as many while the server is killed and says 429."""
    program = programs.built("collector", ["go", "build", "-o", "collector", "."], "collector")
    relay = Relay(bench, program)
    figures = [relay.calm(), relay.every_kind(), relay.refusals(), relay.storm()]
    return Outcome("; ".join(figures), relay.faults)


class Collector:
    """A Collector process with a receiver for each way, from the constructor on."""

    def __init__(self, program: Path, folder: Path, name: str, server: str):
        """:param server: address and port"""
        config = folder / f"{name}.yaml"
        config.write_text(json.dumps(_configuration(server)))
        self._log = folder / f"{name}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(program), "--config", str(config), "--feature-gates=service.profilesSupport"], stderr=log)
        _await(lambda: self.said("Everything is ready") or self._process.poll() is not None, START_SECONDS_MAX)
        if not self.said("Everything is ready"):
            self._process.kill()
            raise OSError(f"the Collector does not start: {self._log.read_text()[-2000:]}")
        self._receivers = {entry["otelcol.component.id"].removeprefix("otlp/"): entry["endpoint"]
                           for entry in self.said("Starting HTTP server")}

    def take(self, way: str, message: dict[str, Any]) -> None:
        """:raises OSError: if it does not"""
        _post(self._receivers[way], message)

    def said(self, start: str) -> list[dict[str, Any]]:
        """Entries of its log with such a message, those of exporters with their way."""
        entries = [json.loads(line) for line in self._log.read_text().rpartition("\n")[0].splitlines()]
        return [entry | {"stacktrace": ""} for entry in entries if entry["msg"].startswith(start)]

    def complaints(self) -> list[str]:
        """What it warns of, and what it had to send again."""
        return [json.dumps(entry) for entry in self.said("")
                if entry["level"] not in ("debug", "info") or entry["msg"].startswith(SENDS_AGAIN)]

    def stop(self) -> int:
        """Gives its exit code."""
        self._process.terminate()
        return self._process.wait(30)


def _configuration(server: str) -> dict[str, Any]:
    exporters = {
        f"{exporter}/{way}": {
            "endpoint": server if exporter == "otlp_grpc" else f"http://{server}",
            "tls": {"insecure": True}, "retry_on_failure": RETRIES, **special}
        for way, (exporter, special) in WAYS.items()}
    return {
        "receivers": {f"otlp/{way}": {"protocols": {"http": {"endpoint": "127.0.0.1:0"}}} for way in WAYS},
        "exporters": exporters,
        "service": {
            "pipelines": {f"profiles/{way}": {"receivers": [f"otlp/{way}"], "exporters": [f"{exporter}/{way}"]}
                          for way, (exporter, _) in WAYS.items()},
            "telemetry": {"logs": {"encoding": "json", "sampling": {"enabled": False}}, "metrics": {"level": "none"}},
        },
    }


@dataclass
class Stage:
    """A server, a Collector that sends to it, and what was sent."""

    name: str
    ledger: Ledger
    server: Server
    collector: Collector = field(init=False)


class Relay:
    def __init__(self, bench: Bench, program: Path):
        self.faults: list[str] = []
        self._bench = bench
        self._program = program

    def calm(self) -> str:
        with self._stage("calm") as stage:
            self._feed(stage)
            self._compare(stage)
            self._faulty(stage, stage.collector.complaints())
            return f"{len(stage.ledger.acked)} uploads by {', '.join(WAYS)}"

    def every_kind(self) -> str:
        """What the Collector has made of a message means what the message means."""
        with self._stage("every kind") as stage:
            now = time.time_ns()
            _post(stage.server.address, every_kind.message("direct", now))
            meant = _meaning(stage.server, "direct", now)
            if meant.totals() != (every_kind.TOTAL, every_kind.TOTAL, every_kind.TOTAL_OF_SPAN):
                self._faulty(stage, [f"sent directly: {meant}"])
            for way in WAYS:
                stage.collector.take(way, every_kind.message(way, now))
                _await(lambda: _meaning(stage.server, way, now) == meant, WORD_SECONDS_MAX)
                if (found := _meaning(stage.server, way, now)) != meant:
                    self._faulty(stage, [f"by {way}: {found} (expected: {meant})"])
            self._faulty(stage, stage.collector.complaints())
            return f"every kind of value in {len(meant.sums)} series, {len(meant.stacks)} stacks"

    def refusals(self) -> str:
        """What is wrong is said to the Collector in words it understands, and not sent again."""
        with self._stage("refusals") as stage:
            tomorrow = str((stage.ledger.start_millis + DAY_MILLIS) * 1_000_000)
            for way in WAYS:
                wrong = self._drawn(stage, f"{way}-wrong").otlp()
                _only_profile(wrong)["timeUnixNano"] = tomorrow
                stage.collector.take(way, wrong)
            self._hear(stage, DROPS)  # Then what follows comes in a batch of its own.
            for way in WAYS:
                mixed = self._drawn(stage, f"{way}-mixed").otlp()
                of_tomorrow = _only_profile(mixed) | {"timeUnixNano": tomorrow}
                mixed["resourceProfiles"][0]["scopeProfiles"][0]["profiles"].append(of_tomorrow)
                stage.collector.take(way, mixed)
                stage.ledger.note_acked(f"{way}-mixed")
            self._compare(stage)
            self._hear(stage, SOME_REFUSED)
            self._faulty(stage, map(json.dumps, stage.collector.said(SENDS_AGAIN)))
            return f"{2 * len(WAYS)} refusals"

    def _hear(self, stage: Stage, start: str) -> None:
        """Waits until the exporter of each way has said it, in our words."""
        _await(lambda: len(stage.collector.said(start)) >= len(WAYS), WORD_SECONDS_MAX)
        heard = stage.collector.said(start)
        ways = sorted(entry["otelcol.component.id"].partition("/")[2] for entry in heard)
        if ways != sorted(WAYS):
            self._faulty(stage, [f"'{start}' of {ways} (expected: of {sorted(WAYS)})"])
        self._faulty(stage, (f"{json.dumps(entry)} (expected: our words)" for entry in heard if not _in_our_words(entry)))

    def storm(self) -> str:
        """The server is killed again and again, and may be sent little at a time."""
        with self._stage("storm", SCARCE) as stage:
            self._feed(stage)
            kills = max(1, self._bench.cycles // 10)
            for _ in range(kills):
                time.sleep(self._bench.draw.uniform(0.05, 1.5))
                stage.server.kill()
                stage.server = self._server(stage.name, SCARCE, stage.server.address)
            self._compare(stage)
            again = [json.dumps(entry) for entry in stage.collector.said(SENDS_AGAIN)]
            limited = sum(bool(TOO_FAST.search(entry)) for entry in again)
            if not limited:
                self._faulty(stage, ["nothing was sent too fast (expected: some)"])
            self._faulty(stage, map(json.dumps, stage.collector.said(DROPS)))
            return (f"{len(stage.ledger.acked)} uploads over {kills} kills, {limited} times sent too fast, "
                    f"{len(again) - limited} times to nobody or unanswered")

    @contextmanager
    def _stage(self, name: str, settings: dict[str, str] | None = None) -> Iterator[Stage]:
        with closing(Ledger(self._bench.seed, self._bench.folder / f"ledger-{name}")) as ledger:
            stage = Stage(name, ledger, self._server(name, settings or {}, "127.0.0.1:0"))
            try:
                stage.collector = Collector(self._program, self._bench.folder, f"collector-{name}", stage.server.address)
                try:
                    yield stage
                finally:
                    if code := stage.collector.stop():
                        self._faulty(stage, [f"the Collector ended with {code} (expected: 0)"])
            finally:
                stage.server.kill()

    def _server(self, name: str, settings: dict[str, str], listen: str) -> Server:
        folder = self._bench.folder
        return Server(self._bench.launcher, folder / f"data-{name}", folder / f"server-{name}.log",
                      self._bench.settings | settings, listen).await_ready()

    def _faulty(self, stage: Stage, faults: Iterable[str]) -> None:
        self.faults += [f"{stage.name}: {fault}" for fault in faults]

    def _drawn(self, stage: Stage, id: str) -> Upload:
        upload = Upload.drawn(self._bench.seed, id, stage.ledger.start_millis)
        stage.ledger.note_sent(upload, 0)
        return upload

    def _feed(self, stage: Stage) -> None:
        for number in range(self._bench.cycles):
            for way in WAYS:
                upload = self._drawn(stage, f"{stage.name}-{way}-{number}")
                stage.collector.take(way, upload.otlp())
                stage.ledger.note_acked(upload.id)

    def _compare(self, stage: Stage) -> None:
        acked = stage.ledger.acked_now()
        _await(lambda: acked <= stage.ledger.stored(stage.server).keys(), DELIVERY_SECONDS_MAX)
        if found := stage.ledger.faults(stage.server, acked, self._bench.draw):
            self._faulty(stage, [str(found)])


def _in_our_words(entry: dict[str, Any]) -> bool:
    text = json.dumps(entry)
    if entry["msg"].startswith(SOME_REFUSED):
        return "setting profile-future-max" in text and bool(re.search(r'"dropped_[a-z]+": 1\b', text))
    # Of an error that is written in JSON the Collector reads no more than the status.
    in_json = entry["otelcol.component.id"].endswith("/json")
    return ("HTTP Status Code 400" if in_json else "setting profile-future-max") in text


def _post(address: str, message: dict[str, Any]) -> None:
    """:raises OSError: if it is not answered with 200"""
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        connection.request("POST", "/v1development/profiles", json.dumps(message), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise OSError(f"{address} answered {answer.status}: {body[:500]!r}")
    finally:
        connection.close()


@dataclass(frozen=True)
class Meaning:
    """What a server makes of a message.

    :param sums: by all of its labels
    :param of_span: the stacks that belong to its span
    """

    sums: dict[str, int]
    stacks: dict[Stack, int]
    of_span: dict[Stack, int]

    def totals(self) -> tuple[int, int, int]:
        return sum(self.sums.values()), sum(self.stacks.values()), sum(self.of_span.values())


def _meaning(server: Server, way: str, time_nanos: int) -> Meaning:
    millis = time_nanos // 1_000_000
    question = {"profileTypeID": PROFILE_TYPE, "labelSelector": '{way="%s"}' % way, "start": millis - 60_000, "end": millis + 60_000}
    series = server.ask("SelectSeries", question | {"groupBy": every_kind.LABELS, "step": 15}).get("series", [])
    merged = server.ask("SelectMergeStacktraces", question | {"maxNodes": 10_000})
    of_span = server.ask("SelectMergeSpanProfile", question | {"maxNodes": 10_000, "spanSelector": [every_kind.SPAN]})
    return Meaning(
        {json.dumps(one["labels"]): sum(int(point["value"]) for point in one["points"]) for one in series},
        self_by_stack(merged.get("flamegraph", {})), self_by_stack(of_span.get("flamegraph", {})))


def _only_profile(message: dict[str, Any]) -> dict[str, Any]:
    return message["resourceProfiles"][0]["scopeProfiles"][0]["profiles"][0]


def _await(condition: Callable[[], Any], seconds: float) -> None:
    """Waits for it to hold, or for the time to be over."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
