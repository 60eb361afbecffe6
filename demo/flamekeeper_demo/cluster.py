"""A local Ray cluster of islands, small and quiet: loopback only, no dashboard, all its files in one folder.

``ray_environment.prepare`` has to run before this module is imported.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import ray
from ray.actor import ActorHandle

from flamekeeper_demo import faults
from flamekeeper_demo.island import NODE_TYPE_LABEL, GenerationResult, Island, worker_setup_hook
from flamekeeper_demo.strategy import Strategy, StrategyType

OBJECT_STORE_BYTES = 80 << 20  # Ray's minimum is 75 MiB
STOP_SECONDS_MAX = 5

STAGGER_SECONDS = 0.35
"""Islands begin a generation one after the other, so that few of them compete for two cores at a time. A thread that
loses its core still holds the interpreter lock, and the SDK counts that as processor time."""

@dataclass(frozen=True)
class _Member:
    handle: ActorHandle
    strategy_type: StrategyType


class Cluster:
    """The islands, by worker id, from entering this context to leaving it. One thread does all of it."""

    def __init__(self, worker_count: int, server: str, temporary_directory: Path) -> None:
        self._worker_count = worker_count
        self._server = server
        self._temporary_directory = temporary_directory
        self._members: dict[str, _Member] = {}
        self._migrants: dict[str, list[Strategy]] = {}

    def __enter__(self) -> Cluster:
        try:
            self._start()
        except BaseException:
            ray.shutdown()
            raise
        return self

    def _start(self) -> None:
        package_directory = str(Path(__file__).resolve().parent.parent)
        ray.init(
            address="local",
            num_cpus=self._worker_count,
            labels={NODE_TYPE_LABEL: "local"},
            object_store_memory=OBJECT_STORE_BYTES,
            include_dashboard=False,
            log_to_driver=False,
            logging_level="error",
            runtime_env={
                "worker_process_setup_hook": worker_setup_hook(self._server),
                "env_vars": {"PYTHONPATH": package_directory},
            },
            _temp_dir=str(self._temporary_directory),
        )
        handles = [Island.remote() for _ in range(self._worker_count)]
        identities = ray.get([handle.identity.remote() for handle in handles])
        self._members = {
            worker_id: _Member(handle, strategy_type)
            for (worker_id, strategy_type), handle in sorted(zip(identities, handles), key=lambda pair: pair[0])
        }

    def run_generation(self, generation: int) -> list[GenerationResult]:
        """One generation on every island; it ends when the slowest island has finished."""
        running = []
        for worker_id, member in self._members.items():
            if running:
                time.sleep(STAGGER_SECONDS)
            running.append(member.handle.run_generation.remote(generation, self._immigrants(worker_id)))
        results: list[GenerationResult] = ray.get(running)
        last = generation == faults.GENERATION_COUNT
        self._migrants = {} if last else {result.worker_id: result.migrants for result in results}
        return results

    def _immigrants(self, worker_id: str) -> list[Strategy]:
        """The migrants of the next island with the same strategy type; an island alone gets its own back."""
        peers = [
            peer for peer, member in self._members.items()
            if member.strategy_type is self._members[worker_id].strategy_type
        ]
        return self._migrants.get(peers[(peers.index(worker_id) + 1) % len(peers)], [])

    def release(self, version: str) -> None:
        ray.get([member.handle.release.remote(version) for member in self._members.values()])

    def __exit__(self, *_: object) -> None:
        """Lets every island upload its last window, then ends every process of the cluster."""
        stopping = [member.handle.stop.remote() for member in self._members.values()]
        ray.wait(stopping, num_returns=len(stopping), timeout=STOP_SECONDS_MAX)
        ray.shutdown()
