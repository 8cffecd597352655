"""From any thread to the router: recorded publications wait for it, all others do not."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from ocs_sim.agent._context import BusLink
from ocs_sim.agent._counters import FeedCounters
from ocs_sim.agent._publication import Publication
from ocs_sim.agent._publication_log import DEFAULT_CAPACITY_BYTES, PublicationLog
from ocs_sim.agent._spill import Spill
from ocs_sim.agent._timer import Signal, Timer
from ocs_sim.bus import BusError, NotConnected

_log = logging.getLogger(__name__)
# What the transport has not taken yet is memory beside the log, and may be lost with the connection.
MOST_BACKLOG_BYTES = 4 * 2**20
# Heartbeats still pass when what is recorded has to wait.
_MOST_FLEETING_BACKLOG_BYTES = 2 * MOST_BACKLOG_BYTES
_LOOK_AGAIN_SECONDS = 0.02
# So much is sent before the loop has its turn: some milliseconds' worth.
_SLICE_PUBLICATIONS = 64
_SLICE_BYTES = 2**20
_LAST_SECONDS = 1.0


class Courier:
    """Delivers what publishers hand over, in the loop's thread, in order."""

    def __init__(
        self,
        link: BusLink,
        loop: asyncio.AbstractEventLoop,
        timer: Timer,
        history_bytes: int = DEFAULT_CAPACITY_BYTES,
        spill: Spill | None = None,
    ) -> None:
        """Begin to deliver; to be called in the loop's thread. `history_bytes` bounds what is kept."""
        self.log = PublicationLog(history_bytes)
        self.spill = spill
        self._link = link
        self._loop = loop
        self._loop_thread = threading.get_ident()
        self._timer = timer
        self._closing = Signal(timer)
        self._timers: set[asyncio.Task[None]] = set()
        self._asked = False
        self._goes_on = False

    @property
    def waiting(self) -> int:
        """How many recorded blocks wait for the router."""
        return self.log.waiting_blocks

    @property
    def waiting_bytes(self) -> int:
        """How much of what was recorded waits for the router."""
        return self.log.waiting_bytes

    @property
    def dropped(self) -> int:
        """How many recorded blocks were given up before they were sent."""
        return self.log.dropped_blocks

    def counters(self, topic: str) -> FeedCounters:
        """Return what has become of what was published on a topic."""
        return self.log.counters(topic)

    def next_sent(self) -> Mapping[str, int]:
        """Return one past the number of the last block that the router was given, for each topic."""
        return self.log.next_sent()

    def recorded(self, publication: Publication) -> None:
        """Publish as soon as the router is there."""
        if self.spill is not None:
            publication = publication._replace(spilled=self.spill.append(publication))
        self.log.put(publication)
        # What goes on takes it too, for it stops saying so before it looks for the last time.
        if not self._asked and not self._goes_on:
            self._asked = True
            self._hop(self.drain)

    def fleeting(self, topic: str, argument: list[Any]) -> None:
        """Publish now or never."""
        self._hop(lambda: self._publish(topic, argument))

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Call `callback` in the loop's next turn."""
        if threading.get_ident() == self._loop_thread:
            self._loop.call_soon(callback)
        else:
            self._hop(callback)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call `callback` in the loop in `seconds`, unless the agent has closed by then."""
        self._hop(lambda: self._schedule(seconds, callback))

    def drain(self) -> None:
        """Publish what waits, if the router is there, and let the loop have its turns meanwhile."""
        self._asked = False
        if not self._goes_on:
            self._drain()

    async def finish(self) -> None:
        """Publish what waits, for as long as the router is there and takes it, but not for ever."""
        deadline = self._timer.monotonic() + _LAST_SECONDS
        while self._link.joined and self._send_some() and self._timer.monotonic() < deadline:
            await self._timer.wait_async(self._closing, _LOOK_AGAIN_SECONDS if self._is_stalled() else 0)

    async def close(self) -> None:
        """Leave no timer behind, and no file open."""
        self._closing.set()
        await asyncio.gather(*self._timers)
        if self.spill is not None:
            self.spill.close(self.log.waiting())

    def _drain(self) -> None:
        self._goes_on = False
        if not self._link.joined or not self._send_some():
            return
        self._goes_on = True
        if self._is_stalled():
            self._schedule(_LOOK_AGAIN_SECONDS, self._drain)
        else:
            self._loop.call_soon(self._drain)

    def _send_some(self) -> bool:
        """Publish a slice of what waits; return whether the rest is to be sent later."""
        left = _SLICE_BYTES
        for _ in range(_SLICE_PUBLICATIONS):
            if left <= 0 or self._is_stalled():
                break
            publication = self.log.take()
            if publication is None:
                return False
            left -= publication.size_bytes
            if not self._send(publication):
                return False
        return self.log.waiting_blocks > 0

    def _send(self, publication: Publication) -> bool:
        """Publish; return whether the router is there."""
        try:
            self._link.publish_packed(publication.topic, publication.packed)
        except NotConnected:
            self.log.give_back(publication)
            return False
        except Exception as fault:  # whatever is wrong with it, those behind it must not wait for ever
            self.log.give_up(publication)
            _log.error("not published on %s, and lost: %s", publication.topic, fault)
        return True

    def _is_stalled(self) -> bool:
        return self._link.backlog_bytes > MOST_BACKLOG_BYTES

    def _publish(self, topic: str, argument: list[Any]) -> None:
        if not self._link.joined or self._link.backlog_bytes > _MOST_FLEETING_BACKLOG_BYTES:
            return
        try:
            self._link.publish(topic, argument)
        except NotConnected:
            return
        except BusError as fault:
            _log.error("not published on %s: %s", topic, fault)

    def _schedule(self, seconds: float, callback: Callable[[], None]) -> None:
        timer = self._loop.create_task(self._fire_later(seconds, callback))
        self._timers.add(timer)
        timer.add_done_callback(self._timers.discard)

    async def _fire_later(self, seconds: float, callback: Callable[[], None]) -> None:
        if not await self._closing.wait_async(seconds):
            callback()

    def _hop(self, callback: Callable[[], None]) -> None:
        if threading.get_ident() == self._loop_thread:
            callback()
            return
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:
            # The loop is closed: the agent has left, and a thread that would not end still publishes.
            return
