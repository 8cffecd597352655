"""An asyncio loop in which no time passes but by `advance`, and the clock that goes with it."""

from __future__ import annotations

import asyncio
import selectors

from ocs_sim.agent import SystemTimer

BEGAN = 1_700_000_000.0


class SteppedClock(SystemTimer):
    """Stands still until its loop advances it; `step` sets the wall clock, as an operator or NTP would."""

    def __init__(self):
        self.elapsed = 0.0
        self._offset = BEGAN

    def time(self):
        return self._offset + self.elapsed

    def monotonic(self):
        return self.elapsed

    def step(self, seconds):
        self._offset += seconds


class _Polling(selectors.DefaultSelector):
    def select(self, timeout=None):
        return super().select(0)


class SteppedLoop(asyncio.SelectorEventLoop):
    """Runs what is due at this moment and returns; never waits in real time."""

    def __init__(self, clock):
        self._clock = clock
        super().__init__(_Polling())

    def time(self):
        return self._clock.elapsed

    def settle(self):
        """Run until nothing is left to do at this moment."""
        while self._ready or self._next() <= self.time():
            self.call_soon(self.stop)
            self.run_forever()

    def advance(self, seconds):
        """Let time pass."""
        target = self.time() + seconds
        self.settle()
        while (moment := self._next()) <= target:
            self._clock.elapsed = max(self._clock.elapsed, moment)
            self.settle()
        self._clock.elapsed = target

    def do(self, coroutine):
        """Run a coroutine to its end, for as long as that takes, and return its result."""
        task = self.create_task(coroutine)
        self.settle()
        while not task.done():
            if self._next() == float("inf"):
                raise AssertionError(f"{coroutine} waits for what never comes")
            self.advance(self._next() - self.time())
        return task.result()

    def end(self):
        """Cancel what is left and close."""
        for task in asyncio.all_tasks(self):
            task.cancel()
        self.settle()
        self.close()

    def _next(self):
        return min((each.when() for each in self._scheduled if not each.cancelled()), default=float("inf"))
