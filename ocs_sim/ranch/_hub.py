"""From one reader of changes to all who listen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# So many frames wait for a listener; who is further behind is not listening.
_MOST_WAITING = 256


class Listener:
    """Somebody who wants what happens at a site."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.frames: asyncio.Queue[str] = asyncio.Queue(_MOST_WAITING)
        self.is_too_slow = asyncio.Event()

    def offer(self, frame: str) -> None:
        """Let a frame wait, or give the listener up."""
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.is_too_slow.set()


class Hub:
    """Who listens to what; for the loop's thread."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    @contextmanager
    def listener(self, site: str) -> Iterator[Listener]:
        """Listen to a site for as long as it takes; `site` of the listener may be changed meanwhile."""
        listener = Listener(site)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    @property
    def sites(self) -> set[str]:
        """The sites that somebody listens to."""
        return {listener.site for listener in self._listeners}

    @property
    def listeners(self) -> frozenset[Listener]:
        """Who listens now."""
        return frozenset(self._listeners)

    def tell(self, site: str, topic: str, data: Any) -> None:
        """Send `{"site", "topic", "data"}` to who listens to a site."""
        wanted = [listener for listener in self._listeners if listener.site == site]
        if wanted:
            frame = json.dumps({"site": site, "topic": topic, "data": data})
            for listener in wanted:
                listener.offer(frame)
