"""Threads for what blocks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")
MOST_THREADS = 8


class Threads:
    """The application's own threads: anyio's would end after each request on a loop that Twisted runs."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._is_closed = False

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do work in a thread; return what it returns, raise what it raises."""
        if self._pool is None:
            if self._is_closed:
                raise RuntimeError("the service has ended")
            self._pool = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="ranch")
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def close(self) -> None:
        """Let the threads end when they have done what they do, for good."""
        pool, self._pool, self._is_closed = self._pool, None, True
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)
