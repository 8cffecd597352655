from __future__ import annotations

import asyncio

import pytest

from ocs_sim.bus import NotConnected, NotSendable, SubscriptionRefused

pytestmark = pytest.mark.integration

HEARTBEAT = "observatory.agent1.feeds.heartbeat"


class Inbox:
    def __init__(self) -> None:
        self.queue: asyncio.Queue[object] = asyncio.Queue()

    def plain(self, message):
        self.queue.put_nowait(message)

    async def later(self, message):
        await asyncio.sleep(0)
        self.queue.put_nowait(message)

    def with_topic(self, message, topic):
        self.queue.put_nowait((topic, message))

    def broken(self, message):
        self.queue.put_nowait(message)
        raise RuntimeError("a bug in a handler")

    async def next(self):
        return await asyncio.wait_for(self.queue.get(), 10)


@pytest.fixture
def inbox():
    return Inbox()


async def publish(connection, topic, *args):
    connection.publish(topic, *args)


@pytest.mark.parametrize("handler", ["plain", "later"])
def test_a_publication_reaches_functions_and_coroutines(connect, endpoint, on_loop, inbox, handler):
    publisher, subscriber = connect(endpoint), connect(endpoint)
    on_loop(subscriber.subscribe(HEARTBEAT, getattr(inbox, handler)))

    on_loop(publish(publisher, HEARTBEAT, [{"acq": 3}, {"record": False}]))

    assert on_loop(inbox.next()) == [{"acq": 3}, {"record": False}]


@pytest.mark.parametrize(
    ("pattern", "match"),
    [
        ("observatory..feeds.heartbeat", "wildcard"),
        ("observatory..feeds.", "wildcard"),
        ("observatory.agent1", "prefix"),
    ],
)
def test_a_pattern_tells_which_topic_it_was(connect, endpoint, on_loop, inbox, pattern, match):
    publisher, subscriber = connect(endpoint), connect(endpoint)
    on_loop(subscriber.subscribe(pattern, inbox.with_topic, match, with_topic=True))

    on_loop(publish(publisher, HEARTBEAT, 1))

    assert on_loop(inbox.next()) == (HEARTBEAT, 1)


def test_order_is_kept(connect, endpoint, on_loop, inbox):
    publisher, subscriber = connect(endpoint), connect(endpoint)
    on_loop(subscriber.subscribe(HEARTBEAT, inbox.plain))

    async def scenario():
        for number in range(200):
            publisher.publish(HEARTBEAT, number)
        return [await inbox.next() for _ in range(200)]

    assert on_loop(scenario()) == list(range(200))


def test_a_publisher_does_not_hear_itself(connect, endpoint, on_loop, inbox):
    both, other = connect(endpoint), connect(endpoint)
    on_loop(both.subscribe(HEARTBEAT, inbox.plain))

    on_loop(publish(both, HEARTBEAT, "own"))
    on_loop(publish(other, HEARTBEAT, "other"))

    assert on_loop(inbox.next()) == "other"


def test_a_broken_handler_harms_neither_others_nor_the_connection(connect, endpoint, on_loop, inbox, caplog):
    publisher, subscriber = connect(endpoint), connect(endpoint)
    on_loop(subscriber.subscribe(HEARTBEAT, inbox.broken))

    on_loop(publish(publisher, HEARTBEAT, 1))
    on_loop(publish(publisher, HEARTBEAT, 2))

    assert [on_loop(inbox.next()), on_loop(inbox.next())] == [1, 2]
    assert "a bug in a handler" in caplog.text


def test_unsubscribing_ends_one_handler_only(connect, endpoint, on_loop, inbox):
    publisher, subscriber = connect(endpoint), connect(endpoint)
    other = Inbox()
    gone = on_loop(subscriber.subscribe(HEARTBEAT, other.plain))
    on_loop(subscriber.subscribe(HEARTBEAT, inbox.plain))

    on_loop(subscriber.unsubscribe(gone))
    on_loop(subscriber.unsubscribe(gone))
    on_loop(publish(publisher, HEARTBEAT, 1))

    assert on_loop(inbox.next()) == 1
    assert other.queue.empty()


def test_a_forbidden_subscription_is_refused(connect, endpoint, on_loop, inbox):
    subscriber = connect(endpoint)

    with pytest.raises(SubscriptionRefused, match=r"elsewhere\.x"):
        on_loop(subscriber.subscribe("elsewhere.x", inbox.plain))
    assert subscriber.refused == {}


def test_publishing_while_away_or_what_cannot_be_sent_raises(connect, endpoint, on_loop):
    publisher = connect(endpoint)

    with pytest.raises(NotSendable, match="heartbeat cannot be sent"):
        on_loop(publish(publisher, HEARTBEAT, {1, 2}))
    on_loop(publisher.close())
    with pytest.raises(NotConnected, match=HEARTBEAT):
        on_loop(publish(publisher, HEARTBEAT, 1))
