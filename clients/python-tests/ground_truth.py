#!/usr/bin/env python3
"""Decodes recorded uploads independently of Flamekeeper and sums their samples.

    python3 ground_truth.py FOLDER > FOLDER/GROUND_TRUTH.tsv

FOLDER holds NNN.meta.json and NNN.body as ``record.py`` writes them. Understood: ``POST /ingest`` with a raw pprof
body or a multipart ``profile`` part, and ``POST /push.v1.PusherService/Push``. The protobuf reader knows no schema
files; the field numbers are pprof's profile.proto and Pyroscope's push.proto.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.parse
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

GZIP_MAGIC = b"\x1f\x8b"
COLUMNS = ("service", "sample_labels", "sample_type", "sample_count", "summed_value")


class SampleLabel(NamedTuple):
    name: str
    value: str


@dataclass(frozen=True)
class Sample:
    """One pprof sample. ``stack`` holds function names, leaf first; ``values`` follow the profile's sample types."""

    stack: tuple[str, ...]
    values: tuple[int, ...]
    labels: tuple[SampleLabel, ...]


@dataclass(frozen=True)
class SentProfile:
    """One pprof as a client sent it. ``labels`` are the series labels, ``sample_types`` are ``type:unit``."""

    service: str
    labels: dict[str, str]
    sample_types: tuple[str, ...]
    samples: tuple[Sample, ...]

    def total(self, sample_type: str) -> int:
        column = self.sample_types.index(sample_type)
        return sum(sample.values[column] for sample in self.samples)


def decode(path: str, content_type: str, body: bytes) -> list[SentProfile]:
    """The profiles of one upload.

    :raises ValueError: if the path is no known upload path or the body is malformed
    """
    url = urllib.parse.urlsplit(path)
    if url.path.endswith("/ingest"):
        query = urllib.parse.parse_qs(url.query)
        service, labels = _application_name(query["name"][0])
        with_file = query.get("spyName") == ["pyspy"]
        return [_pprof(service, labels, _gunzip(_profile_part(content_type, _gunzip(body))), with_file)]
    if url.path.endswith("/push.v1.PusherService/Push"):
        return list(_push_request(_gunzip(body)))
    raise ValueError(f"path: {path!r} (expected: …/ingest or …/push.v1.PusherService/Push)")


def decode_folder(folder: Path) -> Iterator[SentProfile]:
    for meta_file in sorted(folder.glob("*.meta.json")):
        meta = json.loads(meta_file.read_text())
        content_type = next((value for key, value in meta["headers"] if key.lower() == "content-type"), "")
        body = meta_file.with_name(meta_file.name.replace(".meta.json", ".body")).read_bytes()
        yield from decode(meta["path"], content_type, body)


def without_samples(push_body: bytes) -> bytes:
    """The same push with every sample taken out of its pprofs, uncompressed."""
    series_messages = []
    for series in _all(_gunzip(push_body), 1):
        labels = b"".join(_encoded(1, pair) for pair in _all(series, 1))
        profiles = b"".join(
            _encoded(2, _encoded(1, b"".join(
                _encoded(field, value) for field, value in _fields(_gunzip(raw_profile)) if field != 2)))
            for raw_sample in _all(series, 2) for raw_profile in _all(raw_sample, 1)
        )
        series_messages.append(_encoded(1, labels + profiles))
    return b"".join(series_messages)


