"""The connection's state machine against a router that is made up, on a loop whose time is turned by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from hypothesis import register_random, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ocs_sim.bus import Connection, ConnectionLost, Endpoint, NotConnected, RouterUnreachable, State
from ocs_sim.bus._connection import _jitter
from ocs_sim.bus._errors import call_failed

URIS = st.sampled_from(["a.ops", "a", "b.ops", "b"])
# The longest pause between two attempts, with its jitter, and the pause before asking again.
LONGEST_PAUSE_SECONDS = 1.3
# An example that failed must fail again.
register_random(_jitter)


class HandTurnedLoop(asyncio.SelectorEventLoop):
    """Runs what is due, and moves its clock only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def settle(self) -> None:
        for _ in range(50):
            self.call_soon(self.stop)
            self.run_forever()

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        self.settle()
        while due := [
            timer.when() for timer in self._scheduled if not timer.cancelled() and timer.when() <= end
        ]:
            self.now = max(self.now, min(due))
            self.settle()
        self.now = end
        self.settle()


class FakeRouter:
    """Accepts sessions while it is up, and refuses procedures that another session offers."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.up = False
        self.answers = True
        self.taken: set[str] = set()
        self.links: list[FakeLink] = []

    async def connect(self, endpoint: Endpoint, realm: str) -> FakeLink:
        if not self.up:
            raise RouterUnreachable(url=endpoint.url, fault="refused")
        if not self.answers:
            await self.loop.create_future()
        link = FakeLink(self)
        self.links.append(link)
        return link

    def die(self) -> None:
        self.up = False
        for link in self.links:
            link.end("died")


class FakeLink:
    def __init__(self, router: FakeRouter) -> None:
        self.router = router
        self.lost: asyncio.Future[str] = router.loop.create_future()
        self.offered: list[str] = []
        self.heard: list[str] = []
        self._pending: list[asyncio.Future[Any]] = []

    @property
    def alive(self) -> bool:
        return not self.lost.done()

    def end(self, reason: str) -> None:
        if self.alive:
            self.lost.set_result(reason)
            for future in self._pending:
                if not future.done():
                    future.set_exception(ConnectionLost(what="request", fault=reason))

    def call(self, uri: str, args: Any, kwargs: Any) -> asyncio.Future[Any]:
        return self._answer(lambda: uri)

    def publish(self, topic: str, args: Any) -> None:
        assert self.alive

    def publish_packed(self, topic: str, packed: bytes) -> None:
        assert self.alive

    @property
    def backlog_bytes(self) -> int:
        return 0

    def register(self, uri: str, handler: Any) -> asyncio.Future[Any]:
        def answer() -> None:
            if uri in self.router.taken or uri in self.offered:
                raise call_failed(uri, "wamp.error.procedure_already_exists", ())
            self.offered.append(uri)

        return self._answer(answer)

    def subscribe(self, topic: str, handler: Any, match: str) -> asyncio.Future[Any]:
        def answer() -> str:
            self.heard.append(topic)
            return topic

        return self._answer(answer)

    subscribe_packed = subscribe

    def unsubscribe(self, token: str) -> asyncio.Future[Any]:
        return self._answer(lambda: self.heard.remove(token))

    async def close(self) -> None:
        self.end("closed")

    def _answer(self, act: Callable[[], Any]) -> asyncio.Future[Any]:
        """Answer a turn later, as a router does."""
        if not self.alive:
            raise NotConnected(what="request", fault="gone")
        future = self.router.loop.create_future()
        self._pending.append(future)

        def answer() -> None:
            if future.done():
                return
            try:
                future.set_result(act())
            except Exception as error:
                future.set_exception(error)

        self.router.loop.call_soon(answer)
        return future


class ConnectionMachine(RuleBasedStateMachine):
    @initialize(up=st.booleans(), started=st.sampled_from([True, True, True, False]))
    def set_up(self, up: bool, started: bool) -> None:
        self.loop = HandTurnedLoop()
        self.router = FakeRouter(self.loop)
        self.router.up = up
        self.steps = 0
        self.joins: list[None] = []
        self.losses: list[str] = []
        self.refused: list[str] = []
        self.registered: list[str] = []
        self.subscriptions: list[Any] = []
        self.connection = Connection(
            [Endpoint.parse("ws://nowhere/ws")],
            "realm",
            name="test",
            on_joined=lambda: self.joins.append(None),
            on_left=self.losses.append,
            on_refused=self.refused.append,
            connector=self.router.connect,
        )
        if started:
            self.start()

    def run(self, coroutine: Any) -> Any:
        task = self.loop.create_task(coroutine)
        self.loop.settle()
        assert task.done()
        return task.result()

    @precondition(lambda self: self.connection.state is State.OFFLINE)
    @rule()
    def start(self) -> None:
        async def begin() -> None:
            self.connection.start()

        self.run(begin())

    @rule()
    def router_comes(self) -> None:
        self.router.up = True

    @rule(returns=st.booleans())
    def router_dies(self, returns: bool) -> None:
        self.router.die()
        assert not self.connection.joined
        self.loop.settle()
        if returns:
            self.router_comes()
            self.time_passes(LONGEST_PAUSE_SECONDS)

    @rule(answers=st.booleans())
    def router_hangs_or_not(self, answers: bool) -> None:
        self.router.answers = answers
        if answers:
            # Whoever hung in an attempt would be cut off by the connector's own time limit.
            self.router.die()
            self.loop.settle()

    @rule(seconds=st.sampled_from([0.0, 0.05, 0.5, LONGEST_PAUSE_SECONDS, 10.0]))
    def time_passes(self, seconds: float) -> None:
        could = self.router.up and self.router.answers and self.connection.state is not State.CONNECTING
        self.loop.advance(seconds)
        if (
            could
            and seconds >= LONGEST_PAUSE_SECONDS
            and self.connection.state not in (State.OFFLINE, State.CLOSED)
        ):
            assert self.connection.joined

    @rule(uri=URIS)
    def register(self, uri: str) -> None:
        if uri not in self.registered and self.connection.state is not State.CLOSED:
            self.registered.append(uri)
            self.run(self.connection.register(uri, lambda: None))

    @rule(topic=URIS)
    def subscribe(self, topic: str) -> None:
        if self.connection.state is not State.CLOSED:
            self.subscriptions.append(self.run(self.connection.subscribe(topic, lambda _: None)))

    @precondition(lambda self: self.subscriptions)
    @rule()
    def unsubscribe(self) -> None:
        self.run(self.connection.unsubscribe(self.subscriptions.pop()))

    @rule(uri=URIS, wanted=st.booleans())
    def another_takes(self, uri: str, wanted: bool) -> None:
        if not any(uri in link.offered for link in self.router.links if link.alive):
            self.router.taken.add(uri)
            if wanted:
                self.register(uri)

    @rule()
    def another_leaves(self) -> None:
        self.router.taken.clear()
        if self.connection.joined:
            self.loop.advance(LONGEST_PAUSE_SECONDS)
            assert self.connection.refused == {}

    @rule()
    def call(self) -> None:
        if self.connection.joined:
            assert self.run(self.connection.call("x")) == "x"
            self.connection.publish("x", 1)
        else:
            for attempt in (
                lambda: self.run(self.connection.call("x")),
                lambda: self.connection.publish("x"),
            ):
                try:
                    attempt()
                except NotConnected:
                    continue
                raise AssertionError("it was sent although there is no router")

    @precondition(lambda self: self.steps > 20)
    @rule()
    def close(self) -> None:
        self.run(self.connection.close())

    @invariant()
    def count_steps(self) -> None:
        self.steps += 1

    @invariant()
    def at_most_one_session_lives(self) -> None:
        alive = [link for link in self.router.links if link.alive]
        assert len(alive) == (1 if self.connection.joined else 0)
        if alive:
            wanted = [uri for uri in self.registered if uri not in self.connection.refused]
            assert sorted(alive[0].offered) == sorted(wanted)
            assert sorted(alive[0].heard) == sorted(wish.topic for wish in self.subscriptions)

    @invariant()
    def listeners_were_told_everything(self) -> None:
        counters = self.connection.counters
        assert (len(self.joins), len(self.losses), len(self.refused)) == (
            counters.joins,
            counters.losses,
            counters.refusals,
        )
        open_session = self.connection.joined or self.connection.state is State.CLOSED
        assert counters.joins - counters.losses in ((0, 1) if open_session else (0,))

    @invariant()
    def closed_means_that_nothing_runs(self) -> None:
        if self.connection.state is State.CLOSED:
            assert not asyncio.all_tasks(self.loop)
            assert not [timer for timer in self.loop._scheduled if not timer.cancelled()]

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.run(self.connection.close())
            self.closed_means_that_nothing_runs()
            self.loop.close()


ConnectionMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestConnectionMachine = ConnectionMachine.TestCase


def test_who_waits_for_a_socket_joins_as_soon_as_it_is_there(tmp_path):
    loop, socket = HandTurnedLoop(), tmp_path / "router.sock"
    router = FakeRouter(loop)
    connection = Connection([Endpoint.unix(socket)], "realm", name="test", connector=router.connect)
    try:
        loop.call_soon(connection.start)
        loop.advance(10 * LONGEST_PAUSE_SECONDS)
        assert not connection.joined
        router.up = True
        socket.touch()
        loop.advance(0.1)
        assert connection.joined
    finally:
        loop.run_until_complete(connection.close())
        loop.close()
