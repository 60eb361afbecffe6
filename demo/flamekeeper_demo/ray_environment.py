"""Ray's settings that are environment variables. Ray reads them once, when it is imported."""

from __future__ import annotations

import os
import secrets

RAY_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # a node of its own: all sockets on loopback, on Linux too
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # silences a warning about accelerators
    "RAY_memory_monitor_refresh_ms": "0",  # the islands are small; never kill one for other programs' memory
    "RAY_worker_niceness": "0",  # workers are as nice as the demo itself, which is 10
    "RAY_prestart_worker_first_driver": "0",  # start the islands' processes and no spare ones
    "RAY_enable_metrics_collection": "0",
}


def prepare() -> None:
    os.environ.update(RAY_ENVIRONMENT)
    # A token of this cluster alone. Without one, Ray makes one and leaves it in the home folder.
    os.environ.update({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)})
