"""Talking to where jobs come from without keeping anything else waiting, also while it does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from ocs_sim.agent import Signal, Timer
from ocs_sim.jobs import BadJob, Job, JobBusy
from ocs_sim.stores import StoreError

from ._source import JobSource, News, SourceDown

T = TypeVar("T")
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 5.0
_DOWN = (StoreError, SourceDown, JobBusy)


class Desk:
    """Calls to the sources of jobs, one after the other in a thread of their own."""

    def __init__(self, timer: Timer, name: str) -> None:
        self.trouble: dict[str, str] = {}
        self._timer = timer
        self._never = Signal(timer)
        self._threads = ThreadPoolExecutor(1, thread_name_prefix=name)

    def close(self) -> None:
        """End the thread; what waits for it is given up."""
        self._never.set()
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def ask(self, name: str, function: Callable[..., T], *args: Any, **kwargs: Any) -> T | None:
        """Return what a function of a source answers; None, and `trouble` of that name, when it is down."""
        try:
            answer = await self.call(function, *args, **kwargs)
        except _DOWN as fault:
            self.trouble[name] = str(fault)
            return None
        self.trouble.pop(name, None)
        return answer

    async def call(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Call a function that may block in the thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: function(*args, **kwargs))

    async def tell(self, source: JobSource, job: Job, news: News) -> None:
        """Tell something that may get lost while the source is down. Raises JobLost."""
        try:
            await self.ask(source.name, source.tell, job, news)
        except BadJob as fault:
            self.trouble[source.name] = str(fault)

    async def tell_surely(self, source: JobSource, job: Job, news: News) -> None:
        """Tell something, again and again until it arrives. Raises JobLost."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                await self.call(source.tell, job, news)
            except _DOWN as fault:
                self.trouble[source.name] = str(fault)
            except BadJob:
                # What an agent has found out cannot be kept: then at least how it ended.
                if news.result is None and news.session is None:
                    raise
                news = News(status=news.status, message=news.message)
                continue
            else:
                self.trouble.pop(source.name, None)
                return
            await self._timer.wait_async(self._never, pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
