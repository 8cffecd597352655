"""Waiting as something that is passed in, so that tests turn the clock by hand."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Protocol

from ocs_sim.clock import Clock, SystemClock


class Timer(Clock, Protocol):
    """A clock that can be waited on."""

    def wait(self, signal: Signal, seconds: float | None) -> bool:
        """Block this thread until the signal is set or `seconds` are over; return whether it is set."""
        ...

    async def wait_async(self, signal: Signal, seconds: float | None) -> bool:
        """Do the same for this coroutine, leaving the loop free."""
        ...


class Signal:
    """Something that happens once, and that threads and coroutines alike can wait for."""

    def __init__(self, timer: Timer) -> None:
        self.event = threading.Event()
        self._timer = timer
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    @property
    def is_set(self) -> bool:
        """Whether it has happened."""
        return self.event.is_set()

    def set(self) -> None:
        """Let it happen; the listeners are called in this thread."""
        with self._lock:
            self.event.set()
            listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when it happens, now if it has; the result takes the listener back."""
        with self._lock:
            if not self.event.is_set():
                self._listeners.append(listener)
                return lambda: self._forget(listener)
        listener()
        return lambda: None

    def wait(self, seconds: float | None = None) -> bool:
        """Block this thread until it happens or `seconds` are over; return whether it has happened."""
        return self.event.is_set() or self._timer.wait(self, seconds)

    async def wait_async(self, seconds: float | None = None) -> bool:
        """Wait in this coroutine."""
        return self.event.is_set() or await self._timer.wait_async(self, seconds)

    def _forget(self, listener: Callable[[], None]) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)


class SystemTimer(SystemClock):
    """The machine's clock."""

    def wait(self, signal: Signal, seconds: float | None) -> bool:
        """Block this thread."""
        return signal.event.wait(seconds)

    async def wait_async(self, signal: Signal, seconds: float | None) -> bool:
        """Wait in this coroutine."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        forget = signal.listen(lambda: _wake(loop, woken))
        try:
            async with asyncio.timeout(seconds):
                await woken.wait()
        except TimeoutError:
            pass
        finally:
            forget()
        return signal.is_set


def _wake(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    try:
        loop.call_soon_threadsafe(event.set)
    except RuntimeError:
        # The loop is closed: whoever waited in it is gone.
        return
