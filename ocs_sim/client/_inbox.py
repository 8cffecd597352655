"""What a feed publishes, kept for a reader who may be slow."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from ocs_sim.wire import FeedMessage

_LONGEST = 10_000


class Inbox:
    """A bounded queue between the bus's loop and one reader.

    When a reader falls behind by more than 10,000 items the oldest are dropped and counted in `dropped`:
    a slow reader must never slow the bus.
    """

    def __init__(self, limit: int = _LONGEST) -> None:
        self._limit = limit
        self._items: deque[Any] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._listeners: list[Callable[[], object]] = []
        self.dropped = 0

    def put(self, item: Any) -> None:
        """Add an item; never waits."""
        with self._changed:
            if self._closed:
                return
            if len(self._items) >= self._limit:
                self._items.popleft()
                self.dropped += 1
            self._items.append(item)
            self._wake()

    def close(self) -> None:
        """End the queue; what is in it can still be taken."""
        with self._changed:
            self._closed = True
            self._wake()

    def _wake(self) -> None:
        self._changed.notify()
        for listener in self._listeners:
            listener()

    def on_change(self, listener: Callable[[], object]) -> None:
        """Call `listener`, in whatever thread it happens, whenever there may be something to take."""
        with self._changed:
            self._listeners.append(listener)

    def take(self) -> tuple[bool, Any]:
        """Return True and the oldest item, or False and whether the queue has ended."""
        with self._changed:
            return (True, self._items.popleft()) if self._items else (False, self._closed)

    def get(self, timeout_seconds: float | None = None) -> Any:
        """Wait for the oldest item; raise TimeoutError when none comes, StopIteration at the end."""
        end = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        with self._changed:
            while not self._items:
                left = None if end is None else end - time.monotonic()
                if self._closed:
                    raise StopIteration
                if left is not None and left <= 0:
                    raise TimeoutError
                self._changed.wait(left)
            return self._items.popleft()


def items_of(message: FeedMessage) -> Iterator[Any]:
    """Return what an iterator over a feed yields: its blocks if it is recorded, else its messages."""
    return iter(message.blocks) if message.feed.record else iter([message.message])
