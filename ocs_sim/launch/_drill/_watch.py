"""Looks twice a second at how much memory everybody takes and what the Aggregator has counted."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psutil

from ocs_sim.launch._drill._scratch import AGGREGATOR, Scratch

ROUTER = "router"
_PERIOD_SECONDS = 0.5
_CHANGES = 2


@dataclass
class Memory:
    """Resident memory in bytes: at the first look, the most, and at the last one."""

    first: int
    most: int
    last: int

    def note(self, size_bytes: int) -> None:
        """Take another look."""
        self.most, self.last = max(self.most, size_bytes), size_bytes


class Watch(threading.Thread):
    """A thread that looks until it is told to `end`."""

    def __init__(self, scratch: Scratch) -> None:
        super().__init__(name="drill-watch", daemon=True)
        self._scratch = scratch
        self._ending = threading.Event()
        self._counted: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.memory: dict[str, Memory] = {}

    def run(self) -> None:
        """Look until the end."""
        while not self._ending.wait(_PERIOD_SECONDS):
            self.look()

    def end(self) -> None:
        """Look no more."""
        self._ending.set()
        self.join()

    def look(self) -> None:
        """Note what is true now."""
        self._note(ROUTER, self._scratch.router.status().rss_bytes)
        for name in self._scratch.agents:
            self._note(name, _rss(self._scratch.process(name)))
        self.count()

    def count(self) -> None:
        """Note what the Aggregator has counted so far; each of its processes counts from 0."""
        session = self._scratch.desk.session(AGGREGATOR, "record")
        for feed, counters in feeds_of(session).items():
            self._counted[str((session or {}).get("start_time")), feed] = counters

    def total(self, key: str) -> int:
        """Return the sum of a counter over all feeds and all processes that the Aggregator has had."""
        return sum(int(counters.get(key) or 0) for counters in self._counted.values())

    def _note(self, name: str, size_bytes: int | None) -> None:
        if size_bytes and name in self.memory:
            self.memory[name].note(size_bytes)
        elif size_bytes:
            self.memory[name] = Memory(size_bytes, size_bytes, size_bytes)


class News:
    """Whether the Aggregator has heard what each feed's agent had published when this was made.

    A first change may be from just before that; the second one is from after it.
    """

    def __init__(self, feeds: Iterable[str]) -> None:
        self._heard: dict[str, list[int]] = {feed: [] for feed in feeds}

    def take(self, feeds: Mapping[str, Mapping[str, Any]]) -> bool:
        """Look at the Aggregator's counters; return whether it has."""
        for feed, heard in self._heard.items():
            published = feeds.get(feed, {}).get("published")
            if published is not None and published not in heard[-1:]:
                heard.append(published)
        return all(len(heard) > _CHANGES for heard in self._heard.values())


def pending_blocks(session: Mapping[str, Any] | None) -> int:
    """Return how many blocks the Aggregator knows to lack."""
    replay = ((session or {}).get("data") or {}).get("replay") or {}
    return int(replay.get("pending_blocks") or 0)


def feeds_of(session: Mapping[str, Any] | None) -> Mapping[str, Mapping[str, Any]]:
    """Return the counters of each feed's address in the Aggregator's session."""
    data = (session or {}).get("data") or {}
    feeds: Mapping[str, Mapping[str, Any]] = data.get("feeds") or {}
    return feeds


def _rss(process: psutil.Process | None) -> int | None:
    try:
        return int(process.memory_info().rss) if process else None
    except psutil.Error:
        return None
