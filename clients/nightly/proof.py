"""What every proof is given, and what it gives back."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from server import Server


@dataclass
class Bench:
    """Where a proof works.

    :param folder: its own, empty
    :param cycles: how often it tries
    :param settings: that make the server seal often
    :param parsers: that are fuzzed; none = all
    """

    launcher: Path
    folder: Path
    cycles: int
    seed: int
    settings: dict[str, str]
    parsers: list[str]
    draw: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)

    def server(self, data: Path) -> Server:
        """:raises server.Refused: if it does not start"""
        return self.starting_server(data).await_ready()

    def keep(self, data: Path, name: str) -> None:
        """Copies a folder that something is wrong with, as evidence."""
        shutil.copytree(data, self.folder / name, dirs_exist_ok=True)

    def starting_server(self, data: Path) -> Server:
        return Server(self.launcher, data, self.folder / "server.log", self.settings)


@dataclass(frozen=True)
class Outcome:
    """:param faults: what broke a promise, each in words; none = passed"""

    figures: str
    faults: list[str]


class Skipped(Exception):
    """The machine cannot do it; says why."""


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else 0.0
