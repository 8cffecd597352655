"""The quick way through the router gives everybody what crossbar's own way gives, message for message."""

import contextlib
import math
import struct

import cbor2
import msgpack
import pytest

from ocs_sim.testing import RouterInfo
from tests.launch.wamp_client import RawSocketClient, WebSocketClient, pack, unpack

pytestmark = pytest.mark.integration
TOPIC = "observatory.data1.feeds.a"
PATTERNS = {"exact": TOPIC, "prefix": "observatory.data1.fe", "wildcard": "observatory..feeds."}
MARK = "observatory.mark"
KINDS = (
    ("unix", "msgpack"),
    ("unix", "cbor"),
    ("unix", "json"),
    ("websocket", "msgpack"),
    ("websocket", "json"),
)
TIMES = 2  # The first of its kind goes crossbar's way: it asks whether the role may.


def publish(*rest, topic=TOPIC, **options):
    """A publication that any serializer can carry."""
    return lambda serializer: pack(serializer, [16, 7, options, topic, *rest])


def raw(arguments, topic=TOPIC, options=b"\x80", request=b"\x07", elements=b"\x95"):
    """A publication whose arguments are these msgpack bytes; in other formats it cannot be said."""
    data = elements + b"\x10" + request + options + msgpack.packb(topic) + arguments
    return lambda serializer: data if serializer == "msgpack" else None


NUMBERS = [0, 1, -1, 127, 128, -32, -33, 2**32, -(2**31), 2**53, 1.5, -0.0, 1e300]
PUBLICATIONS = {
    "ordinary": publish(["x", 1, 2.5, None, True]),
    "feed": publish([{"block": {"data": {"a": [1.5, 2.5]}, "timestamps": [1.0, 2.0]}}, {"feed_name": "a"}]),
    "numbers": publish(NUMBERS),
    "text": publish(["", "a" * 40, "b" * 300, "c" * 70_000, "Grüße, 観測 \U0001f52d"]),
    "nested": publish([[[[[[]]]], {"a": {"b": {"c": [{}]}}}]]),
    "long": publish(list(range(70_000))),
    "no arguments": publish(),
    "empty arguments": publish([]),
    "keywords": publish([1], {"a": 2}),
    "keywords alone": publish([], {"a": 2}),
    "empty keywords": publish([1], {}),
    "other topic": publish([1], topic="observatory.data1.feeds.b"),
    "longer topic": publish([1], topic="observatory.data1.feeds.b.c"),
    "long topic": publish([1], topic="observatory.data1.feeds." + "x" * 300),
    "topic in Greek": publish([1], topic="observatory.data1.feeds.\u03b1"),
    "nobody listens": publish([1], topic="observatory.data9"),
    "acknowledged": publish([1], acknowledge=True),
    "not acknowledged": publish([1], acknowledge=False),
    "to the publisher too": publish([1], exclude_me=False),
    "not to the publisher": publish([1], exclude_me=True),
    "retained": publish([1], retain=True, topic="observatory.data1.feeds.retained"),
    "to nobody": publish([1], eligible=[1]),
    "to some roles": publish([1], eligible_authrole=["iocs_agent"]),
    "not to some roles": publish([1], exclude_authrole=["iocs_agent"]),
    "not to one": publish([1], exclude=[1]),
    "option of its own": publish([1], x_mine=1),
    "not allowed": publish([1], topic="elsewhere.feeds.a"),
    "not allowed, acknowledged": publish([1], topic="elsewhere.feeds.a", acknowledge=True),
    "restricted": publish([1], topic="wamp.session.on_join"),
    "restricted, acknowledged": publish([1], topic="wamp.session.on_join", acknowledge=True),
    "crossbar's": publish([1], topic="crossbar.mine"),
    "invalid topic": publish([1], topic="observatory..a"),
    "topic with space": publish([1], topic="observatory.data1.feeds.a b"),
    "topic with newline": publish([1], topic="observatory.data1.feeds.a\n"),
    "empty topic": publish([1], topic=""),
    "arguments are a map": publish({"a": 1}),
    "arguments are a number": publish(1),
    "arguments are null": publish(None),
    "arguments are text": publish("text"),
    "bytes": raw(msgpack.packb([b"", b"\x00\xff", b"z" * 300, {"a": b"b"}])),
    "arguments are bytes": raw(msgpack.packb(b"opaque")),
    "float32": raw(b"\x92" + struct.pack(">Bf", 0xCA, 1.5) + struct.pack(">Bf", 0xCA, math.inf)),
    "long-winded": raw(b"\xdd\0\0\0\2\xcf\0\0\0\0\0\0\0\5\xdb\0\0\0\1a", request=b"\xcf" + bytes(7) + b"\7"),
    "extension": raw(msgpack.packb([msgpack.ExtType(5, b"five")])),
    "same key twice": raw(b"\x91\x82\xa1a\x01\xa1a\x02"),
    "topic in long form": lambda serializer: (
        b"\x95\x10\x07\x80\xda\0\x19" + TOPIC.encode() + b"\x91\x01" if serializer == "msgpack" else None
    ),
    "options in long form": raw(b"\x91\x01", options=b"\xde\0\0"),
    "empty in long form": raw(b"\xdc\0\0"),
    "message in long form": raw(b"\x91\x01", elements=b"\xdc\0\5"),
    "cut": raw(b"\x92\x01"),
    "cut in text": raw(b"\x91\xa5abc"),
    "more after the end": raw(b"\x91\x01\x01"),
    "a byte that means nothing": raw(b"\x91\xc1"),
    "text that is not UTF-8": raw(b"\x91\xa2\xff\xfe"),
    "key that is not UTF-8": raw(b"\x91\x81\xa2\xff\xfe\x01"),
    "topic that is not UTF-8": lambda serializer: (
        b"\x95\x10\x07\x80\xa2\xff\xfe\x91\x01" if serializer == "msgpack" else None
    ),
    "keys are numbers": raw(b"\x91\x81\x01\x01"),
    "keys are lists": raw(b"\x91\x81\x90\x01"),
    "extension of no known kind": raw(b"\x91\xd4\xfe\x00"),
    "timestamp of a wrong size": raw(b"\x91\xc7\x03\xff\x00\x00\x00"),
    "too deep": raw(b"\x91" * 1500 + b"\x01"),
    "deep": raw(b"\x91" * 1021 + b"\x01"),
    "as deep as can be": raw(b"\x91" * 1023 + b"\x01"),
    "more than can be there": raw(b"\xdd\xff\xff\xff\xff\x01"),
    "too large a request": raw(b"\x91\x01", request=b"\xcf" + b"\xff" * 8),
    "largest request": raw(b"\x91\x01", request=b"\xcf\x00\x20" + bytes(6)),
    "request below zero": raw(b"\x91\x01", request=b"\xff"),
    "request is a float": raw(b"\x91\x01", request=b"\xcb" + bytes(8)),
    "request is true": raw(b"\x91\x01", request=b"\xc3"),
}

