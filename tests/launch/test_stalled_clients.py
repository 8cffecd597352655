"""A client that stops taking what it subscribed to must not fill the router's memory."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack

import msgpack
import psutil
import pytest

from ocs_sim.launch._router_env import require_crossbar
from ocs_sim.testing import RouterInfo, wait_until
from ocs_sim.testing._leaks import keep
from tests.launch.wamp_client import RawSocketClient, WebSocketClient

pytestmark = pytest.mark.integration
TOPIC = "observatory.data1.feeds.wide"
MARK = "observatory.data1.feeds.mark"
STALL_SECONDS = 0.5
BLOCK = "x" * 65_536
# A TCP connection keeps up to 4 MB for us, in the kernel.
BLOCKS = 120
MOST_GROWTH_BYTES = 32_000_000
BYTES_PER_SECOND = 25e6


class Watched:
    """Routers that tests share, by their variables, and where the log of each was when a test began."""

    def __init__(self, directory, stack):
        self._directory = directory
        self._stack = stack
        self._routers = {}

    def start(self, **variables):
        name = "-".join(map(str, variables.values())) or "usual"
        if name not in self._routers:
            self._routers[name] = self._started(RouterInfo(self._directory / name), variables)
        info = self._routers[name]
        _LOG_BEGINS[info] = len(whole_log(info))
        return info

    def _started(self, info, variables):
        self._stack.callback(info.stop)
        self._stack.enter_context(keep(lambda: info.pid))
        with pytest.MonkeyPatch.context() as patched:
            for name, value in variables.items():
                patched.setenv(name, str(value))
            info.start()
        return info


_LOG_BEGINS = {}


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    environment = require_crossbar(None).path.resolve().parent.parent
    if not list(environment.glob("lib/*/site-packages/obsbow_router.pth")):
        pytest.skip("only the crossbar of `obsbow router install` bounds its queues")
    with ExitStack() as stack:
        yield Watched(tmp_path_factory.mktemp("r"), stack)


@pytest.fixture
def router_with(watched):
    """A function that returns a router with these variables."""
    return watched.start


@pytest.fixture
def impatient(router_with):
    """A router that gives a stalled client half a second."""
    return router_with(OBSBOW_STALL_SECONDS=STALL_SECONDS)


@pytest.fixture
def clients():
    """Clients that are closed at the end, by what they speak."""
    opened = []

    def connect(info, transport="unix"):
        known = {"unix": RawSocketClient, "websocket": WebSocketClient}
        where = {"unix": info.socket_path, "websocket": info.ws_url}
        client = known[transport](where[transport])
        opened.append(client)
        client.join(info.realm)
        return client

    yield connect
    for client in opened:
        client.close()


def publish_all(client):
    """Publish more than the kernel keeps for a socket; returns when the router has taken all."""
    for number in range(BLOCKS):
        client.send(16, number + 1, {}, TOPIC, [number, BLOCK])
    assert client.ask(16, BLOCKS + 1, {"acknowledge": True}, MARK)[0] == 17


def receive_to_the_end(client):
    while True:
        client.receive()


def drops(info):
    """What the router's log says of the clients that it dropped."""
    return [line for line in log_of(info).splitlines() if "dropping a client" in line]


def log_of(info):
    """What the router has logged since the test began."""
    return whole_log(info)[_LOG_BEGINS[info] :]


def whole_log(info):
    return (info.log_dir / "crossbar.log").read_text()


@pytest.mark.parametrize("transport", ["unix", "websocket"])
def test_one_that_takes_nothing_is_dropped(impatient, clients, transport):
    subscriber, publisher = clients(impatient, transport), clients(impatient)
    subscriber.subscribe(TOPIC)
    publish_all(publisher)
    (told,) = wait_until(lambda: drops(impatient), describe="the drop")
    assert "it took nothing for 0.5 s" in told
    assert f"session {subscriber.session}, authid " in told
    assert "peer unix" in told or "peer tcp4:127.0.0.1" in told
    with pytest.raises((EOFError, ConnectionError)):
        receive_to_the_end(subscriber)


@pytest.mark.parametrize("transport", ["unix", "websocket"])
def test_one_that_is_slow_but_takes_something_is_kept(impatient, clients, transport):
    subscriber, publisher = clients(impatient, transport), clients(impatient)
    subscriber.subscribe(TOPIC)
    publish_all(publisher)
    began, received = time.monotonic(), []
    for _ in range(BLOCKS):
        received.append(subscriber.receive()[4][0])
        time.sleep(STALL_SECONDS / 40)
    assert received == list(range(BLOCKS))
    assert time.monotonic() - began > 2 * STALL_SECONDS, "it took long enough to be mistaken for stalled"


def test_one_that_has_taken_all_may_be_silent_for_as_long_as_it_likes(impatient, clients):
    subscriber, publisher = clients(impatient), clients(impatient)
    subscriber.subscribe(TOPIC)
    for _ in range(2):
        publish_all(publisher)
        assert [subscriber.receive()[4][0] for _ in range(BLOCKS)] == list(range(BLOCKS))
        time.sleep(2 * STALL_SECONDS)


