"""Looks for changes of jobs while somebody listens."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial

from ocs_sim.ranch._hub import Hub
from ocs_sim.ranch._services import Services
from ocs_sim.ranch._threads import Threads
from ocs_sim.stores import StoreError

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
            try:
                await self._read()
            except StoreError as error:
                # From here on until it answers again nothing is told: listeners are not let go for that.
                _log.warning("changes of jobs cannot be read: %s", error)
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _read(self) -> None:
        position = await self._threads.run(self._services.jobs.latest_position)
        self._is_reading.set()
        while self._hub.sites:
            changes = await self._threads.run(partial(self._services.jobs.changes, position))
            for _, job in changes:
                self._hub.tell(job.site, "jobs", job.to_wire())
            if changes:
                position = changes[-1][0]
            else:
                await asyncio.sleep(_PERIOD_SECONDS)
        self._is_reading.clear()
        self._wanted.clear()