# What JSON cannot carry, or CBOR neither. crossbar stops at the first receiver that cannot have it.
BEYOND_JSON = {
    "timestamp": (raw(msgpack.packb([msgpack.Timestamp(1, 5)])), {"msgpack"}),
    "keys are bytes": (raw(b"\x91\x81\xc4\x01a\x01"), {"msgpack", "cbor"}),
}


class Stage:
    """A router, a client of each kind that hears everything, and a referee who says when all was heard."""

    def __init__(self, info):
        self.info = info
        self.labels = {}
        self.clients = [self.join(kind, PATTERNS) for kind in KINDS]
        self.referee = self.join(KINDS[0], {})

    def join(self, kind, patterns):
        transport, serializer = kind
        client = (
            RawSocketClient(self.info.socket_path, serializer)
            if transport == "unix"
            else WebSocketClient(self.info.ws_url, serializer)
        )
        client.join(self.info.realm)
        for label, topic in patterns.items():
            self.labels[client.subscribe(topic, match=label)] = label
        self.labels[client.subscribe(MARK)] = "mark"
        return client

    def play(self, number, publication):
        """Let one client publish; returns what each client got of it."""
        publisher = self.clients[number]
        data = publication(publisher.serializer)
        if data is None:
            return None
        with contextlib.suppress(ConnectionError):
            publisher.send_bytes(data)
            publisher.send(16, 8, {"acknowledge": True}, MARK, ["publisher"])
        got = {KINDS[number]: self.hear(publisher)}
        if "lost" in got[KINDS[number]]:
            publisher.close()
            self.clients[number] = self.join(KINDS[number], PATTERNS)
        assert self.referee.ask(16, 9, {"acknowledge": True, "exclude_me": False}, MARK, ["referee"])[0] == 17
        for kind, client in zip(KINDS, self.clients, strict=True):
            got.setdefault(kind, []).append(self.hear(client, "referee"))
        return got

    def hear(self, client, end=None):
        """Take what a client has got, until the event that marks the end, or the answer to it."""
        heard = []
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                data = client.receive_bytes()
                try:
                    message = unpack(client.serializer, data)
                except (cbor2.CBORDecodeError, RecursionError, msgpack.StackError):
                    heard.append("too deep for the receiver")
                    continue
                if message[0] == 36 and self.labels[message[1]] == "mark":
                    if message[4] == [end]:
                        return heard
                elif message[0] == 17 and message[1] == 8:
                    if end is None:
                        return heard
                else:
                    heard.append(self.named(message))
        heard.append("lost")
        return heard

    def named(self, message):
        """Return a message without the numbers that crossbar chooses."""
        if message[0] == 36:
            return ["event", self.labels[message[1]], message[3], *map(shallow, message[4:])]
        return ["published", message[1]] if message[0] == 17 else message

    def close(self):
        for client in (*self.clients, self.referee):
            client.close()


