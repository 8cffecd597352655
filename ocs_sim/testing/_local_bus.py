"""A router inside the test: calls and publications between agents of one process, with WAMP's rules."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ocs_sim.bus import CallFailed, NoSuchProcedure, NotConnected
from ocs_sim.wire import pack_value, unpack_publication

Result = TypeVar("Result")
_SECONDS = 30.0


def _matches(pattern: str, match: str, topic: str) -> bool:
    if match == "prefix":
        return topic.startswith(pattern)
    if match == "exact":
        return topic == pattern
    wanted, given = pattern.split("."), topic.split(".")
    return len(wanted) == len(given) and all(
        one in ("", other) for one, other in zip(wanted, given, strict=True)
    )


@dataclass(frozen=True)
class _Ear:
    """One subscription."""

    pattern: str
    match: str
    handler: Callable[..., Any]
    with_topic: bool
    packed: bool

    def hear(self, topic: str, args: tuple[Any, ...]) -> None:
        """Give a publication to the handler, unless it is for another topic."""
        if not _matches(self.pattern, self.match, topic) or (self.packed and len(args) != 1):
            return
        heard: tuple[Any, ...] = (pack_value(args[0]),) if self.packed else args
        if self.with_topic:
            self.handler(*heard, topic=topic)
        else:
            self.handler(*heard)


@dataclass(eq=False)
class LocalLink:
    """One agent's connection to a LocalBus; like WAMP it does not hear what it publishes itself.

    `backlog_bytes` is what a stalled router would leave behind; tests may set it.
    """

    bus: LocalBus
    on_joined: Callable[[], None]
    joined: bool = False
    started: bool = False
    procedures: dict[str, Callable[..., Any]] = field(default_factory=dict)
    subscriptions: list[_Ear] = field(default_factory=list)
    backlog_bytes: int = 0

    def start(self) -> None:
        """Join, if the bus is up."""
        self.started = True
        # As with a real router, not in this turn of the loop.
        self.bus.loop.call_soon(self.join)

    def join(self) -> None:
        """Join now, unless the bus is down or this has joined already."""
        if self.bus.up and self.started and not self.joined:
            self.joined = True
            self.on_joined()

    async def call(self, uri: str, /, *args: Any, timeout_seconds: float | None = None, **kwargs: Any) -> Any:
        """Call a procedure of any agent on the bus."""
        if not self.joined:
            raise NotConnected(what=uri, fault="the local bus is down")
        async with asyncio.timeout(timeout_seconds):
            return await self.bus.answer(uri, args, kwargs)

    def publish(self, topic: str, /, *args: Any) -> None:
        """Publish to all others."""
        if not self.joined:
            raise NotConnected(what=topic, fault="the local bus is down")
        self.bus.deliver(topic, args, self)

    def publish_packed(self, topic: str, packed: bytes) -> None:
        """Publish an argument that is msgpack already."""
        self.publish(topic, unpack_publication(packed))

    async def register(self, uri: str, handler: Callable[..., Any]) -> None:
        """Offer a procedure."""
        self.procedures[uri] = handler

    async def subscribe(
        self,
        topic: str,
        handler: Callable[..., Any],
        match: str = "exact",
        *,
        with_topic: bool = False,
        packed: bool = False,
    ) -> None:
        """Listen to a topic or a pattern; with `packed`, to the argument as msgpack bytes."""
        self.subscriptions.append(_Ear(topic, match, handler, with_topic, packed))

    async def close(self) -> None:
        """Leave."""
        self.joined = self.started = False
        self.bus.links.remove(self)


class LocalBus:
    """A loop in a thread of its own, and what is published and called in it; a context manager."""

    def __init__(self) -> None:
        self.up = True
        self.links: list[LocalLink] = []
        self.published: list[tuple[str, tuple[Any, ...]]] = []
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._drive, name="local-bus")

    def __enter__(self) -> LocalBus:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(_SECONDS)
        self.loop.close()

    def link(self, on_joined: Callable[[], None]) -> LocalLink:
        """Return a new connection."""
        self.links.append(LocalLink(self, on_joined))
        return self.links[-1]

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine in the bus's loop and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(_SECONDS)

    def flush(self) -> None:
        """Wait until the loop has run what was queued."""
        self.run(asyncio.sleep(0))

    def set_up(self, up: bool) -> None:
        """Let the router vanish, or return."""
        self.run(self._set_up(up))

    async def answer(self, uri: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Let the agent that offers a procedure answer a call."""
        for link in self.links:
            handler = link.procedures.get(uri)
            if handler is not None and link.joined:
                try:
                    result = handler(*args, **kwargs)
                    return await result if inspect.isawaitable(result) else result
                except TypeError as fault:
                    raise CallFailed(
                        uri=uri, error="wamp.error.runtime_error", arguments=(str(fault),)
                    ) from fault
        text = f"no callee registered for procedure <{uri}>"
        raise NoSuchProcedure(uri=uri, error="wamp.error.no_such_procedure", arguments=(text,))

    def deliver(self, topic: str, args: tuple[Any, ...], publisher: LocalLink | None = None) -> None:
        """Hand a publication to its subscribers."""
        self.published.append((topic, args))
        for link in self.links:
            if link is publisher or not link.joined:
                continue
            for each in link.subscriptions:
                each.hear(topic, args)

    async def _set_up(self, up: bool) -> None:
        self.up = up
        for link in self.links:
            if up:
                link.join()
            else:
                link.joined = False

    def _drive(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
