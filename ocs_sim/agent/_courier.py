"""From any thread to the router: recorded publications wait for it, all others do not."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

from ocs_sim.agent._context import BusLink
from ocs_sim.agent._outbox import DEFAULT_CAPACITY_BYTES, Outbox, Publication
from ocs_sim.agent._timer import Signal, Timer
from ocs_sim.bus import BusError, NotConnected

_log = logging.getLogger(__name__)


class Courier:
    """Delivers what publishers hand over, in the loop's thread, in order."""

    def __init__(
        self,
        link: BusLink,
        loop: asyncio.AbstractEventLoop,
        timer: Timer,
        capacity_bytes: int = DEFAULT_CAPACITY_BYTES,
    ) -> None:
        """Begin to deliver; to be called in the loop's thread."""
        self._link = link
        self._loop = loop
        self._loop_thread = threading.get_ident()
        self._outbox = Outbox(link.publish, capacity_bytes)
        self._closing = Signal(timer)
        self._timers: set[asyncio.Task[None]] = set()
        self._asked = False

    @property
    def waiting(self) -> int:
        """How many recorded publications wait for the router."""
        return self._outbox.waiting

    @property
    def dropped(self) -> int:
        """How many recorded publications were given up because too many waited."""
        return self._outbox.dropped

    def sent(self, topic: str) -> list[Publication]:
        """Return what was published on the topic of a recorded feed lately, oldest first."""
        return self._outbox.sent(topic)

    def recorded(self, publication: Publication) -> None:
        """Publish as soon as the router is there."""
        self._outbox.put(publication)
        if not self._asked:
            self._asked = True
            self._hop(self.drain)

    def fleeting(self, topic: str, argument: list[Any]) -> None:
        """Publish now or never."""
        self._hop(lambda: self._publish(topic, argument))

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call `callback` in the loop in `seconds`, unless the agent has closed by then."""
        self._hop(lambda: self._schedule(seconds, callback))

    def drain(self) -> None:
        """Publish what waits, if the router is there."""
        self._asked = False
        if self._link.joined:
            self._outbox.drain(NotConnected, self._refused)

    async def close(self) -> None:
        """Leave no timer behind."""
        self._closing.set()
        await asyncio.gather(*self._timers)

    def _publish(self, topic: str, argument: list[Any]) -> None:
        if self._link.joined:
            try:
                self._link.publish(topic, argument)
            except NotConnected:
                return
            except BusError as fault:
                _log.error("not published on %s: %s", topic, fault)

    def _refused(self, publication: Publication, fault: Exception) -> None:
        _log.error("not published on %s, and lost: %s", publication.topic, fault)

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
