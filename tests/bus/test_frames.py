"""What comes over a rawsocket, cut and spoilt in every way, from a router that is made up."""

from __future__ import annotations

import asyncio
import itertools
import random
import struct

import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocs_sim.bus import Connection, Endpoint, NotSendable, background_loop
from ocs_sim.bus._frames import Frames, FrameTooLong
from ocs_sim.bus._masking import masked_frame
from ocs_sim.testing import wait_until

LIMIT_BYTES = 2**24
TOPIC = "observatory.x"
HELLO, WELCOME, ERROR, PUBLISH, SUBSCRIBE, SUBSCRIBED, UNSUBSCRIBE, EVENT = 1, 2, 8, 16, 32, 33, 34, 36
NO_SUCH = "wamp.error.no_such_subscription"


def frame(message: bytes) -> bytes:
    return struct.pack("!I", len(message)) + message


def pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return [stream[one:other] for one, other in itertools.pairwise(places)]


@given(messages=st.lists(st.binary(max_size=40), max_size=8), cuts=st.lists(st.integers(0, 400), max_size=30))
def test_frames_come_out_as_they_went_in_however_they_were_cut(messages, cuts):
    frames = Frames()
    stream = b"".join(map(frame, messages))

    found = [one for piece in pieces(stream, cuts) for one in frames.split(piece, LIMIT_BYTES)]

    assert found == messages


def test_a_frame_that_is_too_long_is_told_before_it_has_come():
    frames = Frames()

    assert list(frames.split(frame(b"a" * 10) + b"\0\0", 10)) == [b"a" * 10]
    with pytest.raises(FrameTooLong, match="11 bytes"):
        list(frames.split(b"\0\x0b", 10))


LENGTHS = st.sampled_from([0, 1, 3, 4, 5, 125, 126, 127, 65535, 65536, 65537, 100_001])


@given(length=LENGTHS, mask=st.binary(min_size=4, max_size=4), seed=st.integers(0, 9), binary=st.booleans())
def test_a_masked_frame_is_what_the_websocket_standard_says(length, mask, seed, binary):
    payload = random.Random(seed).randbytes(length)

    sent = masked_frame(payload, binary=binary, mask=mask)

    assert sent[0] == (0x82 if binary else 0x81)
    short = sent[1] & 0x7F
    size_bytes = {126: 2, 127: 8}.get(short, 0)
    told = int.from_bytes(sent[2 : 2 + size_bytes], "big") if size_bytes else short
    key, body = sent[2 + size_bytes : 6 + size_bytes], sent[6 + size_bytes :]
    assert (sent[1] >> 7, told, key) == (1, length, mask)
    assert bytes(byte ^ key[place % 4] for place, byte in enumerate(body)) == payload


def test_masks_are_drawn_anew():
    assert len({masked_frame(b"a" * 8, binary=True) for _ in range(20)}) == 20


class ScriptedRouter:
    """Speaks just enough WAMP, notes what it hears, and sends whatever it is told to."""

    def __init__(self, path):
        self.path = path
        self.heard: list[list[object]] = []
        self.answering = True
        self.writer: asyncio.StreamWriter | None = None

    async def __aenter__(self):
        self.server = await asyncio.start_unix_server(self.serve, self.path)
        return self

    async def __aexit__(self, *_):
        self.server.close()
        self.writer.close()

    async def serve(self, reader, writer):
        self.writer = writer
        await reader.readexactly(4)
        writer.write(b"\x7f\xf2\0\0")
        try:
            while True:
                (length,) = struct.unpack("!I", await reader.readexactly(4))
                self.answer(msgpack.unpackb(await reader.readexactly(length)))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def answer(self, message):
        self.heard.append(message)
        if not self.answering:
            return
        if message[0] == HELLO:
            self.send([WELCOME, 7, {"roles": {"broker": {}, "dealer": {}}}])
        elif message[0] == SUBSCRIBE:
            self.send([SUBSCRIBED, message[1], 5])
        elif message[0] == UNSUBSCRIBE:
            self.send([ERROR, UNSUBSCRIBE, message[1], {}, NO_SUCH])

    def send(self, message):
        self.writer.write(frame(msgpack.packb(message)))

    def asked(self):
        return sum(message[0] == UNSUBSCRIBE for message in self.heard)


async def joined(path, **options):
    connection = Connection([Endpoint.unix(path)], "r", name="t", **options)
    connection.start()
    await connection.wait_joined(10)
    return connection


