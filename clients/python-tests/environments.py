"""Virtual environments with one SDK version each, or with OpenTelemetry's messages, kept in a cache folder and made
when missing."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

SDK_VERSIONS = ("0.8.16", "1.4.0")

# Everything the examples and programs import, with its dependencies, beside the SDK itself.
PINS = (
    "annotated-doc==0.0.6", "annotated-types==0.8.0", "anyio==4.16.0", "click==8.5.1", "exceptiongroup==1.3.1",
    "fastapi==0.162.5", "h11==0.16.0", "idna==3.20", "opentelemetry-api==1.45.2", "pydantic==2.14.3",
    "pydantic_core==2.50.4", "starlette==1.7.0", "typing_extensions==4.16.0", "typing-inspection==0.4.5",
    "uvicorn==0.54.0",
)
PINS_OF_SDK = {"0.8.16": ("cffi==2.1.1", "pycparser==3.12"), "1.4.0": ()}

# OpenTelemetry's own messages and gRPC client, with what they need.
OTLP_PINS = ("grpcio==1.85.1", "opentelemetry-proto==1.45.2", "protobuf==7.36.2", "typing_extensions==4.16.0")

COMPLETE_MARKER = ".complete"


class EnvironmentUnavailable(Exception):
    """The environment could not be made; the message says why, in one line."""


def python_with_sdk(version: str, cache: Path) -> Path:
    """The interpreter of an environment that has the SDK of that version.

    :raises EnvironmentUnavailable: if a package cannot be had
    """
    return _python_with(f"sdk-{version}", (f"pyroscope-io=={version}", *PINS, *PINS_OF_SDK[version]), cache)


def python_with_otlp(cache: Path) -> Path:
    """The interpreter of an environment that has OpenTelemetry's messages and gRPC.

    :raises EnvironmentUnavailable: if a package cannot be had
    """
    return _python_with("otlp", OTLP_PINS, cache)


def _python_with(name: str, packages: tuple[str, ...], cache: Path) -> Path:
    requirements = sorted(packages)
    key = hashlib.sha256("\n".join((sys.version, *requirements)).encode()).hexdigest()[:12]
    folder = cache.resolve() / f"{name}-{key}"
    python = folder / "bin" / "python"
    if (folder / COMPLETE_MARKER).exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _run(sys.executable, "-m", "venv", str(folder))
    _run(str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--retries", "1",
         "--disable-pip-version-check", *requirements)
    (folder / COMPLETE_MARKER).touch()
    return python


def _run(*command: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        reason = (done.stdout.strip().splitlines() or ["no output"])[-1].strip()
        raise EnvironmentUnavailable(f"{' '.join(command[1:4])} exited with {done.returncode}: {reason}")
