"""What waits to be published while the router is away, and what was published lately."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

DEFAULT_CAPACITY_BYTES = 64 * 2**20
# Enough for a recorder that was away for a while; 100 fields at 10 Hz for eight minutes.
DEFAULT_KEPT_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Publication:
    """One recorded message: its topic, its argument, about how much memory it takes, and the numbers of
    its blocks, `first_sequence` to `last_sequence`.
    """

    topic: str
    argument: list[Any]
    size_bytes: int
    first_sequence: int = 0
    last_sequence: int = 0


class Outbox:
    """A first-in first-out queue of publications that drops the oldest when it is full.

    `send` publishes one and raises when that is impossible now. `put` is for any thread, `drain` for the
    one that may call `send`. What was sent is kept, up to `kept_bytes`, for those who missed it.
    """

    def __init__(
        self,
        send: Callable[[str, list[Any]], None],
        capacity_bytes: int = DEFAULT_CAPACITY_BYTES,
        kept_bytes: int = DEFAULT_KEPT_BYTES,
    ) -> None:
        self._send = send
        self._kept_bytes = kept_bytes
        self._sent: deque[Publication] = deque()
        self._sent_size = 0
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
            else:
                self._keep(first)
            self._forget(first)

    def sent(self, topic: str) -> list[Publication]:
        """Return what was sent on a topic and is still kept, oldest first; for the thread that drains."""
        return [each for each in self._sent if each.topic == topic]

    def _keep(self, publication: Publication) -> None:
        self._sent.append(publication)
        self._sent_size += publication.size_bytes
        while self._sent_size > self._kept_bytes:
            self._sent_size -= self._sent.popleft().size_bytes

    def _forget(self, publication: Publication) -> None:
        with self._lock:
            # It may have been dropped meanwhile, to make room.
            if self._waiting and self._waiting[0] is publication:
                self._waiting.popleft()
                self._size -= publication.size_bytes
