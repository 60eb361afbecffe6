"""Programs of other languages that send profiles, built from their public registries."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from proof import Skipped

CLIENTS = Path(__file__).resolve().parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "flamekeeper"


def built(name: str, command: list[str], program: str) -> Path:
    """Builds a folder of ``clients`` in the cache of test runs, where a second build has little to do.

    :param program: what the command makes, from the folder on
    :raises Skipped: if the language is not installed or something cannot be had
    """
    folder = CACHE / name
    shutil.copytree(CLIENTS / name, folder, dirs_exist_ok=True)
    try:
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except FileNotFoundError:
        raise Skipped(f"{command[0]} is not installed") from None
    if done.returncode != 0:
        raise Skipped(f"{name} cannot be built: {' '.join(done.stdout.split())[-500:]}")
    return folder / program
