"""From any thread, or any asyncio loop, to the bus's loop and back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from ocs_sim.bus import background_loop
from ocs_sim.client._errors import WrongThread

T = TypeVar("T")


def wait(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the bus's loop and return its result; an interrupt cancels it."""
    loop = background_loop()
    if _running() is loop:
        coroutine.close()
        raise WrongThread
    turn = _Turn(coroutine)
    loop.call_soon_threadsafe(turn.begin, loop)
    result: T = turn.result(loop)
    return result


async def over(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the bus's loop and return its result to the loop that runs this."""
    loop = background_loop()
    if _running() is loop:
        return await coroutine
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, loop))


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class _Turn:
    """One coroutine on its way: a lock and a task, which is all that a blocking caller needs.

    concurrent.futures does the same with a condition and callbacks, and takes about 15 us longer.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine = coroutine
        self._task: asyncio.Task[Any] | None = None
        self._done = threading.Lock()
        self._done.acquire()

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._task = loop.create_task(self._coroutine)
        self._task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        # A caller that was interrupted never asks how it ended, and asyncio would complain of that.
        if not task.cancelled():
            task.exception()
        self._done.release()

    def result(self, loop: asyncio.AbstractEventLoop) -> Any:
        try:
            self._done.acquire()
        except BaseException:
            loop.call_soon_threadsafe(self._cancel)
            raise
        assert self._task is not None  # noqa: S101 - begin ran before release
        return self._task.result()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
