"""The end of a connection that breaks while much of what came is still unread."""

from __future__ import annotations

import fcntl
import select
import socket
import struct
import termios

import psutil
import pytest

from ocs_sim.bus import Endpoint, Link
from ocs_sim.bus._polling import PollingLoop
from ocs_sim.testing import wait_until
from tests.bus.conftest import endpoint_of

PIECE_BYTES = 65_536
SUBSCRIBERS = 20


@pytest.fixture
def loop():
    loop = PollingLoop()
    yield loop
    loop.close()


@pytest.fixture(params=["tcp", "unix"])
def broken(request):
    """Return a socket that its peer broke off, with more to read than one piece."""
    ours, theirs = tcp_pair() if request.param == "tcp" else socket.socketpair()
    with ours, theirs:
        if request.param == "unix":
            ours.sendall(b"nobody reads this, which makes the end an error")
        ours.setblocking(False)
        theirs.setblocking(False)
        theirs.send(bytes(2 * PIECE_BYTES))
        wait_until(lambda: unread_bytes(ours) > PIECE_BYTES)
        theirs.close()
        wait_until(lambda: has_error(ours))
        yield ours


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
    # Its end is a reset.
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return ours, theirs


def unread_bytes(sock: socket.socket) -> int:
    return int.from_bytes(fcntl.ioctl(sock, termios.FIONREAD, bytes(4)), "little")


def has_error(sock: socket.socket) -> bool:
    poll = select.poll()
    poll.register(sock, 0)
    return any(events & select.POLLERR for _, events in poll.poll(0))


def run(loop, until):
    """Turn the loop until it is stopped, which fails if it is not."""
    late = []
    loop.call_later(20, lambda: (late.append(1), loop.stop()))
    until()
    loop.run_forever()
    assert not late


class Reader:
    """Takes one piece at each call, up to the end."""

    def __init__(self, loop, sock, fails=False):
        self.loop, self.sock, self.fails = loop, sock, fails
        self.expected, self.taken = unread_bytes(sock), []

    def begin(self):
        self.loop.add_reader(self.sock, self.read, "a word")

    def read(self, word):
        assert word == "a word"
        try:
            self.taken.append(len(self.sock.recv(PIECE_BYTES)))
        except ConnectionResetError:
            self.loop.remove_reader(self.sock)
            self.loop.stop()
        if self.fails:
            raise RuntimeError("a bug in a reader")


def test_a_reader_comes_to_the_end(loop, broken):
    reader = Reader(loop, broken)

    run(loop, reader.begin)

    assert sum(reader.taken) == reader.expected > PIECE_BYTES


def test_a_reader_that_also_writes_comes_to_the_end(loop, broken):
    reader = Reader(loop, broken)
    loop.add_writer(broken, lambda: loop.remove_writer(broken))

    run(loop, reader.begin)

    assert sum(reader.taken) == reader.expected > PIECE_BYTES


def test_a_writer_that_comes_meanwhile_is_taken(loop, broken):
    """An agent may publish at any moment."""
    faults = []
    loop.set_exception_handler(lambda _, context: faults.append(str(context["exception"])))

    class Writing(Reader):
        def read(self, word):
            self.loop.call_soon(self.loop.add_writer, self.sock, self.loop.remove_writer, self.sock)
            super().read(word)

    reader = Writing(loop, broken)
    run(loop, reader.begin)

    assert sum(reader.taken) == reader.expected > PIECE_BYTES
    assert faults == []


def test_a_reader_with_a_bug_comes_to_the_end(loop, broken):
    reader, faults = Reader(loop, broken, fails=True), []
    loop.set_exception_handler(lambda _, context: faults.append(str(context["exception"])))

    run(loop, reader.begin)

    assert sum(reader.taken) == reader.expected > PIECE_BYTES
    assert faults == ["a bug in a reader"] * (len(reader.taken) + 1)


def test_a_reader_that_takes_itself_off_is_not_called_again(loop, broken):
    calls = []

    def read():
        loop.remove_reader(broken)
        calls.append("read")
        loop.call_later(0.1, loop.stop)

    run(loop, lambda: loop.add_reader(broken, read))

    assert calls == ["read"]


def test_a_reader_may_hand_over_to_another(loop, broken):
    reader = Reader(loop, broken)

    run(loop, lambda: loop.add_reader(broken, reader.begin))

    assert sum(reader.taken) == reader.expected > PIECE_BYTES


@pytest.mark.integration
@pytest.mark.parametrize("kind", ["unix", "websocket"])
def test_a_router_that_dies_while_much_is_unread_is_left_at_once(connect, on_loop, own_router, kind):
    """Many connections at once, for not each of them ends in an error."""

    async def connector(endpoint: Endpoint, realm: str) -> Link:
        from ocs_sim.bus._transports import open_link

        # So rarely that only the socket's end can tell.
        return await open_link(endpoint, realm, ping_seconds=3600)

    endpoint = endpoint_of(own_router, kind)
    left: list[str] = []
    publisher, *subscribers = [
        connect(endpoint, realm=own_router.realm, connector=connector, on_left=left.append)
        for _ in range(1 + SUBSCRIBERS)
    ]

    async def subscribe_and_pause() -> list[socket.socket]:
        for end in subscribers:
            await end.subscribe("observatory.flood", lambda _: None, packed=True)
        transports = [end._link.session._transport.transport for end in subscribers]
        for transport in transports:
            transport.pauseProducing()
        for _ in range(4):
            publisher.publish("observatory.flood", bytes(50_000))
        return [transport.getHandle() for transport in transports]

    async def say_something_and_go_on() -> None:
        for end in subscribers:
            end.publish("observatory.unread", bytes(100))

    async def read_on() -> None:
        for end in subscribers:
            end._link.session._transport.transport.resumeProducing()

    sockets = on_loop(subscribe_and_pause())
    wait_until(
        lambda: all(unread_bytes(sock) > PIECE_BYTES for sock in sockets),
        30,
        lambda: str([unread_bytes(sock) for sock in sockets]),
    )
    for process in psutil.Process(own_router.pid).children(recursive=True):
        process.suspend()
    on_loop(say_something_and_go_on())
    own_router.kill()
    on_loop(read_on())

    wait_until(lambda: len(left) == 1 + SUBSCRIBERS, 10, lambda: f"{len(left)} noticed")
