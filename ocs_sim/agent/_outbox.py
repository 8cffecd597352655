"""What waits to be published: nothing while the router is there, a bounded queue while it is not."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

DEFAULT_CAPACITY_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Publication:
    """One recorded message: its topic, its argument, and about how much memory it takes."""

    topic: str
    argument: list[Any]
    size_bytes: int


class Outbox:
    """A first-in first-out queue of publications that drops the oldest when it is full.

    `send` publishes one and raises when that is impossible now. `put` is for any thread, `drain` for the
    one that may call `send`.
    """

    def __init__(
        self, send: Callable[[str, list[Any]], None], capacity_bytes: int = DEFAULT_CAPACITY_BYTES
    ) -> None:
        self._send = send
        self._capacity = capacity_bytes
        self._lock = threading.Lock()
        self._waiting: deque[Publication] = deque()
        self._size = 0
        self.dropped = 0

    @property
    def waiting(self) -> int:
        """How many publications wait."""
        return len(self._waiting)

    def put(self, publication: Publication) -> None:
        """Append a publication; the oldest ones make room for it."""
        with self._lock:
            self._waiting.append(publication)
            self._size += publication.size_bytes
            while self._size > self._capacity and len(self._waiting) > 1:
                self._size -= self._waiting.popleft().size_bytes
                self.dropped += 1

    def drain(
        self,
        unavailable: type[Exception] | tuple[type[Exception], ...],
        refused: Callable[[Publication, Exception], None],
    ) -> bool:
        """Send what waits, in order; False when `send` raised `unavailable` and the rest was kept.

        A publication for which it raises anything else is given up, and `refused` told: it must not keep
        those behind it waiting for ever.
        """
        while True:
            with self._lock:
                if not self._waiting:
                    return True
                first = self._waiting[0]
            try:
                self._send(first.topic, first.argument)
            except unavailable:
                return False
            except Exception as fault:
                self.dropped += 1
                refused(first, fault)
            self._forget(first)

    def _forget(self, publication: Publication) -> None:
        with self._lock:
            # It may have been dropped meanwhile, to make room.
            if self._waiting and self._waiting[0] is publication:
                self._waiting.popleft()
                self._size -= publication.size_bytes
