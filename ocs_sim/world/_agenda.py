"""What will happen by itself: done when somebody looks, each at its own moment and in the order of these."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

Action = Callable[[float], None]


class Agenda:
    """Actions that wait for a moment; looking late changes nothing, as each is told its own moment."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._entries: list[tuple[float, int, Action]] = []
        self._numbers = itertools.count()

    def add(self, at: float, action: Action) -> Callable[[], None]:
        """Have `action(at)` done once it is `at`; return what takes it off again."""
        entry = (at, next(self._numbers), action)
        heapq.heappush(self._entries, entry)

        def remove() -> None:
            if entry in self._entries:
                self._entries.remove(entry)
                heapq.heapify(self._entries)

        return remove

    def catch_up(self, now: float, stand_at: Callable[[float], None]) -> None:
        """Do what is due, also what that adds; `stand_at` is told the moment before each."""
        while self._entries and self._entries[0][0] <= now:
            at, _, action = heapq.heappop(self._entries)
            stand_at(at)
            action(at)