@pytest.mark.parametrize("transport", ["unix", "websocket"])
def test_more_bytes_than_the_limit_are_not_kept(router_with, clients, transport):
    info = router_with(OBSBOW_QUEUE_MB=1)
    subscriber, other, publisher = clients(info, transport), clients(info), clients(info)
    for client in (subscriber, other):
        client.subscribe(TOPIC)
    for number in range(BLOCKS):
        publisher.send(16, number + 1, {}, TOPIC, [number, BLOCK])
        assert other.receive()[4][0] == number
    (told,) = wait_until(lambda: drops(info), describe="the drop")
    assert "more than 1 MB wait for it" in told
    assert f"session {subscriber.session}," in told, "the one that reads is kept"


@pytest.mark.parametrize("transport", ["unix", "websocket"])
def test_one_message_may_be_larger_than_the_limit(router_with, clients, transport):
    info = router_with(OBSBOW_QUEUE_MB=1)
    subscriber, publisher = clients(info, transport), clients(info)
    subscriber.subscribe(TOPIC)
    publisher.send(16, 1, {}, TOPIC, ["y" * 8_000_000])
    publisher.send(16, 2, {}, TOPIC, ["small"])
    assert publisher.ask(16, 3, {"acknowledge": True}, MARK)[0] == 17
    assert [len(subscriber.receive()[4][0]) for _ in range(2)] == [8_000_000, 5]
    assert drops(info) == []


def test_a_client_that_says_goodbye_gets_all_that_waits_for_it(impatient, clients):
    subscriber, publisher = clients(impatient, "websocket"), clients(impatient)
    subscriber.subscribe(TOPIC)
    publish_all(publisher)
    subscriber.send(6, {}, "wamp.close.normal")
    received = [subscriber.receive() for _ in range(BLOCKS + 1)]
    assert [message[0] for message in received] == [36] * BLOCKS + [6]


SUBSCRIBER = """
import asyncio, sys
from pathlib import Path
from ocs_sim.bus import Connection, Endpoint, background_loop

async def main(where, realm, topic, mark):
    endpoint = Endpoint.unix(Path(where)) if where.startswith("/") else Endpoint.parse(where)
    joined = lambda: print("joined", flush=True)
    connection = Connection([endpoint], realm, name="subscriber", on_joined=joined)
    await connection.subscribe(topic, lambda *_: None)
    await connection.subscribe(mark, lambda number: print("mark", number, flush=True))
    connection.start()
    await asyncio.Event().wait()

asyncio.run_coroutine_threadsafe(main(*sys.argv[1:]), background_loop()).result()
"""


class Suspended:
    """A subscriber in a process of its own, which a signal stops."""

    def __init__(self, info, where):
        command = [sys.executable, "-c", SUBSCRIBER, where, info.realm, TOPIC, MARK]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def heard(self):
        return self.process.stdout.readline().split()

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        self.process.kill()
        self.process.wait(10)
        self.process.stdout.close()


class Flood:
    """Publications at a rate, from a thread, and how large the router gets meanwhile."""

    def __init__(self, info, client):
        self._client = client
        router = psutil.Process(info.pid)
        self._processes = [router, *router.children(recursive=True)]
        block = msgpack.packb(["", os.urandom(10_000)])
        self._message = b"\x95\x10\x01\x80" + msgpack.packb(TOPIC) + block

    def rss(self):
        return sum(process.memory_info().rss for process in self._processes)

    def publish(self, seconds):
        """Publish for so long and return the most memory that the router took, in bytes."""
        began, sent, most = time.monotonic(), 0, 0
        while (elapsed := time.monotonic() - began) < seconds:
            while sent < BYTES_PER_SECOND * elapsed:
                self._client.send_bytes(self._message)
                sent += len(self._message)
            most = max(most, self.rss())
            time.sleep(0.005)
        assert sent > 0.8 * BYTES_PER_SECOND * seconds, "the router takes this rate"
        return most


@pytest.mark.parametrize("transport", ["unix", "websocket"])
def test_a_suspended_subscriber_costs_little_memory_however_often(router_with, clients, transport):
    info = router_with()
    where = str(info.socket_path) if transport == "unix" else info.ws_url
    subscriber, publisher = Suspended(info, where), clients(info)
    try:
        assert subscriber.heard() == ["joined"]
        flood = Flood(info, publisher)
        flood.publish(0.5)
        before, most = flood.rss(), []
        for number in range(3):
            subscriber.stop()
            most.append(flood.publish(2))
            assert len(wait_until(lambda: drops(info), describe="the drop")) == number + 1
            subscriber.go_on()
            assert subscriber.heard() == ["joined"], "it comes again"
            assert publisher.ask(16, 2, {"acknowledge": True}, MARK, [number])[0] == 17
            assert subscriber.heard() == ["mark", str(number)]
        assert max(most) - before <= MOST_GROWTH_BYTES, [round((size - before) / 1e6, 1) for size in most]
        print("grew by", [round((size - before) / 1e6, 1) for size in most], "MB")
        assert all(re.search(r"more than 16 MB wait|took nothing", told) for told in drops(info))
    finally:
        subscriber.end()
