"""A clock that tests turn by hand, and that knows when everybody is waiting for it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from ocs_sim.agent import Signal

_SETTLE_SECONDS = 2.0
_LOOK_AGAIN_SECONDS = 0.001


@dataclass(eq=False)
class _Sleeper:
    deadline: float | None
    wake: Callable[[], None]


class ManualClock:
    """Time stands still until `advance`, which lets everything happen that is due, in order.

    Between two moments it waits (in real time, briefly) until every participant waits for the clock
    again, so that a test sees the same on every machine.
    """

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        """Begin at `now`, unix seconds."""
        self._start = now
        self._elapsed = 0.0
        self._changed = threading.Condition()
        self._sleepers: dict[Hashable, _Sleeper] = {}
        self._watched: list[tuple[Callable[[], Iterable[Hashable]], Callable[[], None]]] = []

    def time(self) -> float:
        """Return UTC as unix seconds."""
        return self._start + self._elapsed

    def monotonic(self) -> float:
        """Return seconds since the clock was made."""
        return self._elapsed

    def watch(
        self, participants: Callable[[], Iterable[Hashable]], flush: Callable[[], None]
    ) -> Callable[[], None]:
        """Have `advance` wait for these threads (by ident) and tasks; `flush` runs what a loop has queued.

        The result takes this back.
        """
        self._watched.append((participants, flush))
        return lambda: self._watched.remove((participants, flush))

    def wait(self, signal: Signal, seconds: float | None) -> bool:
        """Block this thread until the signal is set or `seconds` of this clock are over."""
        woken = threading.Event()
        key = threading.get_ident()
        forget = self._sleep(key, signal, seconds, woken.set)
        woken.wait()
        forget()
        return signal.is_set

    async def wait_async(self, signal: Signal, seconds: float | None) -> bool:
        """Wait in this coroutine."""
        loop, woken, key = asyncio.get_running_loop(), asyncio.Event(), asyncio.current_task()
        forget = self._sleep(key, signal, seconds, lambda: _wake(loop, woken))
        try:
            await woken.wait()
        finally:
            forget()
            self._rouse(key)
        return signal.is_set

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        target = self._elapsed + seconds
        self.settle()
        while (moment := self._next_deadline(target)) is not None:
            self._elapsed = max(self._elapsed, moment)
            for key in self._due():
                self._rouse(key)
            self.settle()
        self._elapsed = target

    def settle(self) -> None:
        """Wait until every participant waits for the clock; give up on those that wait for something else."""
        give_up = time.monotonic() + _SETTLE_SECONDS
        # The second look sees what the first one's flush set off.
        quiet = 0
        while quiet < 2 and time.monotonic() < give_up:
            for _, flush in self._watched:
                flush()
            with self._changed:
                busy = [key for each, _ in self._watched for key in each() if key not in self._sleepers]
                quiet = 0 if busy else quiet + 1
                if busy:
                    self._changed.wait(_LOOK_AGAIN_SECONDS)

    def _sleep(
        self, key: Hashable, signal: Signal, seconds: float | None, wake: Callable[[], None]
    ) -> Callable[[], None]:
        deadline = None if seconds is None else self._elapsed + seconds
        with self._changed:
            self._sleepers[key] = _Sleeper(deadline, wake)
            self._changed.notify_all()
        if seconds is not None and seconds <= 0:
            self._rouse(key)
            return lambda: None
        return signal.listen(lambda: self._rouse(key))

    def _rouse(self, key: Hashable) -> None:
        with self._changed:
            sleeper = self._sleepers.pop(key, None)
        if sleeper is not None:
            sleeper.wake()

    def _next_deadline(self, target: float) -> float | None:
        with self._changed:
            deadlines = [each.deadline for each in self._sleepers.values() if each.deadline is not None]
        return min((each for each in deadlines if each <= target), default=None)

    def _due(self) -> list[Hashable]:
        with self._changed:
            return [
                key
                for key, each in self._sleepers.items()
                if each.deadline is not None and each.deadline <= self._elapsed
            ]


def _wake(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(event.set)
