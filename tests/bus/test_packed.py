"""Publications whose argument is packed before they are sent, and subscriptions that take it as it came."""

from __future__ import annotations

import asyncio
import random

import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocs_sim.bus import NotConnected, NotSendable, background_loop
from tests.bus.conftest import endpoint_of

HEARTBEAT = "observatory.agent1.feeds.heartbeat"
KINDS = ("unix", "websocket")
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


def pack(value):
    return msgpack.packb(value, use_bin_type=True)


class Inbox:
    def __init__(self):
        self.queue = asyncio.Queue()

    def plain(self, *args):
        self.queue.put_nowait(args[0] if len(args) == 1 else args)

    def with_topic(self, packed, topic):
        self.queue.put_nowait((topic, packed))

    def broken(self, packed):
        self.queue.put_nowait(packed)
        raise RuntimeError("a bug in a handler")

    async def next(self):
        return await asyncio.wait_for(self.queue.get(), 10)


@pytest.fixture
def inbox():
    return Inbox()


async def publish(connection, topic, packed):
    connection.publish_packed(topic, packed)


async def publish_plainly(connection, topic, *args, **kwargs):
    connection._link.session.publish(topic, *args, **kwargs)


@pytest.mark.integration
@pytest.mark.parametrize("other", KINDS)
def test_the_bytes_arrive_as_they_were_sent(connect, endpoint, router, on_loop, inbox, other):
    publisher, subscriber = connect(endpoint), connect(endpoint_of(router, other))
    on_loop(subscriber.subscribe(HEARTBEAT, inbox.plain, packed=True))
    block = pack([{"temps": {"data": {"a": [1.5, 2.5]}, "timestamps": [1.0, 2.0], "raw": b"\0\1"}}, {"n": 1}])

    on_loop(publish(publisher, HEARTBEAT, block))

    assert on_loop(inbox.next()) == block


@pytest.mark.integration
def test_packed_and_plain_understand_one_another(connect, endpoint, on_loop, inbox):
    publisher, subscriber = connect(endpoint), connect(endpoint)
    packed = Inbox()
    on_loop(subscriber.subscribe(HEARTBEAT, inbox.plain))
    on_loop(subscriber.subscribe("observatory..feeds.", packed.plain, "wildcard", packed=True))

    on_loop(publish(publisher, HEARTBEAT, pack({"a": [1, None]})))
    on_loop(publish_plainly(publisher, HEARTBEAT, {"b": "text"}))

    assert [on_loop(inbox.next()), on_loop(inbox.next())] == [{"a": [1, None]}, {"b": "text"}]
    assert [on_loop(packed.next()), on_loop(packed.next())] == [pack({"a": [1, None]}), pack({"b": "text"})]


@pytest.mark.integration
def test_one_topic_may_be_heard_both_ways(connect, endpoint, on_loop, inbox):
    """The router gives both the same subscription."""
    publisher, subscriber = connect(endpoint), connect(endpoint)
    packed = Inbox()
    on_loop(subscriber.subscribe(HEARTBEAT, packed.plain, packed=True))
    plain = on_loop(subscriber.subscribe(HEARTBEAT, inbox.plain))

    on_loop(publish(publisher, HEARTBEAT, pack([1])))
    assert (on_loop(inbox.next()), on_loop(packed.next())) == ([1], pack([1]))

    on_loop(subscriber.unsubscribe(plain))
    on_loop(publish(publisher, HEARTBEAT, pack([2])))
    assert on_loop(packed.next()) == pack([2])
    assert inbox.queue.empty()


@pytest.mark.integration
@pytest.mark.parametrize(
    ("pattern", "match"),
    [(HEARTBEAT, "exact"), ("observatory..feeds.heartbeat", "wildcard"), ("observatory.agent1", "prefix")],
)
def test_a_packed_event_tells_its_topic(connect, endpoint, on_loop, inbox, pattern, match):
    publisher, subscriber = connect(endpoint), connect(endpoint)
    on_loop(subscriber.subscribe(pattern, inbox.with_topic, match, with_topic=True, packed=True))

    on_loop(publish(publisher, HEARTBEAT, pack(1)))

    assert on_loop(inbox.next()) == (HEARTBEAT, pack(1))


@pytest.mark.integration
def test_packed_calls_and_plain_ones_keep_their_order(connect, endpoint, on_loop, inbox):
    """Both draw on one sequence of request numbers, and go through one queue."""
    publisher, subscriber = connect(endpoint), connect(endpoint)
    on_loop(subscriber.subscribe(HEARTBEAT, inbox.plain))
    on_loop(publisher.register("observatory.echo", lambda value: value))

    async def scenario():
        for number in range(0, 300, 3):
            publisher.publish(HEARTBEAT, number)
            publisher.publish_packed(HEARTBEAT, pack(number + 1))
            publisher.publish_packed(HEARTBEAT, pack(number + 2))
        assert await publisher.call("observatory.echo", "still here") == "still here"
        return [await inbox.next() for _ in range(300)]

    assert on_loop(scenario()) == list(range(300))


@pytest.mark.integration
def test_what_is_not_one_argument_is_dropped_and_nothing_else_is_lost(connect, endpoint, on_loop, inbox):
    publisher, subscriber = connect(endpoint), connect(endpoint)
    on_loop(subscriber.subscribe(HEARTBEAT, inbox.plain, packed=True))

    on_loop(publish_plainly(publisher, HEARTBEAT))
    on_loop(publish_plainly(publisher, HEARTBEAT, 1, 2))
    on_loop(publish_plainly(publisher, HEARTBEAT, 1, word=2))
    on_loop(publish_plainly(publisher, HEARTBEAT, word=2))
    on_loop(publish(publisher, HEARTBEAT, pack("last")))

    assert on_loop(inbox.next()) == pack("last")
    assert subscriber.counters.losses == 0


