"""How publications leave: together, in order, packed, and no faster than the router takes them."""

from __future__ import annotations

import asyncio
import itertools
import threading

import numpy as np
import pytest

from ocs_sim.agent import Agent, BadDeclaration, Feed, FeedField
from ocs_sim.agent._courier import MOST_BACKLOG_BYTES, Courier
from ocs_sim.agent._publication import Publication
from ocs_sim.agent._timer import SystemTimer
from ocs_sim.testing import AgentHarness, ManualClock
from ocs_sim.wire import BadBlock, decode_publication


class Sender(Agent):
    together = Feed("together", record=True)
    single = Feed("single", record=True, coalesce=False)
    packed = Feed("packed", record=True, encoding="packed", agg_params={"frame_length": 60})
    typed = Feed(
        "typed",
        record=True,
        encoding="packed",
        blocks={"block": {"f": FeedField(float), "i": FeedField(int), "b": FeedField(bool)}},
    )
    news = Feed("news")


@pytest.fixture
def sender():
    with AgentHarness(Sender, clock=ManualClock()) as harness:
        yield harness


def in_one_turn(harness, *calls):
    async def turn():
        for call in calls:
            call()

    harness.bus.run(turn())
    harness.bus.flush()


def put(feed, number, block="block", **more):
    return lambda: feed.publish_block(block, {"n": number}, timestamp=float(number), **more)


def shapes(harness, feed="together"):
    """Return for each publication its blocks: name, number, samples."""
    return [
        [(block.name, block.sequence, list(block.data["n"])) for block in message.blocks]
        for message in harness.published(feed)
    ]


def test_what_is_published_in_one_turn_of_the_loop_leaves_together(sender):
    feed = sender.agent.together
    in_one_turn(sender, put(feed, 0.0), put(feed, 1.0), put(feed, 2.0, "other"), put(feed, 3.0))
    in_one_turn(sender, put(feed, 4.0))
    assert shapes(sender) == [[("block", 0, [0.0, 1.0, 3.0]), ("other", 1, [2.0])], [("block", 2, [4.0])]]
    assert sender.published("together")[0].blocks[0].timestamps == [0.0, 1.0, 3.0]
    assert feed.blocks_published == 3


def test_a_feed_may_send_each_block_on_its_own(sender):
    feed = sender.agent.single
    in_one_turn(sender, put(feed, 0.0), put(feed, 1.0))
    assert shapes(sender, "single") == [[("block", 0, [0.0])], [("block", 1, [1.0])]]


def test_nothing_shares_a_block_with_what_differs(sender):
    feed = sender.agent.together
    tags = {"n": {"_field": "x"}}
    in_one_turn(
        sender,
        put(feed, 0.0),
        put(feed, 1),
        put(feed, 2, influxdb_tags=tags),
        put(feed, 3, influxdb_tags=tags),
        put(feed, 4),
        lambda: feed.publish_block("block", {"n": 5, "m": 5}, timestamp=5.0),
        put(feed, True),
    )
    assert [each[0][2] for each in shapes(sender)] == [[0.0], [1], [2, 3, 4], [5], [True]]
    assert [message.blocks[0].influxdb_tags for message in sender.published("together")] == [
        None,
        None,
        tags,
        None,
        None,
    ]
    assert [each[0][1] for each in shapes(sender)] == [0, 1, 2, 3, 4]


def test_much_does_not_wait_for_the_end_of_the_turn(sender):
    feed, samples = sender.agent.together, np.arange(1000.0)

    def publish():
        feed.publish_block("block", {"n": samples}, timestamps=samples)

    in_one_turn(sender, *[publish] * 40)
    lengths = [sum(len(block.timestamps) for block in each.blocks) for each in sender.published("together")]
    assert lengths == [15_000, 15_000, 10_000]


def test_a_faulty_block_leaves_those_of_the_same_turn_alone(sender):
    feed = sender.agent.together

    def faulty():
        with pytest.raises(BadBlock, match="'n' has samples of type NoneType"):
            feed.publish_block("block", {"n": None}, timestamp=1.0)

    in_one_turn(sender, put(feed, 0.0), faulty, put(feed, 1.0))
    assert shapes(sender) == [[("block", 0, [0.0, 1.0])]]


