"""A connection to the router that comes back by itself."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ocs_sim.bus._endpoints import Endpoint
from ocs_sim.bus._errors import (
    BusError,
    CallTimedOut,
    ConnectionLost,
    NotConnected,
    RouterUnreachable,
    SubscriptionRefused,
)
from ocs_sim.bus._link import Connector, Handler, Link, Match
from ocs_sim.bus._wishes import Registration, Subscription, Tasks, Wish, report
from ocs_sim.clock import Clock, SystemClock

_log = logging.getLogger(__name__)
_FIRST_DELAY_SECONDS = 0.1
_LONGEST_DELAY_SECONDS = 1.0
_LOOK_SECONDS = 0.05
_ASK_AGAIN_SECONDS = 1.0
# A session that lasted this long shows that the router is well: the next loss starts with a short delay.
_WELL_SECONDS = 1.0
# Not the generator of a program that may have seeded it.
_jitter = random.Random()  # noqa: S311 - not a secret


class State(Enum):
    """Where a connection is in its life.

    OFFLINE -start-> CONNECTING -joined-> JOINED -lost-> WAITING -delay over-> CONNECTING;
    CONNECTING -no router answers-> WAITING; every state -close-> CLOSED.
    """

    OFFLINE = "offline"
    CONNECTING = "connecting"
    JOINED = "joined"
    WAITING = "waiting"
    CLOSED = "closed"


_NEXT: dict[State, frozenset[State]] = {
    State.OFFLINE: frozenset({State.CONNECTING, State.CLOSED}),
    State.CONNECTING: frozenset({State.JOINED, State.WAITING, State.CLOSED}),
    State.JOINED: frozenset({State.WAITING, State.CLOSED}),
    State.WAITING: frozenset({State.CONNECTING, State.CLOSED}),
    State.CLOSED: frozenset(),
}


@dataclass
class Counters:
    """What happened to a connection so far; `joined_at` is unix seconds."""

    joins: int = 0
    losses: int = 0
    refusals: int = 0
    joined_at: float | None = None


class Connection:
    """One WAMP session at a time, for ever, with what it offers and hears renewed in each.

    All methods are to be called on the loop of `run` or `background_loop`. What is sent must be plain
    (see `ocs_sim.wire.to_plain`). `on_joined()` and `on_left(reason)` may be coroutine functions.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        realm: str,
        *,
        name: str,
        clock: Clock | None = None,
        on_joined: Callable[[], Any] | None = None,
        on_left: Callable[[str], Any] | None = None,
        on_refused: Callable[[str], Any] | None = None,
        connector: Connector | None = None,
    ) -> None:
        """Prepare a connection; `name` appears in logs."""
        self.name = name
        self.counters = Counters()
        self.fault = "not started"
        self._endpoints, self._realm = tuple(endpoints), realm
        self._clock = clock or SystemClock()
        self._on_joined, self._on_left, self._on_refused = on_joined, on_left, on_refused
        self._connector: Connector = connector or _wamp_connector
        self._state = State.OFFLINE
        self._settled, self._refusals = asyncio.Event(), asyncio.Event()
        self._link: Link | None = None
        self._wishes: list[Wish] = []
        self._tasks = Tasks()
        self._maintenance: asyncio.Task[None] | None = None

    @property
    def state(self) -> State:
        """Where the connection is in its life."""
        return self._state

    @property
    def joined(self) -> bool:
        """True while the router is there and all that is to be offered and heard was asked of it."""
        return self._state is State.JOINED and self._link is not None and not self._link.lost.done()

    @property
    def refused(self) -> dict[str, str]:
        """The procedures and topics that the router refuses, each with its reason."""
        return {_address(wish): wish.refusal for wish in self._wishes if wish.refusal is not None}

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._become(State.CONNECTING)
        self.fault = "still connecting"
        self._maintenance = asyncio.get_running_loop().create_task(self._maintain(), name=f"bus {self.name}")
        self._maintenance.add_done_callback(report)

    async def wait_joined(self, timeout_seconds: float | None = None) -> None:
        """Wait for the router; raise RouterUnreachable, which says what was tried, when time is up."""
        try:
            async with asyncio.timeout(timeout_seconds):
                while not self.joined:
                    if self._state is State.CLOSED:
                        raise NotConnected(what="the wait for the router", fault=self.fault)
                    # Joined by state alone means that a loss is about to be noticed.
                    await (asyncio.sleep(0) if self._state is State.JOINED else self._settled.wait())
        except TimeoutError:
            urls = " or ".join(endpoint.url for endpoint in self._endpoints)
            raise RouterUnreachable(url=urls, fault=self.fault) from None

    async def call(self, uri: str, /, *args: Any, timeout_seconds: float | None = None, **kwargs: Any) -> Any:
        """Call a procedure and return its result.

        Raises NotConnected when nothing was sent, ConnectionLost when the router vanished meanwhile,
        CallTimedOut, and CallFailed or a subclass of it when the other end says no.
        """
        future = self._joined_link(uri).call(uri, args, kwargs)
        if timeout_seconds is None:
            return await future
        try:
            async with asyncio.timeout(timeout_seconds):
                return await future
        except TimeoutError:
            if future.cancelled():
                raise CallTimedOut(uri=uri, timeout_seconds=timeout_seconds) from None
            raise

    def publish(self, topic: str, /, *args: Any) -> None:
        """Publish; raise NotConnected while the router is away."""
        self._joined_link(topic).publish(topic, args)

    def publish_packed(self, topic: str, packed: bytes) -> None:
        """Publish one positional argument that is msgpack already; raises as `publish` does.

        `packed` must be exactly one msgpack object: a router leaves those who send it anything else.
        """
        self._joined_link(topic).publish_packed(topic, packed)

    @property
    def backlog_bytes(self) -> int:
        """How much was sent that the operating system has not taken yet; 0 while the router is away."""
        return self._link.backlog_bytes if self._link is not None and self.joined else 0

    async def register(self, uri: str, handler: Handler) -> None:
        """Offer a procedure, now if the router is there, and in every later session.

        `handler(*args, **kwargs)` returns a value, an awaitable or a Deferred. When the router refuses
        because another agent offers it, `on_refused(uri)` is called and the router is asked each second.
        """
        wish = Registration(uri, handler)
        self._wishes.append(wish)
        if self.joined:
            await self._ask(wish)

    async def subscribe(
        self,
        topic: str,
        handler: Handler,
        match: Match = "exact",
        *,
        with_topic: bool = False,
        packed: bool = False,
    ) -> Subscription:
        """Listen to a topic, now if the router is there, and in every later session.

        `handler(*args, **kwargs)` may be a coroutine function; `with_topic` adds keyword `topic`. With
        `packed` it gets one positional argument as msgpack bytes, and what has another form is dropped.
        Raises SubscriptionRefused if the router is there and says no.
        """
        wish = Subscription(topic, handler, match, with_topic, packed)
        self._wishes.append(wish)
        if self.joined:
            await self._ask(wish)
            if wish.refusal is not None:
                self._wishes.remove(wish)
                raise SubscriptionRefused(topic=topic, fault=wish.refusal)
        return wish

    async def unsubscribe(self, subscription: Subscription) -> None:
        """Stop listening."""
        if subscription not in self._wishes:
            return
        self._wishes.remove(subscription)
        if self._link is not None and subscription.link is self._link and subscription.token is not None:
            try:
                await self._link.unsubscribe(subscription.token)
            except ConnectionLost:
                return

    async def close(self) -> None:
        """Leave the router and stop for good; no timer, socket or task stays."""
        if self._state is State.CLOSED:
            return
        self.fault = "this connection was closed"
        self._become(State.CLOSED)
        link, self._link = self._link, None
        if self._maintenance is not None:
            self._maintenance.cancel()
            await asyncio.wait([self._maintenance])
        if link is not None:
            await link.close()
        await self._tasks.close()

    def _become(self, state: State) -> None:
        if state not in _NEXT[self._state]:
            raise NotConnected(what=f"step to {state.value}", fault=f"the connection is {self._state.value}")
        self._state = state
        if state in (State.JOINED, State.CLOSED):
            self._settled.set()
        else:
            self._settled.clear()

    def _joined_link(self, what: str) -> Link:
        if self._link is None or not self.joined:
            raise NotConnected(what=what, fault=self.fault)
        return self._link

    async def _maintain(self) -> None:
        loop = asyncio.get_running_loop()
        delay = _FIRST_DELAY_SECONDS
        while True:
            link = await self._open()
            if link is not None:
                since = loop.time()
                await self._live(link)
                if loop.time() - since >= _WELL_SECONDS:
                    delay = _FIRST_DELAY_SECONDS
            else:
                self._become(State.WAITING)
            # Many clients lose one router at the same moment; they should not all return at one.
            is_new = await self._pause(delay * _jitter.uniform(0.8, 1.2))
            delay = _FIRST_DELAY_SECONDS if is_new else min(2 * delay, _LONGEST_DELAY_SECONDS)
            self._become(State.CONNECTING)

    async def _pause(self, seconds: float) -> bool:
        """Wait, but no longer than until a socket appears that was not there: True then."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        absent = [each for each in self._endpoints if not each.worth_trying()]
        while (left := until - loop.time()) > 0:
            await asyncio.sleep(min(left, _LOOK_SECONDS) if absent else left)
            if any(each.worth_trying() for each in absent):
                return True
        return False

    async def _open(self) -> Link | None:
        faults = []
        for endpoint in self._endpoints:
            if not endpoint.worth_trying():
                faults.append(f"{endpoint.url}: no such socket")
                continue
            try:
                return await self._connector(endpoint, self._realm)
            except RouterUnreachable as error:
                faults.append(f"{endpoint.url}: {error.facts['fault']}")
            except Exception as error:
                _log.exception("%s: the connection to %s failed", self.name, endpoint.url)
                faults.append(f"{endpoint.url}: {error}")
        fault = "; ".join(faults)
        if fault != self.fault:
            _log.info("%s: no router yet (%s)", self.name, fault)
        self.fault = fault
        return None

    async def _live(self, link: Link) -> None:
        """Use a link until it is lost."""
        self._link = link
        asking = asyncio.create_task(self._ask_for_all(link), name=f"bus {self.name} asks")
        try:
            first: list[asyncio.Future[Any]] = [asking, link.lost]
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if not link.lost.done():
                self._become(State.JOINED)
                self.fault = "the connection was just lost"
                self.counters.joins += 1
                self.counters.joined_at = self._clock.time()
                _log.info("%s: joined the router", self.name)
                self._tell(self._on_joined)
                asking = asyncio.create_task(self._ask_again(link), name=f"bus {self.name} asks again")
            reason = await link.lost
        finally:
            asking.cancel()
            await asyncio.wait([asking])
        was_joined = self._state is State.JOINED
        self._link = None
        self.fault = reason
        self._become(State.WAITING)
        if was_joined:
            self.counters.losses += 1
            _log.warning("%s: lost the router (%s)", self.name, reason)
            self._tell(self._on_left, reason)

    async def _ask_for_all(self, link: Link) -> None:
        """Ask for every wish, also for those that are added meanwhile."""
        while pending := [wish for wish in self._wishes if wish.link is not link]:
            await asyncio.gather(*[self._ask(wish) for wish in pending])

    async def _ask_again(self, link: Link) -> None:
        """Repeat what was refused for as long as the link lasts."""
        while True:
            if not self.refused:
                self._refusals.clear()
            await self._refusals.wait()
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
            refused = [wish for wish in self._wishes if wish.refusal is not None and wish.link is link]
            await asyncio.gather(*[self._ask(wish) for wish in refused])

    async def _ask(self, wish: Wish) -> None:
        link = self._link
        if link is None:
            return
        wish.link = link
        try:
            token = await wish.request(link, self._tasks)
        except NotConnected:
            # The next session asks for it.
            return
        except BusError as error:
            self._note_refusal(wish, error)
        else:
            if wish.refusal is not None:
                _log.warning("%s: the router now accepts %s", self.name, _address(wish))
            wish.refusal = None
            if isinstance(wish, Subscription):
                wish.token = token
                if wish not in self._wishes:
                    await link.unsubscribe(token)

    def _note_refusal(self, wish: Wish, error: BusError) -> None:
        first, wish.refusal = wish.refusal is None, str(error)
        self._refusals.set()
        if not first:
            return
        self.counters.refusals += 1
        _log.warning("%s: the router refuses %s: %s", self.name, _address(wish), error)
        if isinstance(wish, Registration):
            self._tell(self._on_refused, wish.uri)

    def _tell(self, listener: Callable[..., Any] | None, *args: Any) -> None:
        if listener is None:
            return
        try:
            result = listener(*args)
        except Exception:
            _log.exception("%s: a listener failed", self.name)
            return
        if asyncio.iscoroutine(result):
            self._tasks.start(result, f"listener of {self.name}")


def _address(wish: Wish) -> str:
    return wish.uri if isinstance(wish, Registration) else wish.topic


async def _wamp_connector(endpoint: Endpoint, realm: str) -> Link:
    from ocs_sim.bus._transports import open_link

    return await open_link(endpoint, realm)
