"""Whether the other end of a connection still answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_SILENT_INTERVALS = 3


class Pulse:
    """Asks when nothing came for an interval, and gives up when two more went by in silence.

    It counts intervals in which this loop ran, so a process that was stopped does not blame its peer.
    """

    def __init__(
        self, ask: Callable[[], object], give_up: Callable[[], object], interval_seconds: float
    ) -> None:
        """Begin to count."""
        self._ask, self._give_up, self._interval_seconds = ask, give_up, interval_seconds
        self._loop = asyncio.get_running_loop()
        self._silent_intervals = 0
        self._timer = self._loop.call_later(interval_seconds, self._beat)

    def heard(self) -> None:
        """Note that something came."""
        self._silent_intervals = 0

    def stop(self) -> None:
        """Forget about it."""
        self._timer.cancel()

    def _beat(self) -> None:
        self._silent_intervals += 1
        if self._silent_intervals >= _SILENT_INTERVALS:
            self._give_up()
            return
        self._timer = self._loop.call_later(self._interval_seconds, self._beat)
        if self._silent_intervals == 1:
            self._ask()