def test_what_is_gathered_in_the_last_turn_leaves_too():
    with AgentHarness(Sender) as harness:
        bus, topic = harness.bus, harness.agent.together.info.address
        harness.agent.on_stop = lambda: _publish_at_the_end(harness.agent)
    last = [args[0][0]["block"]["data"] for each, args in bus.published if each == topic]
    assert last == [{"n": [9.0]}]
    beats = [args[0][1]["feeds"] for each, args in bus.published if each.endswith("heartbeat")]
    assert beats[-1]["together"] == 1


async def _publish_at_the_end(agent):
    agent.together.publish_block("block", {"n": 9.0}, timestamp=9.0)


def test_a_packed_feed_reaches_our_subscribers_as_lists_and_recorders_as_it_is(sender):
    data = {"f": np.array([1.5, np.nan]), "i": [1, -(2**63)], "b": np.array([True, False])}
    sender.agent.typed.publish_block("block", data, timestamps=[1.0, 2.0])
    block = sender.blocks("typed")[0]
    assert repr(block.data) == repr({"f": [1.5, float("nan")], "i": [1, -(2**63)], "b": [True, False]})
    assert block.timestamps == [1.0, 2.0]
    argument = next(args[0] for topic, args in sender.bus.published if topic.endswith("typed"))
    kept = decode_publication(argument, "t", keep_packed=True).blocks[0]
    assert (kept.packed.kinds, kept.packed.fields) == (("f8", "i8", "b1"), ("f", "i", "b"))
    assert argument[0]["block"]["data"] == {}
    assert argument[1]["encoding"] == "packed"


def test_ocs_is_told_to_leave_a_packed_feed_alone(sender):
    feeds = dict(sender.ask("get_feeds"))
    params = {"frame_length": 60, "exclude_aggregator": True, "exclude_influx": True}
    assert (feeds["packed"]["agg_params"], feeds["packed"]["encoding"]) == (params, "packed")
    assert "encoding" not in feeds["together"]


def test_packed_samples_of_one_turn_share_a_block(sender):
    feed = sender.agent.packed
    in_one_turn(sender, put(feed, 0.0), put(feed, 1.0), put(feed, 2), put(feed, 3.5))
    assert shapes(sender, "packed") == [
        [("block", 0, [0.0, 1.0])],
        [("block", 1, [2])],
        [("block", 2, [3.5])],
    ]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"n": ["x"]}, "'n' has samples of type str, not float, int or bool"),
        ({"n": np.array(["x"])}, "'n' has samples of type str, not float, int or bool"),
        ({"n": [2**63]}, "'n' has the integer 9223372036854775808, which is beyond 64 bits"),
        ({"n": np.array([2**63], np.uint64)}, "'n' has the integer 9223372036854775808"),
        ({"n": [True]}, None),
        ({"n": [None]}, "'n' has samples of type NoneType"),
    ],
)
def test_a_packed_feed_has_no_texts_and_no_huge_integers(sender, data, fault):
    if fault is None:
        sender.agent.packed.publish_block("block", data, timestamps=[1.0])
        return
    with pytest.raises(BadBlock, match=fault):
        sender.agent.packed.publish_block("block", data, timestamps=[1.0])


def test_booleans_and_numbers_do_not_mix_in_a_packed_field(sender):
    with pytest.raises(BadBlock, match="'n' has samples of types bool, float, not of one"):
        sender.agent.packed.publish_block("block", {"n": [1.0, True]}, timestamps=[1.0, 2.0])
    sender.agent.packed.publish_block("block", {"n": [1.5, 1]}, timestamps=[1.0, 2.0])
    assert sender.blocks("packed")[0].data == {"n": [1.5, 1.0]}


@pytest.mark.parametrize(
    ("declared", "fault"),
    [
        ({"encoding": "zip"}, "encoding 'zip' is neither 'lists' nor 'packed'"),
        ({"encoding": "packed", "blocks": {"b": {"t": FeedField(str)}}}, "'t' of texts cannot be packed"),
    ],
)
def test_an_encoding_is_checked_where_it_is_declared(declared, fault):
    with pytest.raises(BadDeclaration, match=fault):
        Feed("feed", record=True, **declared)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"n": [2**64]}, "'n' has the integer 18446744073709551616, which is beyond 64 bits"),
        ({"n": [-(2**63) - 1]}, "which is beyond 64 bits"),
        ({"n": ["\ud800"]}, "'n' has a text with half a character"),
        ({"n": np.ones((1, 2))}, "'n' has samples of type list"),
        ({"n": np.array(1.0)}, "'n' must be a sequence of samples, not ndarray"),
        ({"n": np.ma.array([1.0], mask=[True])}, "'n' has samples of type NoneType"),
        ({"n": np.ones(2)}, "'n' has 2 samples for 1 timestamps"),
        ({"n": np.zeros(2_000_000)}, "'n' has 2000000 samples for 1 timestamps"),
        ({"n": np.array([1], "M8[s]")}, "'n' has samples of type datetime"),
    ],
)
def test_what_no_serializer_takes_is_refused_where_it_is_published(sender, data, fault):
    for _ in range(2):
        with pytest.raises(BadBlock, match=fault):
            sender.agent.together.publish_block("block", data, timestamps=[1.0])
        sender.agent.together.publish_block("block", {"n": np.ones(1)}, timestamps=[1.0])