def _encoded(field: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _encoded_varint(field << 3) + _encoded_varint(value)
    return _encoded_varint(field << 3 | 2) + _encoded_varint(len(value)) + value


def _encoded_varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _application_name(name: str) -> tuple[str, dict[str, str]]:
    """Splits ``app{k=v,…}`` as the ``name`` query parameter carries it."""
    service, _, rest = name.partition("{")
    pairs = (pair.partition("=") for pair in rest.rstrip("}").split(",") if pair)
    return service, {key.strip(): value for key, _, value in pairs}


def _profile_part(content_type: str, body: bytes) -> bytes:
    """The ``profile`` part of a multipart body; the body itself if it is not multipart."""
    boundary = re.match(r'multipart/form-data;.*boundary="?([^";]+)', content_type)
    if boundary is None:
        return body
    for part in body.split(b"--" + boundary.group(1).encode()):
        head, _, content = part.partition(b"\r\n\r\n")
        if b'name="profile"' in head:
            return content.removesuffix(b"\r\n")
    raise ValueError("multipart body: no part named profile")


def _push_request(body: bytes) -> Iterator[SentProfile]:
    for series in _all(body, 1):
        labels = {_text(pair, 1): _text(pair, 2) for pair in _all(series, 1)}
        for raw_sample in _all(series, 2):
            for raw_profile in _all(raw_sample, 1):
                yield _pprof(labels.get("service_name", ""), labels, _gunzip(raw_profile))


def _pprof(service: str, labels: dict[str, str], body: bytes, with_file: bool = False) -> SentProfile:
    """``with_file``: functions of files without an absolute path are shown as ``file name``. Generated code has such
    files: the constructor of a dataclass is in ``<string>``."""
    strings = [value.decode() for value in _all(body, 6)]
    function_names = {
        _number(function, 1): _shown(strings[_number(function, 2)], strings[_number(function, 4)] if with_file else "")
        for function in _all(body, 5)
    }
    frames = {
        _number(location, 1): [function_names[_number(line, 1)] for line in _all(location, 4)]
        for location in _all(body, 4)
    }
    sample_types = tuple(f"{strings[_number(entry, 1)]}:{strings[_number(entry, 2)]}" for entry in _all(body, 1))
    samples = tuple(
        Sample(
            stack=tuple(name for location in _numbers(sample, 1) for name in frames[location]),
            values=tuple(_signed(value) for value in _numbers(sample, 2)),
            labels=tuple(sorted(_sample_label(entry, strings) for entry in _all(sample, 3))),
        )
        for sample in _all(body, 2)
    )
    return SentProfile(service, labels, sample_types, samples)


def _shown(name: str, file: str) -> str:
    return name if not file or file.startswith("/") else f"{file} {name}"


def _sample_label(entry: bytes, strings: list[str]) -> SampleLabel:
    text = strings[_number(entry, 2)]
    return SampleLabel(strings[_number(entry, 1)], text or str(_signed(_number(entry, 3))))


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The (field number, value) pairs of a protobuf message: varints as int, everything else as bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire_type = key & 7
        if wire_type == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        if wire_type == 2:
            size, at = _varint(message, at)
        elif wire_type in (1, 5):
            size = 8 if wire_type == 1 else 4
        else:
            raise ValueError(f"protobuf wire type: {wire_type} at byte {at} (expected: 0, 1, 2 or 5)")
        if at + size > len(message):
            raise ValueError(f"protobuf field {key >> 3}: ends at byte {at + size} of {len(message)}")
        yield key >> 3, message[at:at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _all(message: bytes, field: int) -> list[bytes]:
    return [value for number, value in _fields(message) if number == field and isinstance(value, bytes)]


def _numbers(message: bytes, field: int) -> list[int]:
    """A repeated integer field, packed or not."""
    numbers: list[int] = []
    for number, value in _fields(message):
        if number != field:
            continue
        if isinstance(value, int):
            numbers.append(value)
            continue
        at = 0
        while at < len(value):
            one, at = _varint(value, at)
            numbers.append(one)
    return numbers


def _number(message: bytes, field: int) -> int:
    return next(iter(_numbers(message, field)), 0)


def _text(message: bytes, field: int) -> str:
    return next(iter(_all(message, field)), b"").decode()


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _gunzip(body: bytes) -> bytes:
    while body.startswith(GZIP_MAGIC):
        body = zlib.decompressobj(wbits=31).decompress(body)
    return body


def main() -> None:
    counts: Counter[tuple[str, str, str]] = Counter()
    sums: Counter[tuple[str, str, str]] = Counter()
    for profile in decode_folder(Path(sys.argv[1])):
        for sample in profile.samples:
            labels = ",".join(f"{name}={value}" for name, value in sample.labels if name != "pid")
            for sample_type, value in zip(profile.sample_types, sample.values, strict=True):
                key = (profile.service, "{" + labels + "}", sample_type)
                counts[key] += 1
                sums[key] += value
    print("\t".join(COLUMNS))
    for key in sorted(counts):
        print("\t".join((*key, str(counts[key]), str(sums[key]))))


if __name__ == "__main__":
    main()
