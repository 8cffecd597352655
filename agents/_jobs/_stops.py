"""Which jobs a stop is against, also those that come after it although they are older."""

from __future__ import annotations

from collections import deque

from ._entry import Entry

_MOST_REMEMBERED = 100
_EVERYTHING, _GUARDED = "*", "guarded"


class Stops:
    """The latest stops."""

    def __init__(self) -> None:
        self._latest: deque[Entry] = deque(maxlen=_MOST_REMEMBERED)

    def add(self, stop: Entry) -> None:
        """Remember a stop."""
        self._latest.append(stop)

    def against(self, entry: Entry) -> str | None:
        """Return the ULID of a stop that ends this job, which has not begun, because it is the older one."""
        for stop in self._latest:
            if entry.ulid < stop.ulid and self.is_against(stop, entry):
                return stop.ulid
        return None

    def is_against(self, stop: Entry, entry: Entry) -> bool:
        """Return whether a stop ends a job that came before it."""
        scope, row = stop.prepared.row.stops, entry.prepared.row
        if row.overtakes:
            return False
        if entry.job.device_type.casefold() in (each.casefold() for each in scope):
            return True
        return _EVERYTHING in scope and (_GUARDED in scope or not row.guarded)
