"""Waiting until the images of a job are where its result says that they are."""

from __future__ import annotations

from collections.abc import Callable

from ocs_sim.agent import Signal, Timer
from ocs_sim.stores import ObjectStore, StoreError

from ._desk import Desk
from ._entry import Ended, Entry

_PERIOD_SECONDS = 0.25


class ImageWait:
    """Looks for images in a store of objects."""

    def __init__(
        self, objects: Callable[[], ObjectStore], desk: Desk, timer: Timer, wait_seconds: float
    ) -> None:
        self._objects = objects
        self._desk = desk
        self._timer = timer
        self._wait_seconds = wait_seconds
        self._never = Signal(timer)

    async def pause(self, seconds: float) -> None:
        """Wait, whatever happens."""
        await self._timer.wait_async(self._never, seconds)

    async def until_there(self, entry: Entry) -> str:
        """Return when all images of a job are in the store, or after a while; then a sentence says so."""
        missing = [f"{entry.job.site}/{name}" for name in entry.images]
        deadline = self._timer.monotonic() + self._wait_seconds
        while missing:
            missing = [key for key in missing if not await self._desk.call(self._is_there, key)]
            if not missing or self._timer.monotonic() >= deadline:
                break
            if await entry.ending.wait_async(_PERIOD_SECONDS) and not entry.is_lost:
                raise Ended
        return f"Not in the store yet: {', '.join(missing)}." if missing else ""

    def _is_there(self, key: str) -> bool:
        try:
            return self._objects().head(key) is not None
        except StoreError:
            return False
