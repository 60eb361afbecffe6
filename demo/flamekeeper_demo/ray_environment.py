"""Ray's settings that are environment variables. Ray reads them once, when it is imported."""

from __future__ import annotations

import os
import secrets

RAY_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # a node of its own: all sockets on loopback, on Linux too
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # silences a warning about accelerators
    "RAY_memory_monitor_refresh_ms": "0",  # the islands are small; never kill one for other programs' memory
    "RAY_worker_niceness": "0",  # each worker sets its own when it has started
    "RAY_prestart_worker_first_driver": "0",  # start the islands' processes and no spare ones
    "RAY_enable_metrics_collection": "0",
    "RAY_DISABLE_FAILURE_SIGNAL_HANDLER": "1",  # a stop by SIGTERM is no crash to be traced on stderr
}


NO_PROXY_THERE = "http://127.0.0.1:9"
"""Nothing listens on the discard port. Ray asks the metadata services of three clouds where it runs, even with its usage
statistics off; through this proxy such requests fail before they leave the machine."""


def prepare() -> None:
    """The caller has to name the hosts that the demo does talk to in ``NO_PROXY``."""
    os.environ.update(RAY_ENVIRONMENT)
    # A token of this cluster alone. Without one, Ray makes one and leaves it in the home folder.
    os.environ.update({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)})
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        os.environ.update({name: NO_PROXY_THERE, name.lower(): NO_PROXY_THERE})
