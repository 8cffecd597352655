"""A job in our hands: what was told of it, and whether it is to end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ocs_sim.agent import Signal, Timer
from ocs_sim.jobs import Job

from ._desk import Desk
from ._prepare import Prepared
from ._source import JobLost, JobSource, News


class Ended(Exception):
    """The job was asked to end."""


class Entry:
    """A job with its preparation; `end` may be called at any time, all else by its execution."""

    def __init__(self, job: Job, prepared: Prepared, source: JobSource, desk: Desk, timer: Timer) -> None:
        self.job = job
        self.prepared = prepared
        self.source = source
        self.status = job.status
        self.end_reason: str | None = None
        self.is_lost = False
        self.ending = Signal(timer)
        self._desk = desk
        self._images: list[str] = list((job.session or {}).get("images") or [])

    @property
    def ulid(self) -> str:
        """The job's ULID."""
        return self.job.ulid

    @property
    def images(self) -> list[str]:
        """The names of the images that it has taken so far."""
        return self._images

    def end(self, reason: str) -> None:
        """Ask the job to end; the first reason stays."""
        self.end_reason = self.end_reason or reason
        self.ending.set()

    def lose(self, reason: str) -> None:
        """Say that the job is not ours any more: nothing is told of it from now on."""
        self.is_lost = True
        # A job that closes a dome is not left half done because nobody wants to hear of it.
        if not self.prepared.row.guarded:
            self.end(reason)

    async def tell(self, status: str, message: str = "", *, surely: bool = False, **more: Any) -> None:
        """Tell what becomes of the job; what is not told `surely` may get lost."""
        if self.is_lost:
            return
        news = News(status=status, message=message, **more)
        try:
            if surely:
                await self._desk.tell_surely(self.source, self.job, news)
            else:
                await self._desk.tell(self.source, self.job, news)
        except JobLost as fault:
            self.lose(str(fault))
        else:
            self.status = status

    def result(self, message: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the result of the job, as its record has it."""
        keys = [f"{self.job.site}/{name}" for name in self._images]
        unused = {"unused": list(self.prepared.unused)} if self.prepared.unused else {}
        return {"message": message, "images": list(self._images), "keys": keys, "data": dict(data), **unused}
