"""Uploads with distinct content that can be drawn again from their id alone."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from dataclasses import dataclass
from typing import Any

PROFILE_TYPE = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
SERVICES = 4

Stack = tuple[str, ...]


@dataclass(frozen=True)
class Upload:
    """One profile of some dozen samples; its last function names are its own.

    :param id: names the upload and seeds its content
    :param stacks: the value of every stack, outermost function first
    """

    id: str
    service: str
    time_millis: int
    stacks: dict[Stack, int]

    @staticmethod
    def drawn(seed: int, id: str, start_millis: int, padding: int = 0) -> Upload:
        """:param padding: bytes of random text, so that a disk fills sooner"""
        draw = random.Random(f"{seed} {id}")
        stacks: dict[Stack, int] = {}
        for sample in range(draw.randint(5, 40)):
            shared = tuple(f"f{draw.randrange(20)}" for _ in range(draw.randrange(6)))
            stacks[("main", *shared, f"{id}:{sample}")] = draw.randint(1, 10**9)
        if padding:
            stacks[("main", draw.randbytes(padding // 2).hex())] = 1
        return Upload(id, f"service-{draw.randrange(SERVICES)}", start_millis + draw.randrange(3_600_000), stacks)

    @property
    def total(self) -> int:
        return sum(self.stacks.values())

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.pprof()).hexdigest()[:16]

    def push_body(self) -> bytes:
        """A ``Push`` request of the Connect protocol, as JSON."""
        labels = {"__name__": "process_cpu", "service_name": self.service, "upload": self.id}
        return json.dumps({"series": [{
            "labels": [{"name": name, "value": value} for name, value in labels.items()],
            "samples": [{"rawProfile": base64.b64encode(self.pprof()).decode()}],
        }]}).encode()

    def otlp(self) -> dict[str, Any]:
        """An export request of OpenTelemetry, as it is in JSON; row 0 of each table is empty, as it should be."""
        names = sorted({name for stack in self.stacks for name in stack})
        rows = {name: row for row, name in enumerate(names, 1)}  # of its function and of its location
        cpu = {"typeStrindex": 1, "unitStrindex": 2}
        attributes = {"service.name": self.service, "upload": self.id}
        return {
            "resourceProfiles": [{
                "resource": {"attributes": [
                    {"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]},
                "scopeProfiles": [{"profiles": [{
                    "sampleType": cpu, "periodType": cpu, "period": str(10**7),
                    "timeUnixNano": str(self.time_millis * 1_000_000), "durationNano": str(10**10),
                    "samples": [{"stackIndex": row, "values": [str(value)]}
                                for row, value in enumerate(self.stacks.values(), 1)],
                }]}],
            }],
            "dictionary": {
                "stringTable": ["", "cpu", "nanoseconds", *names],
                "functionTable": [{}, *({"nameStrindex": row + 2} for row in rows.values())],
                "locationTable": [{}, *({"lines": [{"functionIndex": row}]} for row in rows.values())],
                "stackTable": [{}, *({"locationIndices": [rows[name] for name in reversed(stack)]}
                                     for stack in self.stacks)],
                "mappingTable": [{}], "linkTable": [{}], "attributeTable": [{}],
            },
        }

    def pprof(self) -> bytes:
        strings = {text: number for number, text in enumerate(["", "cpu", "nanoseconds"])}
        functions: dict[str, int] = {}
        samples = []
        for stack, value in self.stacks.items():
            for name in stack:
                functions.setdefault(name, len(functions) + 1)
                strings.setdefault(name, len(strings))
            locations = b"".join(_varint(functions[name]) for name in reversed(stack))
            samples.append(_bytes(1, locations) + _bytes(2, _varint(value)))
        cpu = _number(1, 1) + _number(2, 2)
        return b"".join([
            _bytes(1, cpu),
            *(_bytes(2, sample) for sample in samples),
            *(_bytes(4, _number(1, id) + _bytes(4, _number(1, id))) for id in functions.values()),
            *(_bytes(5, _number(1, id) + _number(2, strings[name])) for name, id in functions.items()),
            *(_bytes(6, text.encode()) for text in strings),
            _number(9, self.time_millis * 1_000_000),
            _number(10, 10**10),
            _bytes(11, cpu),
            _number(12, 10**7),
        ])


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content