@pytest.mark.parametrize(
    ("column", "fault"),
    [
        (np.array([True]), "'f' has samples of type bool, not float"),
        (np.array(["x"]), "'f' has samples of type str, not float"),
        (np.array([1, 2], "i2"), None),
        (np.array([1, 2], "u8"), None),
        (np.array([1, 2], "f2"), None),
    ],
)
def test_arrays_are_held_to_what_is_declared(sender, column, fault):
    others = {"i": np.arange(len(column)), "b": np.ones(len(column), bool)}
    times = np.arange(len(column))
    if fault is not None:
        with pytest.raises(BadBlock, match=fault):
            sender.agent.typed.publish_block("block", {"f": column, **others}, timestamps=times)
        return
    sender.agent.typed.publish_block("block", {"f": column, **others}, timestamps=times)
    assert repr(sender.blocks("typed")[0].data["f"]) == "[1.0, 2.0]"


def test_a_block_that_no_router_takes_is_refused_where_it_is_published(sender):
    samples = np.zeros(2**20)
    with pytest.raises(BadBlock, match="more than 15 MB"):
        sender.agent.packed.publish_block("b", {"x": samples, "y": samples}, timestamps=samples)


def test_names_and_tags_count_for_what_a_router_takes(sender):
    data = {f"field_{number:05d}": np.zeros(350) for number in range(4000)}
    tags = {name: {"_field": name, "where": "x" * 1000} for name in data}
    times = np.arange(350.0)
    with pytest.raises(BadBlock, match="more than 15 MB"):
        sender.agent.together.publish_block("b", data, timestamps=times, influxdb_tags=tags)
    sender.agent.together.publish_block("b", data, timestamps=times)
    sender.agent.together.flush()
    assert len(sender.blocks("together")) == 1


@pytest.mark.parametrize("moment", [10**400, float("nan"), None])
def test_a_timestamp_that_is_none_is_refused(sender, moment):
    with pytest.raises(BadBlock, match="is not a unix time in seconds"):
        sender.agent.together.publish_block("b", {"x": [1.0]}, timestamps=[moment])


def test_tags_are_checked_again_when_they_change(sender):
    feed, tags = sender.agent.together, {"n": {"_field": "x", "ch": 1}}
    for _ in range(2):
        in_one_turn(sender, put(feed, 1.0, influxdb_tags=tags))
    tags["n"].pop("_field")
    with pytest.raises(BadBlock, match="lack '_field'"):
        put(feed, 1.0, influxdb_tags=tags)()
    with pytest.raises(BadBlock, match="influxdb_tags cannot be packed"):
        put(feed, 1.0, influxdb_tags={"n": {"_field": object()}})()
    for odd in ({5: 1}, {"where": {None: 1}}, {"where": [{1.5: 2}]}):
        with pytest.raises(BadBlock, match="texts for keys"):
            put(feed, 1.0, influxdb_tags={"n": {"_field": "x", **odd}})()
    assert len(shapes(sender)) == 2


def link(harness):
    return harness.bus.links[0]


def test_while_the_router_takes_nothing_all_wait_and_leave_in_order_later(sender):
    link(sender).backlog_bytes = MOST_BACKLOG_BYTES + 1
    feed = sender.agent.single
    in_one_turn(sender, *[put(feed, float(number)) for number in range(100)])
    sender.advance(1.0)
    assert sender.blocks("single") == []
    assert feed.waiting_bytes > 100 * 100
    beat = sender.published("heartbeat")[-1].feed.extras
    assert beat["blocks_waiting"] == 100
    assert beat["counters"]["single"] | {"bytes": 0} == {
        "published": 100,
        "bytes": 0,
        "waiting": 100,
        "dropped": 0,
    }
    assert beat["feeds"]["single"] == 0
    link(sender).backlog_bytes = 0
    sender.advance(0.05)
    assert [block.sequence for block in sender.blocks("single")] == list(range(100))
    assert feed.waiting_bytes == 0
    sender.advance(1.0)
    assert sender.published("heartbeat")[-1].feed.extras["feeds"]["single"] == 100


