"""Who takes jobs, one after another within a process: at the same time, all would run for the same job."""

from __future__ import annotations

import threading

_LOCKS = 64


class Turns:
    """Locks by site and by way of taking; a few stand for all, as anybody may ask for any site's name."""

    def __init__(self) -> None:
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))

    def of(self, site: str, way: str) -> threading.Lock:
        """Return the lock of those who take jobs of this site in this way."""
        return self._locks[hash((site, way)) % _LOCKS]
