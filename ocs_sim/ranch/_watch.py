"""Looks for changes of jobs while somebody listens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from ocs_sim.ranch._hub import Hub
from ocs_sim.ranch._services import Services
from ocs_sim.ranch._threads import Threads
from ocs_sim.stores import StoreError

Result = TypeVar("Result")
_log = logging.getLogger(__name__)
# DynamoDB's streams let themselves be read five times a second.
_PERIOD_SECONDS = 0.25
_AGAIN_SECONDS = 2.0


class JobWatch:
    """One reader of the jobs' changes, for all listeners of the hub; reads nothing while nobody listens."""

    def __init__(self, services: Services, threads: Threads, hub: Hub) -> None:
        self._services = services
        self._threads = threads
        self._hub = hub
        self._task: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        self._is_reading = asyncio.Event()

    @property
    def is_reading(self) -> bool:
        """Whether it looks for changes now."""
        return self._is_reading.is_set()

    async def ready(self) -> None:
        """Return once whatever changes from now on is told."""
        if self._task is None:
            self._task = asyncio.create_task(self._watch(), name="changes of jobs")
        self._wanted.set()
        await self._is_reading.wait()

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _watch(self) -> None:
        while True:
            await self._wanted.wait()
            position = await self._patiently(self._services.jobs.latest_position)
            self._is_reading.set()
            while self._hub.sites:
                try:
                    position = await self._tell(position)
                except Exception:
                    # Whatever it is, who listens has to hear of what comes after it.
                    _log.exception("changes of jobs cannot be told, and are left out")
                    await asyncio.sleep(_AGAIN_SECONDS)
                    position = await self._patiently(self._services.jobs.latest_position)
            self._is_reading.clear()
            self._wanted.clear()

    async def _tell(self, position: str | None) -> str | None:
        changes = await self._patiently(partial(self._services.jobs.changes, position))
        for _, job in changes:
            self._hub.tell(job.site, "jobs", job.to_wire())
            # Many changes at once make nobody slow: each is sent before the next comes.
            await asyncio.sleep(0)
        if changes:
            return changes[-1][0]
        await asyncio.sleep(_PERIOD_SECONDS)
        return position

    async def _patiently(self, look: Callable[[], Result]) -> Result:
        """Look until the store answers: nobody who listens is let go because it does not for a while."""
        while True:
            try:
                return await self._threads.run(look)
            except StoreError as error:
                _log.warning("changes of jobs cannot be read: %s", error)
                await asyncio.sleep(_AGAIN_SECONDS)