@pytest.mark.integration
def test_a_broken_handler_of_packed_events_is_told_and_survived(connect, endpoint, on_loop, inbox, caplog):
    publisher, subscriber = connect(endpoint), connect(endpoint)
    on_loop(subscriber.subscribe(HEARTBEAT, inbox.broken, packed=True))

    on_loop(publish(publisher, HEARTBEAT, pack(1)))
    on_loop(publish(publisher, HEARTBEAT, pack(2)))

    assert [on_loop(inbox.next()), on_loop(inbox.next())] == [pack(1), pack(2)]
    assert "a bug in a handler" in caplog.text


@pytest.mark.integration
def test_what_cannot_be_sent_is_refused_and_costs_nothing(connect, endpoint, on_loop, inbox):
    publisher, subscriber = connect(endpoint), connect(endpoint)
    on_loop(subscriber.subscribe(HEARTBEAT, inbox.plain, packed=True))
    refused = [(HEARTBEAT, b""), ("observatory..feeds", pack(1)), ("two words", pack(1)), ("\ud800", pack(1))]
    refused.append((HEARTBEAT, pack(bytes(2**24))))

    for topic, packed in refused:
        with pytest.raises(NotSendable):
            on_loop(publish(publisher, topic, packed))
    on_loop(publish(publisher, HEARTBEAT, pack("next")))
    assert on_loop(inbox.next()) == pack("next")

    on_loop(publisher.close())
    with pytest.raises(NotConnected, match=HEARTBEAT):
        on_loop(publish(publisher, HEARTBEAT, pack(1)))


@pytest.mark.integration
def test_large_arguments_go_through(connect, endpoint, on_loop, inbox):
    publisher, subscriber = connect(endpoint), connect(endpoint)
    on_loop(subscriber.subscribe(HEARTBEAT, inbox.plain, packed=True))
    large = pack(random.Random(1).randbytes(5_000_000))

    on_loop(publish(publisher, HEARTBEAT, large))
    on_loop(publish(publisher, HEARTBEAT, pack("small")))

    assert [on_loop(inbox.next()), on_loop(inbox.next())] == [large, pack("small")]


@pytest.mark.integration
def test_the_backlog_is_what_was_not_taken_yet(connect, endpoint, on_loop, inbox):
    publisher, subscriber = connect(endpoint), connect(endpoint)
    on_loop(subscriber.subscribe(HEARTBEAT, inbox.plain, packed=True))
    block = pack(bytes(1_000_000))

    async def scenario():
        before = publisher.backlog_bytes
        for _ in range(3):
            publisher.publish_packed(HEARTBEAT, block)
        sent = publisher.backlog_bytes
        for _ in range(3):
            await inbox.next()
        return before, sent, publisher.backlog_bytes

    before, sent, after = on_loop(scenario())
    assert before == after == 0
    assert 3 * len(block) < sent < 3 * len(block) + 1000

    on_loop(publisher.close())
    assert publisher.backlog_bytes == 0


@pytest.fixture(scope="module")
def through_the_router(router):
    """Return a function that publishes bytes over each transport, and returns what came over each."""
    from ocs_sim.bus import Connection

    inbox = Inbox()

    def on_loop(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, background_loop()).result(60)

    async def begin():
        ends = [Connection([endpoint_of(router, kind)], router.realm, name=kind) for kind in (*KINDS, *KINDS)]
        for end in ends:
            end.start()
            await end.wait_joined(15)
        for end in ends[2:]:
            await end.subscribe("observatory.any", inbox.plain, packed=True)
        return ends

    async def carry(packed):
        for end in ends[:2]:
            end.publish_packed("observatory.any", packed)
        return [await inbox.next() for _ in range(4)]

    ends = on_loop(begin())
    yield lambda packed: on_loop(carry(packed))
    assert [end.counters.losses for end in ends] == [0] * 4
    for end in ends:
        on_loop(end.close())


@pytest.mark.integration
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=ANYTHING)
def test_every_value_survives_byte_for_byte(through_the_router, value):
    packed = pack(value)

    assert through_the_router(packed) == [packed] * 4


IDS = st.integers(0, 2**53)
DETAILS = st.dictionaries(st.text(max_size=5) | st.just("topic"), ANYTHING, max_size=3)


@pytest.fixture(scope="module")
def read_event():
    background_loop()
    from ocs_sim.bus._packed import read_event

    return read_event


@given(subscription=IDS, publication=IDS, topic=st.text(max_size=300) | st.none(), value=ANYTHING)
def test_the_header_is_read_and_the_argument_is_not(read_event, subscription, publication, topic, value):
    details = {} if topic is None else {"topic": topic}

    event = read_event(pack([36, subscription, publication, details, [value]]))

    if event is None:
        assert len(pack(topic)) > 400
    else:
        assert event == (subscription, topic, pack(value))


@given(details=DETAILS | ANYTHING, args=st.lists(ANYTHING, max_size=3), more=st.lists(ANYTHING, max_size=2))
def test_no_other_message_is_taken_for_a_packed_event(read_event, details, args, more):
    event = read_event(pack([36, 1, 2, details, args, *more]))

    fits = len(args) == 1 and not more and isinstance(details, dict)
    assert event is None or (fits and event.argument == pack(args[0]))


@given(data=st.data())
def test_nothing_that_comes_in_raises(read_event, data):
    whole = bytearray(pack([36, 1, 2, {"topic": "observatory.x"}, [data.draw(ANYTHING)]]))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(2, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))

    read_event(bytes(whole[:cut]))
    read_event(data.draw(st.binary()))