def test_what_is_not_recorded_is_dropped_when_far_too_much_waits(sender):
    link(sender).backlog_bytes = 2 * MOST_BACKLOG_BYTES + 1
    sender.agent.news.publish("missed")
    sender.advance(2.0)
    link(sender).backlog_bytes = 2 * MOST_BACKLOG_BYTES
    sender.agent.news.publish("heard")
    assert [each.message for each in sender.published("news")] == ["heard"]


def test_the_loop_has_its_turns_while_much_is_sent(sender):
    """After the router's return the loop is never kept for longer than some publications take."""
    sender.bus.set_up(up=False)
    feed = sender.agent.single
    for number in range(1000):
        put(feed, float(number))()

    async def watch():
        seen, topic = [], feed.info.address
        while not seen or seen[-1] < 1000:
            await asyncio.sleep(0)
            seen.append(sum(each == topic for each, _ in sender.bus.published))
        return seen

    async def bring_back():
        link(sender).bus.up = True
        link(sender).join()
        return await watch()

    seen = sender.bus.run(bring_back())
    steps = [later - earlier for earlier, later in zip([0, *seen], seen, strict=False)]
    assert max(steps) <= 128
    assert [block.sequence for block in sender.blocks("single")] == list(range(1000))


class BusyLink:
    """A link of which each publication has another thread publish the next one meanwhile."""

    joined = True

    def __init__(self):
        self.backlog_bytes, self.numbers, self.meanwhile = 0, [], None

    def publish_packed(self, _topic, packed):
        self.numbers.append(int(packed))
        if self.meanwhile is not None:
            publishing = threading.Thread(target=self.meanwhile)
            publishing.start()
            publishing.join()


@pytest.mark.parametrize("is_stalled", [False, True])
def test_one_sends_however_many_publish_meanwhile(is_stalled):
    async def run():
        link, turns = BusyLink(), []
        courier = Courier(link, asyncio.get_running_loop(), SystemTimer())
        send, numbers = courier._send_some, itertools.count()

        def record():
            number = next(numbers)
            courier.recorded(Publication("topic", b"%d" % number, number, number))

        def counted():
            turns.append(len(link.numbers))
            if len(turns) > 500:
                link.meanwhile = None
            # It stalls once each slice is sent.
            link.backlog_bytes = 0
            more = send()
            link.backlog_bytes = is_stalled * (MOST_BACKLOG_BYTES + 1)
            return more

        courier._send_some, link.meanwhile = counted, record
        record()
        for _ in range(20):
            await asyncio.sleep(0.005)
            assert sum(not timer.done() for timer in courier._timers) <= 1
        link.meanwhile = None
        while courier.waiting:
            await asyncio.sleep(0.005)
        await courier.close()
        assert link.numbers == list(range(next(numbers)))
        return len(link.numbers) / len(turns)

    # Each slice is a whole one: nobody has been asked to send what somebody else would have.
    assert asyncio.run(run()) > 30


def test_big_publications_are_sent_a_few_at_a_time(sender):
    sender.bus.set_up(up=False)
    samples = np.zeros(30_000)
    for _ in range(20):
        sender.agent.packed.publish_block("block", {"n": samples}, timestamps=samples)

    async def bring_back():
        link(sender).bus.up = True
        link(sender).join()
        return sum(topic.endswith("packed") for topic, _ in sender.bus.published)

    assert sender.bus.run(bring_back()) <= 3
    sender.bus.flush()
    sender.until(lambda: len(sender.published("packed")) == 20)


def test_what_the_router_refuses_does_not_keep_others_waiting(sender):
    publish = link(sender).publish_packed
    refusals = []

    def picky(topic, packed):
        if b"\xcb\x40\x08" in packed and not refusals:
            refusals.append(topic)
            raise ValueError("refused")
        publish(topic, packed)

    link(sender).publish_packed = picky
    feed = sender.agent.single
    in_one_turn(sender, *[put(feed, float(number)) for number in range(6)])
    assert refusals
    assert [block.sequence for block in sender.blocks("single")] == [0, 1, 2, 4, 5]
    counters = dict(sender.ask("get_feeds"))["single"]["counters"]
    assert (counters["published"], counters["dropped"], counters["waiting"]) == (6, 1, 0)
