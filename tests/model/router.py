"""A router that loses, repeats, delays and reorders as much as one may."""

from __future__ import annotations

import inspect
from collections import deque
from dataclasses import dataclass
from typing import Any

from ocs_sim.bus import CalleeGone, CallFailed, CallTimedOut, ConnectionLost, NoSuchProcedure, NotConnected
from ocs_sim.wire import pack_value

_MOST_REMEMBERED = 30


class Link:
    """One process' connection, as agents and collectors know it.

    `outgoing` is what was published and has not reached anybody: a connection that is lost loses any end
    of that. While it `is_broken` it is lost, and nobody has noticed yet.
    """

    def __init__(self, router, on_joined=lambda: None):
        self._router = router
        self._on_joined = on_joined
        self.joined = False
        self.started = False
        self.is_broken = False
        self.procedures = {}
        self.outgoing = deque()
        router.links.append(self)

    @property
    def backlog_bytes(self):
        return sum(len(packed) for _, packed in self.outgoing)

    def start(self):
        self.started = True
        self._router.loop.call_soon(self.join)

    def join(self):
        if self.started and self._router.is_up and not self.joined:
            self.joined, self.is_broken = True, False
            self._on_joined()

    def publish(self, topic, /, *args):
        self.publish_packed(topic, pack_value(args[0]))

    def publish_packed(self, topic, packed):
        if not self.joined or self.is_broken:
            raise NotConnected(what=topic, fault="the router is away")
        self.outgoing.append((topic, bytes(packed)))
        if self._router.is_prompt:
            self._router.carry(self, len(self.outgoing))

    async def call(self, uri, /, *args, timeout_seconds=None, **kwargs):
        if not self.joined:
            raise NotConnected(what=uri, fault="the router is away")
        call = Call(uri, args, kwargs, self, self._router.loop.create_future())
        self._router.take(call, timeout_seconds)
        return await call.answered

    async def register(self, uri, handler):
        self.procedures[uri] = handler

    async def subscribe(self, *args, **kwargs):
        raise NotImplementedError("the publishers of this model listen to nobody")

    async def close(self):
        if self.joined:
            # A goodbye comes after everything that was published.
            self._router.carry(self, len(self.outgoing))
        self._router.lose(self, 0)
        self.started = False
        self._router.links.remove(self)


@dataclass(eq=False)
class Call:
    uri: str
    args: tuple
    kwargs: dict
    caller: Link
    answered: Any
    callee: Link | None = None
    answer: Any = None
    is_routed: bool = False
    is_answered: bool = False
    is_lost: bool = False

    def settle(self, answer):
        if self.answered.done():
            return
        if isinstance(answer, Exception):
            self.answered.set_exception(answer)
        else:
            self.answered.set_result(answer)


class Router:
    """`hear` gets what reaches the archiver, over the link `archiver`.

    While it is prompt everything gets through at once; else only what `carry`, `route` and `deliver` say.
    `habit` is how often, in turns, it gives a publication to the archiver.
    """

    def __init__(self, loop):
        self.loop = loop
        self.is_up = True
        self.is_prompt = True
        self.habit = deque([1])
        self.links = []
        self.calls = []
        self.archiver = None
        self.hear = None
        self.heard = deque(maxlen=_MOST_REMEMBERED)

    def go_down(self, carried):
        """Vanish; `carried` publications of each link came through before."""
        for link in tuple(self.links):
            self.lose(link, carried)
        self.is_up = False

    def come_up(self):
        self.is_up = True
        self.notice()
        for link in tuple(self.links):
            link.join()

    def notice(self):
        """Let everybody see that his connection is lost."""
        for link in [each for each in self.links if each.is_broken]:
            self.lose(link, 0)

    def lose(self, link, carried):
        """Lose one connection and everything that was under way on it."""
        self.carry(link, carried)
        link.outgoing.clear()
        link.joined = link.is_broken = False
        for call in tuple(self.calls):
            if call.caller is link:
                self._end(call, ConnectionLost(what=call.uri, fault="the router is away"))
            elif call.callee is link:
                self._finish(call, CalleeGone(uri=call.uri, error="wamp.error.canceled"))

    def lose_archiver(self, carried):
        """Lose the archiver's connection, after `carried` publications of each other link."""
        link = self.archiver
        if link is None:
            return
        for each in tuple(self.links):
            self.carry(each, carried)
        self.lose(link, 0)
        self.heard.clear()

    def carry(self, link, count, copies=()):
        """Let the first publications of a link through, each as often as `copies` says, or as usual."""
        for at in range(min(count, len(link.outgoing))):
            topic, packed = link.outgoing.popleft()
            self.habit.rotate(-1)
            for _ in range(copies[at] if at < len(copies) else self.habit[-1]):
                self._give(topic, packed)

    def be_prompt(self, prompt):
        self.is_prompt = prompt
        if prompt:
            for link in tuple(self.links):
                self.carry(link, len(link.outgoing))
            for call in tuple(self.calls):
                self.route(call)
                self.deliver(call)

    def take(self, call, timeout_seconds):
        self.calls.append(call)
        if timeout_seconds is not None:
            late = CallTimedOut(uri=call.uri, timeout_seconds=timeout_seconds)
            self.loop.call_later(timeout_seconds, self._end, call, late)
        if self.is_prompt:
            self.route(call)

    def route(self, call):
        """Let a call reach whom it is for."""
        if call.is_routed or call.is_lost or call not in self.calls:
            return
        call.is_routed = True
        call.callee = next((each for each in self.links if each.joined and call.uri in each.procedures), None)
        if call.callee is None:
            self._finish(call, NoSuchProcedure(uri=call.uri, error="wamp.error.no_such_procedure"))
        else:
            self.loop.create_task(self._work(call, call.callee))

    def deliver(self, call):
        """Let an answer reach whom it is for."""
        if call.is_answered and not call.is_lost:
            self._end(call, call.answer)

    def forget(self, call):
        """Lose a call, or the answer to it."""
        call.is_lost = True

    async def _work(self, call, callee):
        try:
            answer = callee.procedures[call.uri](*call.args, **call.kwargs)
            answer = await answer if inspect.isawaitable(answer) else answer
        except Exception as fault:
            answer = CallFailed(uri=call.uri, error="wamp.error.runtime_error", arguments=(str(fault),))
        if callee.joined:
            self._finish(call, answer)

    def _finish(self, call, answer):
        if not call.is_answered:
            call.is_answered, call.answer = True, answer
            if self.is_prompt:
                self.deliver(call)

    def _end(self, call, answer):
        if call in self.calls:
            self.calls.remove(call)
            call.settle(answer)

    def _give(self, topic, packed):
        if self.archiver is None or not self.archiver.joined:
            return
        if not topic.endswith(".heartbeat"):
            self.heard.append(packed)
        self.hear(packed)
