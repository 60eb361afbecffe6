"""Everything that touches the profiling SDK: pyroscope-io 1.x, unmodified.

What holds for SDK 1.4.0 and shapes this file:

* Labels given to ``configure`` belong to every upload and cannot change while the profiler runs. A second ``configure``
  is refused (it returns False). ``shutdown`` followed by ``configure`` works, takes some 30 ms and uploads the
  started window first, so no upload mixes two versions: this is how ``version`` changes at run time.
  A tag of the thread (``add_thread_tag``) works too, but reaches one thread only.
* ``tag_wrapper`` keeps a set of (OS thread, name, value). A tag of a coroutine therefore has to leave the thread
  whenever the coroutine waits, and a function in a pool thread has to be tagged on that thread.
* An unset value formatted into a string becomes the label value "None"; here unset labels are left out.
"""

from __future__ import annotations

import functools
import inspect
import os
import types
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any, TypeVar

import pyroscope
from fastapi import Request, Response
from fastapi.routing import APIRoute


Result = TypeVar("Result")

NICENESS = 10


class Profiler:
    """The profiler of this process; at most one runs at a time."""

    running: Profiler | None = None

    def __init__(self, application_name: str, server: str, labels: Mapping[str, str | None]) -> None:
        self._application_name = application_name
        self._server = server
        self.labels = present_labels(labels)

    def start(self) -> None:
        """:raises RuntimeError: if the SDK refuses, as it does when a profiler already runs"""
        started = pyroscope.configure(
            application_name=self._application_name,
            server_address=self._server,
            tags=self.labels,
            mem_enabled=True,
        )
        if not started:
            raise RuntimeError(f"the SDK did not start: {self._application_name} {self.labels}")
        Profiler.running = self

    def start_nicely(self) -> None:
        """Starts, and leaves the processor to other programs from now on: the start itself is in nobody's way."""
        self.start()
        os.nice(NICENESS)

    def stop(self) -> None:
        """Uploads what was sampled since the last upload and stops."""
        pyroscope.shutdown()
        Profiler.running = None

    def change_labels(self, changes: Mapping[str, str | None]) -> None:
        """Uploads the started window under the old labels and goes on under the new ones."""
        self.stop()
        self.labels = present_labels({**self.labels, **changes})
        self.start()


def present_labels(labels: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if value}


def component(name: str) -> AbstractContextManager[None]:
    return pyroscope.tag_wrapper({"component": name})


def generation(number: int) -> AbstractContextManager[None]:
    return pyroscope.tag_wrapper({"generation": str(number)})


class ProfiledRoute(APIRoute):
    """Labels the samples of its requests with ``endpoint`` (the route template) and ``method``.

    For ``APIRouter(route_class=ProfiledRoute)``; the prefix of that router is part of the template, a prefix given to
    ``include_router`` is not. A middleware cannot do this: its tag sits on the event loop's thread, where it also marks
    the requests that are served while this one waits, and it never reaches the pool thread of a ``def`` endpoint.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not inspect.iscoroutinefunction(endpoint):
            endpoint = _tagged_on_its_thread(endpoint)
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
        handle = super().get_route_handler()

        async def handle_tagged(request: Request) -> Response:
            tags = {"endpoint": self.path_format, "method": request.method}
            _request_tags.set(tags)
            return await _tagged_steps(handle(request), tags)

        return handle_tagged


_request_tags: ContextVar[Mapping[str, str]] = ContextVar("request_tags")
"""Of the request being served: pool threads inherit the context of the request, but not the tags of its thread."""


def _tagged_on_its_thread(call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def tagged_call(*arguments: Any, **keywords: Any) -> Any:
        with pyroscope.tag_wrapper(_request_tags.get()):
            return call(*arguments, **keywords)

    return tagged_call


@types.coroutine
def _tagged_steps(awaitable: Awaitable[Result], tags: Mapping[str, str]) -> Generator[Any, Any, Result]:
    """Awaits, with the tags on the thread only while the awaited code itself runs.

    This is ``yield from awaitable.__await__()`` written out, with each step between two waits inside the tags.
    """
    steps = awaitable.__await__()
    step = functools.partial(steps.send, None)
    while True:
        with pyroscope.tag_wrapper(tags):
            try:
                waits_for = step()
            except StopIteration as end:
                return end.value
        try:
            step = functools.partial(steps.send, (yield waits_for))
        except BaseException as raised:  # cancelled, or closed: the awaited code decides
            step = functools.partial(steps.throw, raised)
