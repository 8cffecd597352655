"""Doing something at a steady rate, and saying how well that went."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator
from typing import Any

from ocs_sim.agent._errors import BadDeclaration
from ocs_sim.agent._session import Session


class Pace:
    """Ticks `period_seconds` apart until the run is asked to end; iterate it with `for` or `async for`.

    Each tick is due at a multiple of the period after the first, however long the work in between took,
    so the rate does not drift. Ticks that were missed altogether are counted and skipped. Yields the
    number of the tick, from 0; the session's `pace` says how late ticks were.
    """

    def __init__(self, session: Session, period_seconds: float) -> None:
        if not (period_seconds > 0 and math.isfinite(period_seconds)):
            raise BadDeclaration(who="every", fault=f"the period must be above 0 s, not {period_seconds}")
        self._session = session
        self._period = period_seconds
        self._origin = session.timer.monotonic()
        self._next = 0
        self._ticks = self._missed = 0
        self._late_sum = self._late_max = 0.0

    def __iter__(self) -> Iterator[int]:
        """Tick in this thread."""
        while not self._session.token.wait(self._seconds_left()):
            yield self._tick()

    async def __aiter__(self) -> AsyncIterator[int]:
        """Tick in this coroutine."""
        while not await self._session.token.wait_async(self._seconds_left()):
            yield self._tick()

    def _seconds_left(self) -> float:
        return max(0.0, self._origin + self._next * self._period - self._session.timer.monotonic())

    def _tick(self) -> int:
        late = max(0.0, self._session.timer.monotonic() - self._origin - self._next * self._period)
        missed = int(late / self._period)
        number = self._next + missed
        self._next = number + 1
        self._ticks += 1
        self._missed += missed
        self._late_sum += late
        self._late_max = max(self._late_max, late)
        self._session.pace = self.lateness
        return number

    @property
    def lateness(self) -> dict[str, Any]:
        """How many ticks there were, how many were missed, and how long after one was due the next came."""
        return {
            "period_seconds": self._period,
            "ticks": self._ticks,
            "missed": self._missed,
            "late_mean_seconds": self._late_sum / self._ticks if self._ticks else 0.0,
            "late_max_seconds": self._late_max,
        }
