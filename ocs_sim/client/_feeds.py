"""Listening to an agent's feeds: handlers, and iterators in two colours."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from ocs_sim.bus import Connection, Match
from ocs_sim.bus import Subscription as BusSubscription
from ocs_sim.client import _bridge
from ocs_sim.client._inbox import Inbox, items_of
from ocs_sim.wire import BadFeedMessage, FeedMessage, decode_publication

_log = logging.getLogger(__name__)
_JOIN_SECONDS = 2.0


Convert = Callable[[str, Any], Iterable[Any]]


def whole(topic: str, publication: Any) -> Iterable[Any]:
    """Return the FeedMessage in a publication."""
    return [decode_publication(publication, topic)]


def split(topic: str, publication: Any) -> Iterable[Any]:
    """Return the blocks in a publication of a recorded feed, the message of any other."""
    return items_of(decode_publication(publication, topic))


class Tap:
    """A subscription that fills an inbox; opened and closed on the bus's loop."""

    def __init__(self, connection: Connection, topic: str, convert: Convert, match: Match = "exact") -> None:
        self._connection = connection
        self.topic = topic
        self.inbox = Inbox()
        self._convert, self._match = convert, match
        self._subscription: BusSubscription | None = None

    async def open(self) -> Tap:
        """Subscribe."""
        self._subscription = await self._connection.subscribe(
            self.topic, self._note, self._match, with_topic=True
        )
        return self

    async def close(self) -> None:
        """Unsubscribe and end the inbox."""
        self.inbox.close()
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            await self._connection.unsubscribe(subscription)

    def _note(self, publication: Any = None, *_more: Any, topic: str, **_named: Any) -> None:
        try:
            for item in self._convert(topic, publication):
                self.inbox.put(item)
        except BadFeedMessage as fault:
            _log.warning("%s", fault)


class Subscription:
    """A handler that is called, in a thread of its own, with each FeedMessage of a feed."""

    def __init__(self, tap: Tap, handler: Callable[[FeedMessage], object]) -> None:
        """Begin to call `handler`; an exception of it is logged and ends nothing."""
        self._tap = tap
        self._handler = handler
        self._thread = threading.Thread(target=self._deliver, name=f"feed {tap.topic}", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """How many messages were dropped because the handler is too slow."""
        return self._tap.inbox.dropped

    def cancel(self) -> None:
        """Stop listening; returns when the handler has returned."""
        _bridge.wait(self._tap.close())
        if threading.current_thread() is not self._thread:
            self._thread.join(_JOIN_SECONDS)

    def _deliver(self) -> None:
        while True:
            try:
                message = self._tap.inbox.get()
            except StopIteration:
                return
            try:
                self._handler(message)
            except Exception:
                _log.exception("the handler of %s failed", self._tap.topic)


class FeedStream(Iterator[Any]):
    """What a feed publishes from now on: `Block`s if it is recorded, else its messages.

    Ends after `count` items, when nothing comes for `timeout_seconds`, or with `close()`.
    """

    def __init__(self, tap: Tap, count: int | None, timeout_seconds: float | None) -> None:
        self._tap = tap
        self._left = count
        self._timeout_seconds = timeout_seconds

    def __iter__(self) -> FeedStream:
        return self

    def __next__(self) -> Any:
        try:
            if self._left is not None and self._left <= 0:
                raise StopIteration
            item = self._tap.inbox.get(self._timeout_seconds)
        except (TimeoutError, StopIteration):
            self.close()
            raise StopIteration from None
        if self._left is not None:
            self._left -= 1
        return item

    @property
    def dropped(self) -> int:
        """How many items were dropped because they were not taken in time."""
        return self._tap.inbox.dropped

    def close(self) -> None:
        """Stop listening."""
        _bridge.wait(self._tap.close())

    def __enter__(self) -> FeedStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncFeedStream:
    """FeedStream for `async for`, on any asyncio loop."""

    def __init__(self, tap: Tap, count: int | None, timeout_seconds: float | None) -> None:
        self._tap = tap
        self._left = count
        self._timeout_seconds = timeout_seconds
        self._changed: asyncio.Event | None = None

    def __aiter__(self) -> AsyncFeedStream:
        return self

    async def __anext__(self) -> Any:
        if self._left is not None and self._left <= 0:
            await self.close()
            raise StopAsyncIteration
        try:
            async with asyncio.timeout(self._timeout_seconds):
                item = await self._next()
        except TimeoutError:
            await self.close()
            raise StopAsyncIteration from None
        if self._left is not None:
            self._left -= 1
        return item

    async def _next(self) -> Any:
        if self._changed is None:
            changed, loop = asyncio.Event(), asyncio.get_running_loop()
            self._changed = changed
            self._tap.inbox.on_change(partial(loop.call_soon_threadsafe, changed.set))
        while True:
            there, value = self._tap.inbox.take()
            if there:
                return value
            if value:
                raise StopAsyncIteration
            await self._changed.wait()
            self._changed.clear()

    @property
    def dropped(self) -> int:
        """How many items were dropped because they were not taken in time."""
        return self._tap.inbox.dropped

    async def close(self) -> None:
        """Stop listening."""
        await _bridge.over(self._tap.close())

    async def __aenter__(self) -> AsyncFeedStream:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
