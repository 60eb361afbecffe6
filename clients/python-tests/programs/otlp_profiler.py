"""A small profiler that speaks OpenTelemetry: samples its own threads and exports them with OpenTelemetry's own messages.

    python otlp_profiler.py SERVER SERVICE (http|json|grpc)

Prints what it sent, as JSON: ``{"time": nanoseconds, "samples": [[["outermost", …], "thread", nanoseconds], …]}``.
"""

from __future__ import annotations

import gzip
import json
import sys
import threading
import time
import urllib.request
from collections import Counter

import grpc
from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.profiles.v1development import profiles_service_pb2 as service
from opentelemetry.proto.collector.profiles.v1development.profiles_service_pb2_grpc import ProfilesServiceStub
from opentelemetry.proto.profiles.v1development import profiles_pb2 as profiles

PERIOD_NANOS = 10_000_000
SECONDS = 1.0


class Tables:
    """The dictionary of a message; rows 0 are empty, as they should be."""

    def __init__(self) -> None:
        self.message = profiles.ProfilesDictionary(string_table=[""])
        for table in ("mapping", "location", "function", "link", "attribute", "stack"):
            getattr(self.message, f"{table}_table").add()
        self._known: dict[tuple, int] = {("string", ""): 0}

    def string(self, text: str) -> int:
        return self._row("string", text, lambda: self.message.string_table.append(text))

    def attribute(self, key: str, text: str) -> int:
        def add() -> None:
            row = self.message.attribute_table.add(key_strindex=self.string(key))
            row.value.string_value = text
        return self._row("attribute", (key, text), add)

    def stack(self, names: tuple[str, ...]) -> int:
        locations = [self._location(name) for name in reversed(names)]
        return self._row("stack", names, lambda: self.message.stack_table.add(location_indices=locations))

    def _location(self, name: str) -> int:
        def add_function() -> None:
            self.message.function_table.add(name_strindex=self.string(name))
        function = self._row("function", name, add_function)
        return self._row(
            "location", name,
            lambda: self.message.location_table.add(lines=[profiles.Line(function_index=function)]))

    def _row(self, table: str, key: object, add) -> int:
        if (table, key) not in self._known:
            add()
            self._known[table, key] = len(getattr(self.message, f"{table}_table")) - 1
        return self._known[table, key]


def busy(stop: threading.Event) -> None:
    while not stop.is_set():
        sum(i * i for i in range(1_000))


def sampled() -> Counter:
    """How often each stack of each worker was seen."""
    stop = threading.Event()
    workers = [threading.Thread(target=busy, args=(stop,), name=f"worker-{i}") for i in range(2)]
    for worker in workers:
        worker.start()
    seen: Counter = Counter()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        frames = sys._current_frames()
        for worker in workers:
            stack = []
            frame = frames.get(worker.ident)
            while frame is not None:
                stack.append(frame.f_code.co_name)
                frame = frame.f_back
            seen[tuple(reversed(stack)), worker.name] += 1
        time.sleep(PERIOD_NANOS / 1e9)
    stop.set()
    return seen


def request(service_name: str, started: int, seen: Counter) -> service.ExportProfilesServiceRequest:
    tables = Tables()
    message = service.ExportProfilesServiceRequest()
    resource = message.resource_profiles.add()
    resource.resource.attributes.add(key="service.name").value.string_value = service_name
    resource.resource.attributes.add(key="process.pid").value.int_value = 4711
    profile = resource.scope_profiles.add().profiles.add(
        sample_type=profiles.ValueType(type_strindex=tables.string("samples"), unit_strindex=tables.string("count")),
        period_type=profiles.ValueType(type_strindex=tables.string("cpu"), unit_strindex=tables.string("nanoseconds")),
        period=PERIOD_NANOS, time_unix_nano=started, duration_nano=int(SECONDS * 1e9))
    for (stack, thread), times in seen.items():
        profile.samples.add(
            stack_index=tables.stack(stack),
            attribute_indices=[tables.attribute("thread.name", thread)],
            timestamps_unix_nano=[started + i for i in range(times)])
    message.dictionary.CopyFrom(tables.message)
    return message


def post(server: str, content_type: str, body: bytes) -> None:
    post_request = urllib.request.Request(
        f"{server}/v1development/profiles", gzip.compress(body),
        {"Content-Type": content_type, "Content-Encoding": "gzip"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(post_request, timeout=10) as answer:
        assert answer.status == 200, answer.status


def main(server: str, service_name: str, transport: str) -> None:
    started = time.time_ns()
    seen = sampled()
    message = request(service_name, started, seen)
    match transport:
        case "http":
            post(server, "application/x-protobuf", message.SerializeToString())
        case "json":
            post(server, "application/json", MessageToJson(message).encode())
        case "grpc":
            target = server.removeprefix("http://")
            with grpc.insecure_channel(target, compression=grpc.Compression.Gzip) as channel:
                answer = ProfilesServiceStub(channel).Export(message, timeout=10)
                assert answer.partial_success.rejected_profiles == 0, answer
        case _:
            sys.exit(f"no transport {transport}")
    samples = [[stack, thread, times * PERIOD_NANOS] for (stack, thread), times in seen.items()]
    print(json.dumps({"time": started, "samples": samples}))


if __name__ == "__main__":
    main(*sys.argv[1:])