def test_request_numbers_grow_by_one_whatever_was_refused(on_loop, tmp_path):
    async def scenario():
        async with ScriptedRouter(tmp_path / "s") as router:
            connection = await joined(router.path)
            await connection.subscribe("observatory.y", lambda _: None)
            for number in range(3):
                connection.publish(TOPIC, number)
                connection.publish_packed(TOPIC, msgpack.packb(number))
                with pytest.raises(NotSendable):
                    connection.publish_packed(TOPIC, bytes(LIMIT_BYTES))
                with pytest.raises(NotSendable):
                    connection.publish_packed("two words", b"\x01")
            await connection.subscribe("observatory.z", lambda _: None)
            await connection.close()
            return [message for message in router.heard if message[0] in (PUBLISH, SUBSCRIBE)]

    requests = on_loop(scenario())
    assert [message[1] for message in requests] == list(range(1, 9))
    published = [message for message in requests if message[0] == PUBLISH]
    assert [message[2:] for message in published] == [[{}, TOPIC, [n]] for n in (0, 0, 1, 1, 2, 2)]


@pytest.fixture(scope="module")
def through_a_socket(tmp_path_factory):
    """Return a function that lets a router send a stream in pieces, and returns what subscribers got."""
    got: asyncio.Queue[object] = asyncio.Queue()
    router = ScriptedRouter(tmp_path_factory.mktemp("socket") / "s")

    def on_loop(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, background_loop()).result(60)

    async def begin():
        await router.__aenter__()
        connection = await joined(router.path)
        await connection.subscribe(TOPIC, got.put_nowait, packed=True)
        return connection

    async def carry(parts):
        for part in parts:
            router.writer.write(part)
            await asyncio.sleep(0)
        router.send([EVENT, 5, 1, {}, ["end"]])
        found = []
        while (packed := await asyncio.wait_for(got.get(), 10)) != msgpack.packb("end"):
            found.append(packed)
        return found

    async def end():
        assert connection.counters.losses == 0
        await connection.close()
        await router.__aexit__()

    connection = on_loop(begin())
    yield lambda parts: on_loop(carry(parts))
    on_loop(end())


VALUES = st.recursive(
    st.none() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text("ab\0é") | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab"), inner, max_size=4),
    max_leaves=8,
)
THROUGH = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@THROUGH
@given(
    values=st.lists(VALUES.filter(lambda value: value != "end"), max_size=6),
    cuts=st.lists(st.integers(0, 1000), max_size=10),
)
def test_events_arrive_whole_however_they_were_cut(through_a_socket, values, cuts):
    stream = b"".join(frame(msgpack.packb([EVENT, 5, 1, {}, [value]])) for value in values)

    assert through_a_socket(pieces(stream, cuts)) == [msgpack.packb(value) for value in values]


@st.composite
def spoilt_events(draw):
    event = bytearray(msgpack.packb([EVENT, 5, 1, draw(VALUES), *draw(st.lists(VALUES, max_size=3))]))
    for _ in range(draw(st.integers(0, 3))):
        event[draw(st.integers(2, len(event) - 1))] = draw(st.integers(0, 255))
    return bytes(event[: draw(st.integers(2, len(event)))])


@THROUGH
@given(events=st.lists(spoilt_events(), min_size=1, max_size=5))
def test_spoilt_events_neither_cost_the_connection_nor_what_follows(through_a_socket, events):
    first = msgpack.packb("first")
    sound = frame(msgpack.packb([EVENT, 5, 1, {}, ["first"]]))

    got = through_a_socket([sound, *map(frame, events), sound])

    assert got[0] == got[-1] == first


def test_a_silent_router_is_asked_and_then_left(on_loop, tmp_path):
    from ocs_sim.bus._transports import open_link

    async def connector(endpoint, realm):
        return await open_link(endpoint, realm, ping_seconds=0.02)

    reasons = []

    async def begin():
        router = await ScriptedRouter(tmp_path / "s").__aenter__()
        return router, await joined(router.path, connector=connector, on_left=reasons.append)

    router, connection = on_loop(begin())
    wait_until(lambda: router.asked() >= 10)
    assert reasons == []

    router.answering = False
    wait_until(lambda: reasons)

    async def end():
        await connection.close()
        await router.__aexit__()

    on_loop(end())
    assert reasons == ["the router does not answer"]
