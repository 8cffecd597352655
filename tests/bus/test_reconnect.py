from __future__ import annotations

import asyncio
import random

import psutil
import pytest

from ocs_sim.bus import ConnectionLost, Endpoint, Link, RouterUnreachable, State, background_loop
from ocs_sim.testing import wait_until
from tests.bus.conftest import endpoint_of

pytestmark = pytest.mark.integration


def test_a_killed_router_is_forgotten_and_found_again(connect, on_loop, own_router):
    """One router serves both transports, since starting it takes seconds."""
    heard: asyncio.Queue[tuple[str, object]] = asyncio.Queue()
    entered = asyncio.Event()
    left: list[str] = []
    joined: list[int] = []

    async def never() -> None:
        entered.set()
        await asyncio.Event().wait()

    ends = {}
    for kind in ("unix", "websocket"):
        endpoint = endpoint_of(own_router, kind)
        ends[kind] = connect(
            endpoint, realm=own_router.realm, on_left=left.append, on_joined=lambda: joined.append(1)
        )

    async def prepare() -> None:
        for kind, end in ends.items():
            await end.register(f"observatory.{kind}", lambda kind=kind: kind)
            await end.subscribe(
                "observatory..x",
                lambda m, topic: heard.put_nowait((topic, m)),
                "wildcard",
                with_topic=True,
            )
        await ends["unix"].register("observatory.unix.never", never)

    on_loop(prepare())
    in_flight = asyncio.run_coroutine_threadsafe(
        ends["websocket"].call("observatory.unix.never"), background_loop()
    )
    on_loop(asyncio.wait_for(entered.wait(), 10))

    own_router.kill()

    with pytest.raises(ConnectionLost):
        in_flight.result(10)
    for end in ends.values():
        with pytest.raises(RouterUnreachable, match=r"no such socket|refused"):
            on_loop(end.wait_joined(0.5))
    assert (len(joined), len(left)) == (2, 2)

    own_router.start()

    async def both_again() -> None:
        await asyncio.gather(*[end.wait_joined(15) for end in ends.values()])
        assert await ends["unix"].call("observatory.websocket") == "websocket"
        assert await ends["websocket"].call("observatory.unix") == "unix"
        ends["unix"].publish("observatory.here.x", "after")
        assert await asyncio.wait_for(heard.get(), 10) == ("observatory.here.x", "after")

    on_loop(both_again())
    assert [(end.counters.joins, end.counters.losses) for end in ends.values()] == [(2, 1), (2, 1)]


def test_the_second_endpoint_is_used_when_the_socket_is_missing_or_dead(connect, on_loop, router, tmp_path):
    stale = tmp_path / "stale.sock"
    stale.touch()

    for path in (tmp_path / "missing.sock", stale):
        connection = connect(Endpoint.unix(path), Endpoint.parse(router.ws_url))
        assert connection.joined


def test_what_was_asked_for_before_the_router_is_there_is_asked_then(connect, on_loop, router):
    connection = connect(Endpoint.unix(router.socket_path), wait=False)

    async def scenario() -> str:
        await connection.register("observatory.early", lambda: "early")
        await connection.wait_joined(15)
        return await connection.call("observatory.early")

    assert on_loop(scenario()) == "early"


def test_a_name_that_is_taken_is_asked_for_until_it_is_free(connect, on_loop, endpoint, caplog):
    refused: list[str] = []
    first, second = connect(endpoint), connect(endpoint, on_refused=refused.append)
    on_loop(first.register("observatory.taken", lambda: "first"))

    on_loop(second.register("observatory.taken", lambda: "second"))

    assert refused == ["observatory.taken"]
    assert "observatory.taken" in second.refused
    assert on_loop(second.call("observatory.taken")) == "first"

    async def freed() -> object:
        await first.close()
        while second.refused:
            await asyncio.sleep(0.02)
        return await second.call("observatory.taken")

    assert on_loop(asyncio.wait_for(freed(), 10)) == "second"
    assert refused == ["observatory.taken"]
    assert caplog.text.count("the router refuses observatory.taken") == 1


def test_a_realm_that_the_router_lacks_is_told(connect, on_loop, endpoint):
    connection = connect(endpoint, realm="no_such_realm", wait=False)

    with pytest.raises(RouterUnreachable, match="no_such_realm"):
        on_loop(connection.wait_joined(0.5))


def test_something_that_is_no_router_is_told(connect, on_loop, router):
    connection = connect(Endpoint.parse(router.http_url.replace("http", "ws")), wait=False)

    with pytest.raises(RouterUnreachable, match=r"/call: .*upgrade failed"):
        on_loop(connection.wait_joined(0.5))


def test_close_ends_every_task_timer_and_socket(connect, on_loop, endpoint):
    async def count() -> tuple[int, int, int]:
        from twisted.internet import reactor

        await asyncio.sleep(0)
        return len(asyncio.all_tasks()), len(reactor.getReaders()), len(reactor.getDelayedCalls())

    # Autobahn's timers of connections that other tests refused run out by themselves.
    wait_until(lambda: on_loop(count())[2] == 0, describe="no timer of earlier tests")
    before = on_loop(count())
    there = connect(endpoint)
    on_loop(there.register("observatory.never", asyncio.Event().wait))
    on_loop(there.subscribe("observatory.x", lambda _: None))
    calling = asyncio.run_coroutine_threadsafe(there.call("observatory.never"), background_loop())
    away = connect(Endpoint.parse("ws://127.0.0.1:1/ws"), wait=False)
    assert on_loop(count()) > before

    on_loop(there.close())
    on_loop(away.close())

    with pytest.raises(ConnectionLost):
        calling.result(10)
    assert on_loop(count()) == before
    assert there.state is away.state is State.CLOSED


@pytest.mark.parametrize("kind", ["unix", "websocket"])
def test_a_router_that_hangs_is_left_and_found_again(connect, on_loop, own_router, kind):
    """Its sockets stay open and silent, so only an unanswered question tells."""
    from ocs_sim.bus._transports import open_link

    pings = iter([0.2])

    async def connector(endpoint: Endpoint, realm: str) -> Link:
        # A busy machine may not answer so soon; only the silence is to be noticed quickly.
        return await open_link(endpoint, realm, ping_seconds=next(pings, 5.0))

    connection = connect(endpoint_of(own_router, kind), realm=own_router.realm, connector=connector)
    processes = psutil.Process(own_router.pid).children(recursive=True)
    for process in processes:
        process.suspend()
    try:
        wait_until(lambda: not connection.joined, 20)
    finally:
        for process in processes:
            process.resume()

    on_loop(connection.wait_joined(20))
    assert connection.counters.losses == 1


def test_a_router_answers_when_it_is_asked_whether_it_is_there(connect, on_loop, endpoint):
    connection = connect(endpoint)
    session = connection._link.session
    unanswered = session._unsubscribe_reqs

    async def ask() -> int:
        session.ask()
        return len(unanswered)

    assert on_loop(ask()) == 1
    wait_until(lambda: not unanswered)
    assert connection.joined


def test_a_program_keeps_its_own_random_numbers(connect, on_loop, endpoint):
    """It may have seeded them, and what a connection draws, it draws at any moment."""
    before = random.getstate()

    on_loop(connect(endpoint).close())
    connection = connect(Endpoint.parse("ws://127.0.0.1:1/ws"), wait=False)
    with pytest.raises(RouterUnreachable):
        on_loop(connection.wait_joined(0.5))

    assert random.getstate() == before
