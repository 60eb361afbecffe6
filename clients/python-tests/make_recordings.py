#!/usr/bin/env python3
"""Records the Python SDKs: the examples and ``nested_tags.py``, each with every SDK version of ``environments.py``.

    python3 make_recordings.py --cache FOLDER --application FOLDER --out FOLDER

The programs are copied to the application folder first, because its path shows in the frames: choose a neutral one
such as /srv/app, and make the cache a folder inside it. OUT gets one folder for each version: python-VERSION, with
NNN.meta.json, NNN.body and GROUND_TRUTH.tsv.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import environments
import workload
from record import RecordingProxy

SECONDS = 25.0


def record(version: str, python: Path, application: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for old in (*out.glob("*.meta.json"), *out.glob("*.body")):
        old.unlink()
    with RecordingProxy(out=out) as proxy:
        programs = [
            workload.start(python, application / "configure_with_tags.py", SECONDS, proxy.url,
                           {"RAY_WORKER_ID": "w1", "POPULATION_SIZE": "20"}),
            workload.start(python, application / "tag_components.py", SECONDS, proxy.url),
        ]
        for program in programs:
            workload.finish(program, SECONDS)
        nested = workload.start(python, application / "nested_tags.py", SECONDS, proxy.url)
        with workload.fastapi_service(python, application / "fastapi_middleware.py", proxy.url) as url:
            requests = [("GET", "/fitness?fast_window=5&slow_window=50"), ("POST", "/evolve?size=4")]
            workload.request_in_turn(url, requests, SECONDS / 2)
            workload.request_at_once(url, requests, SECONDS / 2)
        workload.finish(nested, SECONDS)
        print(f"python-{version}: {len(proxy.requests())} uploads, "
              f"{sum(len(request.body) for request in proxy.requests())} bytes")
    truth = subprocess.run([sys.executable, str(workload.HERE / "ground_truth.py"), str(out)], check=True,
                           stdout=subprocess.PIPE).stdout
    (out / "GROUND_TRUTH.tsv").write_bytes(truth)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="folder of the virtual environments")
    parser.add_argument("--application", type=Path, required=True, help="folder the programs run from")
    parser.add_argument("--out", type=Path, required=True, help="folder that gets python-VERSION folders")
    arguments = parser.parse_args()
    arguments.application.mkdir(parents=True, exist_ok=True)
    for program in (*workload.EXAMPLES.glob("*.py"), *workload.PROGRAMS.glob("*.py")):
        shutil.copy(program, arguments.application)
    for version in environments.SDK_VERSIONS:
        python = environments.python_with_sdk(version, arguments.cache)
        record(version, python, arguments.application, arguments.out / f"python-{version}")


if __name__ == "__main__":
    main()
