"""Asks a server over the Connect protocol in JSON, as Grafana does."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
STEP_SECONDS = 5
NODES_MAX = 100_000
ANSWER_SECONDS_MAX = 10

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Goes to the server itself, whatever proxy the environment names."""

Labels = tuple[tuple[str, str], ...]
Stack = tuple[str, ...]


@dataclass(frozen=True)
class Querier:
    """Queries of one time range: ``[start_millis, end_millis)``."""

    server: str
    start_millis: int
    end_millis: int
    headers: Mapping[str, str] = field(default_factory=dict)

    def label_values(self, name: str) -> list[str]:
        return self._ask("LabelValues", {"name": name}).get("names", [])

    def profile_types(self) -> list[str]:
        return [entry["ID"] for entry in self._ask("ProfileTypes", {}).get("profileTypes", [])]

    def sums(self, selector: str, group_by: list[str], profile_type: str = CPU) -> dict[Labels, int]:
        """The sum of all values, by the labels to group by; a label that a series lacks is left out."""
        answer = self._ask("SelectSeries", {
            "profileTypeID": profile_type, "labelSelector": selector, "groupBy": group_by, "step": STEP_SECONDS,
        })
        return {
            tuple((label["name"], label["value"]) for label in series.get("labels", [])):
                sum(int(point.get("value", 0)) for point in series.get("points", []))
            for series in answer.get("series", [])
        }

    def stacks(self, selector: str, profile_type: str = CPU) -> dict[Stack, int]:
        """The self value of every stack in the merged flame graph; a stack is its functions, outermost first."""
        answer = self._ask("SelectMergeStacktraces", {
            "profileTypeID": profile_type, "labelSelector": selector, "maxNodes": NODES_MAX,
        })
        return self_by_stack(answer["flamegraph"])

    def _ask(self, method: str, message: dict[str, Any]) -> dict[str, Any]:
        body = message | {"start": self.start_millis, "end": self.end_millis}
        request = urllib.request.Request(
            f"{self.server}/querier.v1.QuerierService/{method}",
            json.dumps(body).encode(), {"Content-Type": "application/json", **self.headers})
        with DIRECT.open(request, timeout=ANSWER_SECONDS_MAX) as answer:
            return json.load(answer)


@dataclass(frozen=True)
class _Node:
    left: int
    total: int
    stack: Stack


def self_by_stack(flamegraph: dict[str, Any]) -> dict[Stack, int]:
    """Reads the levels of a flame graph: four numbers a node, ``[x, total, self, name]``, where ``x`` counts from the
    right edge of the node before it on the same level. Level 0 is the root and belongs to no stack."""
    names = flamegraph["names"]
    stacks: dict[Stack, int] = {}
    parents: list[_Node] = []
    for depth, level in enumerate(flamegraph["levels"]):
        values = [int(value) for value in level.get("values", [])]
        nodes: list[_Node] = []
        right = 0
        for offset, total, own, name in zip(*(iter(values),) * 4, strict=True):
            left = right + offset
            right = left + total
            if depth == 0:
                nodes.append(_Node(left, total, ()))
                continue
            parent = next(node for node in parents if node.left <= left and right <= node.left + node.total)
            stack = (*parent.stack, names[name])
            nodes.append(_Node(left, total, stack))
            if own:
                stacks[stack] = own
        parents = nodes
    return stacks
