"""Which tags stand on which thread at which moment, with a stand-in for the SDK that remembers them."""

from __future__ import annotations

import asyncio
import threading
import unittest
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest import mock

from fastapi import APIRouter, FastAPI

from flamekeeper_demo import profiling


class TagRecorder:
    """``tag_wrapper`` as the SDK has it: a set of (thread, name, value)."""

    def __init__(self) -> None:
        self._tags: set[tuple[int, str, str]] = set()

    @contextmanager
    def tag_wrapper(self, tags: Mapping[str, str]) -> Iterator[None]:
        entries = {(threading.get_ident(), name, value) for name, value in tags.items()}
        self._tags |= entries
        try:
            yield
        finally:
            self._tags -= entries

    def of_this_thread(self) -> list[tuple[str, str]]:
        return sorted((name, value) for thread, name, value in self._tags if thread == threading.get_ident())


class LabelsTest(unittest.TestCase):
    def test_labels_unset_areLeftOut(self) -> None:
        labels = profiling.present_labels({"worker_id": "w1", "node_type": None, "pod": ""})
        self.assertEqual(labels, {"worker_id": "w1"})


class ProfiledRouteTest(unittest.TestCase):
    def setUp(self) -> None:
        self.recorder = TagRecorder()
        patch = mock.patch.object(profiling.pyroscope, "tag_wrapper", self.recorder.tag_wrapper)
        patch.start()
        self.addCleanup(patch.stop)
        self.seen: list[tuple[str, list[tuple[str, str]]]] = []
        router = APIRouter(prefix="/v1", route_class=profiling.ProfiledRoute)
        router.get("/waiting/{number}")(self.wait)
        router.post("/computing/{number}")(self.compute)
        router.get("/failing")(self.fail_while_waiting)
        self.app = FastAPI()
        self.app.include_router(router)

    async def wait(self, number: int) -> None:
        self.seen.append((f"before {number}", self.recorder.of_this_thread()))
        await asyncio.sleep(0.01)
        self.seen.append((f"after {number}", self.recorder.of_this_thread()))

    def compute(self, number: int) -> None:
        self.seen.append((f"pool {number}", self.recorder.of_this_thread()))

    async def fail_while_waiting(self) -> None:
        await asyncio.sleep(0)
        raise ValueError("as planned")

    async def request(self, method: str, path: str) -> None:
        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": []}

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, object]) -> None:
            pass

        await self.app(scope, receive, send)

    def test_coroutineEndpoint_concurrentRequests_eachSeesItsOwnTagsAlone(self) -> None:
        async def two_at_once() -> None:
            await asyncio.gather(self.request("GET", "/v1/waiting/1"), self.request("GET", "/v1/waiting/2"))
            self.seen.append(("outside", self.recorder.of_this_thread()))

        asyncio.run(two_at_once())
        tags = [("endpoint", "/v1/waiting/{number}"), ("method", "GET")]
        self.assertEqual(dict(self.seen), {
            "before 1": tags, "before 2": tags, "after 1": tags, "after 2": tags, "outside": [],
        })

    def test_coroutineEndpoint_whileItWaits_leavesTheThreadUntagged(self) -> None:
        async def look_while_waiting() -> None:
            request = asyncio.create_task(self.request("GET", "/v1/waiting/1"))
            while not self.seen:
                await asyncio.sleep(0)
            self.seen.append(("meanwhile", self.recorder.of_this_thread()))
            await request

        asyncio.run(look_while_waiting())
        self.assertEqual([name for name, _ in self.seen], ["before 1", "meanwhile", "after 1"])
        self.assertEqual(dict(self.seen)["meanwhile"], [])

    def test_plainEndpoint_inAPoolThread_isTaggedThere(self) -> None:
        async def once() -> None:
            await self.request("POST", "/v1/computing/7")

        asyncio.run(once())
        self.assertEqual(self.seen, [("pool 7", [("endpoint", "/v1/computing/{number}"), ("method", "POST")])])

    def test_endpoint_raises_leavesNoTag(self) -> None:
        async def once() -> list[tuple[str, str]]:
            with self.assertRaisesRegex(ValueError, "as planned"):
                await self.request("GET", "/v1/failing")
            return self.recorder.of_this_thread()

        self.assertEqual(asyncio.run(once()), [])


if __name__ == "__main__":
    unittest.main()
