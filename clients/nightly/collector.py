"""N14: an OpenTelemetry Collector passes profiles on, by every way it has, over kills and refusals."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import programs
from ledger import Ledger
from proof import Bench, Outcome
from server import Server
from upload import Upload

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

DELIVERY_SECONDS_MAX = 120
START_SECONDS_MAX = 30
DAY_MILLIS = 86_400_000


def profiles(bench: Bench) -> Outcome:
    """N14. ``bench.cycles`` uploads by each way in calm, again as many while the server is killed and says 429."""
    program = programs.built("collector", ["go", "build", "-o", "collector", "."], "collector")
    relay = Relay(bench, program)
    figures = [relay.calm(), relay.refusals(), relay.storm()]
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
        _await(lambda: self.said("Everything is ready"), START_SECONDS_MAX)
        self._receivers = {entry["otelcol.component.id"].removeprefix("otlp/"): entry["endpoint"]
                           for entry in self.said("Starting HTTP server")}

    def take(self, way: str, message: dict[str, Any]) -> None:
        """:raises OSError: if it does not"""
        connection = http.client.HTTPConnection(self._receivers[way], timeout=30)
        try:
            connection.request("POST", "/v1development/profiles", json.dumps(message), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise OSError(f"the Collector answered {answer.status}: {body[:200]!r}")
        finally:
            connection.close()

    def said(self, start: str) -> list[dict[str, Any]]:
        """Entries of its log with such a message, those of exporters with their way."""
        entries = [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]
        return [entry for entry in entries if entry["msg"].startswith(start)]

    def complaints(self) -> list[str]:
        """What it warns of, and what it had to send again."""
        return [json.dumps(entry) for entry in self.said("")
                if entry["level"] not in ("debug", "info") or entry["msg"].startswith(SENDS_AGAIN)]

    def stop(self) -> int:
        """Gives its exit code."""
        self._process.terminate()
        return self._process.wait(30)


SENDS_AGAIN = "Exporting failed. Will retry"
DROPS = "Exporting failed. Dropping data"
SOME_REFUSED = "Partial success response"


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


class Relay:
    def __init__(self, bench: Bench, program: Path):
        self.faults: list[str] = []
        self._bench = bench
        self._program = program

    def calm(self) -> str:
        ledger = self._ledger("calm")
        server = self._bench.server(self._bench.folder / "data-calm")
        collector = self._collector("calm", server)
        try:
            self._feed(collector, ledger, "calm")
            self._compare(collector, server, ledger, "calm")
            self.faults += [f"calm: {complaint}" for complaint in collector.complaints()]
            return f"{len(ledger.acked)} uploads by {', '.join(WAYS)}"
        finally:
            self._end(collector, server, ledger)

    def refusals(self) -> str:
        """What is wrong is said to the Collector in words it understands, and not sent again."""
        ledger = self._ledger("refusals")
        server = self._bench.server(self._bench.folder / "data-refusals")
        collector = self._collector("refusals", server)
        try:
            tomorrow = str((ledger.start_millis + DAY_MILLIS) * 1_000_000)
            for way in WAYS:
                wrong = self._drawn(ledger, f"{way}-wrong").otlp()
                _only_profile(wrong)["timeUnixNano"] = tomorrow
                collector.take(way, wrong)
            # Then what follows comes in a batch of its own.
            _await(lambda: len(collector.said(DROPS)) >= len(WAYS), DELIVERY_SECONDS_MAX)
            for way in WAYS:
                mixed = self._drawn(ledger, f"{way}-mixed").otlp()
                of_tomorrow = _only_profile(mixed) | {"timeUnixNano": tomorrow}
                mixed["resourceProfiles"][0]["scopeProfiles"][0]["profiles"].append(of_tomorrow)
                collector.take(way, mixed)
                ledger.note_acked(f"{way}-mixed")
            self._compare(collector, server, ledger, "refusals")
            self._hear(collector)
            return f"{2 * len(WAYS)} refusals"
        finally:
            self._end(collector, server, ledger)

    def _hear(self, collector: Collector) -> None:
        _await(lambda: len(collector.said(SOME_REFUSED)) >= len(WAYS), DELIVERY_SECONDS_MAX)
        for start in (DROPS, SOME_REFUSED):
            heard = collector.said(start)
            ways = sorted(entry["otelcol.component.id"].partition("/")[2] for entry in heard)
            if ways != sorted(WAYS):
                self.faults.append(f"refusals: '{start}' of {ways} (expected: of {sorted(WAYS)})")
            for entry in heard:
                self._check_words(entry)
        self.faults += [f"refusals: {json.dumps(entry)}" for entry in collector.said(SENDS_AGAIN)]

    def _check_words(self, entry: dict[str, Any]) -> None:
        # Of an error that is written in JSON the Collector reads no more than the status.
        unread = entry["otelcol.component.id"].endswith("/json") and entry["msg"].startswith(DROPS)
        words = "Status Code 400" if unread else "setting profile-future-max"
        text = json.dumps(entry)
        if words not in text or entry["msg"].startswith(SOME_REFUSED) and not re.search('"dropped_[a-z]+": 1[,}]', text):
            self.faults.append(f"refusals: {text} (expected: '{words}' and, if it is one of several, their number)")

    def storm(self) -> str:
        """The server is killed again and again, and may be sent little at a time."""
        ledger = self._ledger("storm")
        server = self._server_in_storm("127.0.0.1:0")
        address = server.address
        collector = self._collector("storm", server)
        kills = max(1, self._bench.cycles // 10)
        try:
            self._feed(collector, ledger, "storm")
            for _ in range(kills):
                time.sleep(self._bench.draw.uniform(0.05, 1.5))
                server.kill()
                server = self._server_in_storm(address)
            self._compare(collector, server, ledger, "storm")
            again = [json.dumps(entry) for entry in collector.said(SENDS_AGAIN)]
            limited = sum(bool(TOO_FAST.search(entry)) for entry in again)
            if not limited:
                self.faults.append("storm: nothing was sent too fast (expected: some)")
            self.faults += [f"storm: {json.dumps(entry)}" for entry in collector.said(DROPS)]
            return (f"{len(ledger.acked)} uploads over {kills} kills, {limited} times sent too fast, "
                    f"{len(again) - limited} times to nobody or unanswered")
        finally:
            self._end(collector, server, ledger)

    def _server_in_storm(self, listen: str) -> Server:
        folder = self._bench.folder
        return Server(self._bench.launcher, folder / "data-storm", folder / "server.log",
                      self._bench.settings | SCARCE, listen).await_ready()

    def _ledger(self, name: str) -> Ledger:
        return Ledger(self._bench.seed, self._bench.folder / f"ledger-{name}")

    def _collector(self, name: str, server: Server) -> Collector:
        return Collector(self._program, self._bench.folder, f"collector-{name}", server.address)

    def _drawn(self, ledger: Ledger, id: str) -> Upload:
        upload = Upload.drawn(self._bench.seed, id, ledger.start_millis)
        ledger.note_sent(upload, 0)
        return upload

    def _feed(self, collector: Collector, ledger: Ledger, name: str) -> None:
        for number in range(self._bench.cycles):
            for way in WAYS:
                upload = self._drawn(ledger, f"{name}-{way}-{number}")
                collector.take(way, upload.otlp())
                ledger.note_acked(upload.id)

    def _compare(self, collector: Collector, server: Server, ledger: Ledger, name: str) -> None:
        _await(lambda: ledger.acked_now() <= ledger.stored(server).keys(), DELIVERY_SECONDS_MAX)
        if found := ledger.faults(server, ledger.acked_now(), self._bench.draw):
            self.faults.append(f"{name}: {found}")

    def _end(self, collector: Collector, server: Server, ledger: Ledger) -> None:
        if code := collector.stop():
            self.faults.append(f"the Collector ended with {code} (expected: 0)")
        server.kill()
        ledger.close()


def _only_profile(message: dict[str, Any]) -> dict[str, Any]:
    return message["resourceProfiles"][0]["scopeProfiles"][0]["profiles"][0]


def _await(condition: Callable[[], Any], seconds: float) -> None:
    """Waits for it to hold, or for the time to be over."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
