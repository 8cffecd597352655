"""The messages of a run, bounded as OCS bounds them."""

from __future__ import annotations

from collections import deque

KEEP_SECONDS = 3600.0
KEEP_AT_LEAST = 5
KEEP_AT_MOST = 10_000
PURGE_PERIOD_SECONDS = 720.0


class MessageLog:
    """Texts with the unix time of each, oldest first."""

    def __init__(self, now: float) -> None:
        self._entries: deque[tuple[float, str]] = deque(maxlen=KEEP_AT_MOST)
        self._purged = now

    def add(self, now: float, text: str) -> None:
        """Append a text."""
        self._purge(now)
        self._entries.append((now, text))

    def encode(self, now: float) -> list[list[float | str]]:
        """Return the texts as the wire has them: pairs of unix time and text."""
        self._purge(now)
        return [[moment, text] for moment, text in self._entries]

    def _purge(self, now: float) -> None:
        if now - self._purged < PURGE_PERIOD_SECONDS:
            return
        self._purged = now
        while len(self._entries) > KEEP_AT_LEAST and self._entries[0][0] < now - KEEP_SECONDS:
            self._entries.popleft()
