"""A client that stops taking what it subscribed to must not fill the router's memory."""

import asyncio
import socket
import time

import msgpack
import pytest

from ocs_sim.bus import Connection, Endpoint, background_loop
from ocs_sim.launch._router_env import require_crossbar
from ocs_sim.testing import RouterInfo, wait_until

pytestmark = pytest.mark.integration
TOPIC = "observatory.data1.feeds.wide"
STALL_SECONDS = 0.5
BLOCK = "x" * 65_536
BLOCKS = 40


@pytest.fixture
def impatient(tmp_path, monkeypatch):
    """A router that gives a stalled client half a second."""
    environment = require_crossbar(None).path.resolve().parent.parent
    if not list(environment.glob("lib/*/site-packages/obsbow_guard.py")):
        pytest.skip("only the crossbar of `obsbow router install` drops stalled rawsockets")
    monkeypatch.setenv("OBSBOW_STALL_SECONDS", str(STALL_SECONDS))
    info = RouterInfo(tmp_path / "router")
    try:
        info.start()
        yield info
    finally:
        info.stop()


class Subscriber:
    """A rawsocket client that reads only when it is told to."""

    def __init__(self, path, realm):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(str(path))
        self.socket.sendall(b"\x7f\xf2\x00\x00")
        assert self._take(4)[:2] == b"\x7f\xf2"
        self._send([1, realm, {"roles": {"subscriber": {}}}])
        self._send([32, 1, {}, TOPIC])
        assert [self.receive()[0] for _ in range(2)] == [2, 33]

    def receive(self):
        return msgpack.unpackb(self._take(int.from_bytes(self._take(4)[1:], "big")))

    def receive_all(self):
        for _ in range(BLOCKS):
            self.receive()

    def _send(self, message):
        body = msgpack.packb(message)
        self.socket.sendall(len(body).to_bytes(4, "big") + body)

    def _take(self, count):
        taken = b""
        while len(taken) < count:
            more = self.socket.recv(count - len(taken))
            if not more:
                raise EOFError
            taken += more
        return taken


@pytest.fixture
def subscriber(impatient):
    subscriber = Subscriber(impatient.socket_path, impatient.realm)
    yield subscriber
    subscriber.socket.close()


@pytest.fixture
def publish_all(impatient):
    """A function that publishes more than the kernel keeps for a socket."""

    async def publish():
        connection = Connection([Endpoint.unix(impatient.socket_path)], impatient.realm, name="publisher")
        connection.start()
        await connection.wait_joined(20)
        for number in range(BLOCKS):
            connection.publish(TOPIC, [number, BLOCK])
        # The answer comes after all that was sent before the question.
        await connection.register("observatory.data1.done", lambda: None)
        await connection.call("observatory.data1.done")
        await connection.close()

    return lambda: asyncio.run_coroutine_threadsafe(publish(), background_loop()).result(30)


def test_one_that_takes_nothing_is_dropped(impatient, subscriber, publish_all):
    publish_all()
    log = impatient.log_dir / "crossbar.log"
    wait_until(
        lambda: "dropping a client that took nothing for 0.5 s" in log.read_text(), describe="the drop"
    )
    with pytest.raises((EOFError, ConnectionError)):
        subscriber.receive_all()


def test_one_that_is_slow_but_takes_something_is_kept(subscriber, publish_all):
    publish_all()
    began, received = time.monotonic(), []
    for _ in range(BLOCKS):
        received.append(subscriber.receive()[4][0][0])
        time.sleep(STALL_SECONDS / 10)
    assert received == list(range(BLOCKS))
    assert time.monotonic() - began > 2 * STALL_SECONDS, "it took long enough to be mistaken for stalled"


def test_one_that_has_taken_all_may_be_silent_for_as_long_as_it_likes(impatient, subscriber, publish_all):
    publish_all()
    subscriber.receive_all()
    time.sleep(2 * STALL_SECONDS)
    publish_all()
    assert subscriber.receive()[4][0][0] == 0