def shallow(value):
    """Return a value that can be compared, be it nested deeper than Python compares."""
    depth, inner = 0, value
    while type(inner) is list and len(inner) == 1:
        depth, inner = depth + 1, inner[0]
    return ["nested", depth, inner] if depth > 100 else value


def transcript(info):
    """What everybody heard of each publication by each kind of client."""
    stage = Stage(info)
    script = PUBLICATIONS | {name: publication for name, (publication, _) in BEYOND_JSON.items()}
    try:
        return {
            (name, kind, time): stage.play(number, publication)
            for name, publication in script.items()
            for number, kind in enumerate(KINDS)
            for time in range(TIMES)
        }
    finally:
        stage.close()


@pytest.fixture(scope="module")
def transcripts(tmp_path_factory):
    """What was heard on a router that routes quickly, and on one that does not."""
    heard = []
    for plain in ("0", "1"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("OBSBOW_ROUTER_PLAIN", plain)
            info = RouterInfo(tmp_path_factory.mktemp("router"))
            try:
                info.start()
                heard.append(transcript(info))
            finally:
                info.stop()
    return heard


@pytest.mark.parametrize("name", PUBLICATIONS)
def test_everybody_hears_what_crossbar_would_have_sent(transcripts, name):
    quick, plain = transcripts
    for kind in KINDS:
        for time in range(TIMES):
            assert quick[name, kind, time] == plain[name, kind, time], kind


def test_the_script_is_heard(transcripts):
    for heard in transcripts:
        for kind in KINDS:
            got = heard["ordinary", kind, TIMES - 1]
            arguments = ["x", 1, 2.5, None, True]
            details = {"topic": TOPIC}
            events = [["event", "exact", {}, arguments]]
            events += [["event", label, details, arguments] for label in ("prefix", "wildcard")]
            assert {each: got[each][-1] for each in KINDS if each != kind} == {
                each: events for each in KINDS if each != kind
            }


@pytest.mark.parametrize("name", BEYOND_JSON)
def test_one_that_cannot_have_an_event_does_not_keep_it_from_the_others(transcripts, name):
    quick, _ = transcripts
    _, can = BEYOND_JSON[name]
    publisher = ("unix", "msgpack")
    got = quick[name, publisher, TIMES - 1]
    heard = {kind: [event[1] for event in got[kind][-1]] for kind in KINDS if kind != publisher}
    assert heard == {kind: list(PATTERNS) if kind[1] in can else [] for kind in KINDS if kind != publisher}


@pytest.mark.parametrize("transport", ["unix", "websocket"])
def test_the_arguments_bytes_reach_msgpack_receivers_as_they_are(router, transport):
    where = router.socket_path if transport == "unix" else router.ws_url
    kind = RawSocketClient if transport == "unix" else WebSocketClient
    subscriber, publisher = kind(where), kind(where)
    arguments = b"\xdd\0\0\0\1\xcf" + bytes(7) + b"\5"
    for client in (subscriber, publisher):
        client.join(router.realm)
    subscriber.subscribe(TOPIC)
    received = []
    for _ in range(TIMES):
        publisher.send_bytes(raw(arguments)("msgpack"))
        received.append(subscriber.receive_bytes())
    for client in (subscriber, publisher):
        client.close()
    # For the first one crossbar may have to learn what is allowed.
    assert received[-1].endswith(arguments)
