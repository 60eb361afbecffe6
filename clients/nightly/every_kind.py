"""One export request with every kind of value that OpenTelemetry's profiles know."""

from __future__ import annotations

from typing import Any

LABELS = ["service_name", "resource.text", "resource.int", "resource.bool", "resource.double", "resource.list", "scope.text", "profile.text",
          "thread.name", "sample.int", "sample.list", "\u00fcber"]
"""What it is grouped by to see all that is kept."""

SPAN = "00f067aa0ba902b7"
PERIOD = 10_000_000
TOTAL = (3 + 5 + 7) * PERIOD
TOTAL_OF_SPAN = 3 * PERIOD


def message(way: str, time_nanos: int) -> dict[str, Any]:
    """:param way: becomes a label"""
    strings = [""]

    def string(text: str) -> int:
        if text not in strings:
            strings.append(text)
        return strings.index(text)

    def of_table(key: str, value: dict[str, Any]) -> dict[str, Any]:
        return {"keyStrindex": string(key), "value": value}

    def list_of(*texts: str) -> dict[str, Any]:
        return {"arrayValue": {"values": [{"stringValue": text} for text in texts]}}

    resource = {
        "service.name": {"stringValue": "every-kind"}, "way": {"stringValue": way}, "resource.text": {"stringValue": ""},
        "resource.int": {"intValue": str(-2**63)}, "resource.bool": {"boolValue": True}, "resource.double": {"doubleValue": 1.5},
        "resource.list": list_of("one"), "resource.two": list_of("one", "two"), "resource.bytes": {"bytesValue": "AQID"},
        "resource.map": {"kvlistValue": {"values": [{"key": "a", "value": {"stringValue": "b"}}]}},
        "\u00fcber": {"stringValue": "\u2028 \"<&>\" \U0001f525"},
    }
    dictionary = {
        "attributeTable": [
            {},
            of_table("thread.name", {"stringValue": "w1"}),
            of_table("sample.int", {"intValue": "-3"}),
            of_table("sample.list", list_of("x")),
            of_table("service.name", {"stringValue": "every-other-kind"}),
            of_table("process.executable.build_id.gnu", {"stringValue": "abcdef0123456789"}),
            of_table("profile.text", {"stringValue": "p"}),
        ],
        "functionTable": [
            {},
            {"nameStrindex": string("main"), "filenameStrindex": string("main.c"), "startLine": "3"},
            {"nameStrindex": string("leaf"), "systemNameStrindex": string("_leaf")},
        ],
        "mappingTable": [
            {}, {"memoryStart": "4096", "memoryLimit": "8192", "filenameStrindex": string("bin.so"), "attributeIndices": [5]}],
        "locationTable": [
            {},
            {"lines": [{"functionIndex": 1, "line": "10", "column": "2"}]},
            {"lines": [{"functionIndex": 2, "line": "5"}, {"functionIndex": 1, "line": "11"}]},  # inlined
            {"mappingIndex": 1, "address": str(2**64 - 1)},
        ],
        "linkTable": [{}, {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": SPAN}],
        "stackTable": [{}, {"locationIndices": [2, 1]}, {"locationIndices": [3, 3, 1]}],
        "stringTable": strings,
    }
    profile = {
        "sampleType": {"typeStrindex": string("samples"), "unitStrindex": string("count")},
        "periodType": {"typeStrindex": string("cpu"), "unitStrindex": string("nanoseconds")},
        "period": str(PERIOD), "timeUnixNano": str(time_nanos), "durationNano": str(10**9),
        "profileId": "00112233445566778899aabbccddeeff", "attributeIndices": [6],
        "samples": [
            {"stackIndex": 1, "attributeIndices": [1, 2, 3], "linkIndex": 1,
             "timestampsUnixNano": [str(time_nanos + i) for i in range(3)]},
            {"stackIndex": 2, "values": ["5"]},
            {"stackIndex": 2, "values": ["7"], "attributeIndices": [4]},
        ],
    }
    return {
        "resourceProfiles": [{
            "resource": {"attributes": [{"key": key, "value": value} for key, value in resource.items()]},
            "scopeProfiles": [{
                "scope": {"name": "scope", "version": "1", "attributes": [{"key": "scope.text", "value": {"stringValue": "s"}}]},
                "profiles": [profile],
            }],
        }],
        "dictionary": dictionary,
    }
