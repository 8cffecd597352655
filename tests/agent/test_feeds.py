"""Publishing: what is checked where, what is gathered, and what waits for the router."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.agent import Agent, BadDeclaration, Feed, FeedField, Run, task
from ocs_sim.agent._columns import BlockCheck
from ocs_sim.testing import AgentHarness
from ocs_sim.wire import BadBlock

GOOD = {"a": [1.0, 2.0], "b": [3, 4]}


def message(**changes):
    whole = {"block_name": "block", "timestamps": [1.0, 2.0], "data": GOOD} | changes
    return {key: value for key, value in whole.items() if value is not ...}


@pytest.mark.parametrize(
    ("published", "fault"),
    [
        (3, "the message is int, not a dict"),
        ({}, "the message lacks block_name, data, timestamp or timestamps"),
        (message(block_name=...), "the message lacks block_name"),
        (message(timestamps=...), "the message lacks timestamp or timestamps"),
        (message(block_name="other"), "feed 'temps' declares only ['block']"),
        (message(block_name=7), "7 cannot name a block"),
        (message(data=[1]), "data must map field names to samples, not be list"),
        (message(timestamps=..., timestamp=1.0, data=3), "data must map field names to samples, not be int"),
        (message(data={"a": [1.0, 2.0]}), "missing fields ['b'], undeclared fields []"),
        (message(data={**GOOD, "c": [1, 2]}), "missing fields [], undeclared fields ['c']"),
        (message(data={**GOOD, "a": [1.0]}), "field 'a' has 1 samples for 2 timestamps"),
        (message(data={**GOOD, "a": 5.0}), "field 'a' must be a sequence of samples, not float"),
        (message(data={**GOOD, "a": "ab"}), "field 'a' must be a sequence of samples, not str"),
        (message(data={**GOOD, "a": [1.0, None]}), "field 'a' has samples of type NoneType, not float"),
        (message(data={**GOOD, "a": [1.0, True]}), "field 'a' has samples of type bool, not float"),
        (message(data={**GOOD, "b": [3, 4.5]}), "field 'b' has samples of type float, not int"),
        (message(data={**GOOD, "b": ["3", 4]}), "field 'b' has samples of type str, not int"),
        (message(timestamps=3.0), "timestamps must be a sequence of unix seconds, not float"),
        (message(timestamps=[1.0, "2"]), "timestamp '2' is not a unix time in seconds"),
        (message(timestamps=[1.0, float("nan")]), "timestamp nan is not a unix time in seconds"),
        (message(timestamps=[True, 2.0]), "timestamp True is not a unix time in seconds"),
        (message(influxdb_tags=3), "influxdb_tags must map each field to its tags"),
        (message(influxdb_tags={"a": {}, "b": {"_field": "x"}}), "influxdb_tags of ['a'] lack '_field'"),
        (
            message(influxdb_tags={"a": {"_field": "x"}}),
            "influxdb_tags are for ['a'], the data for ['a', 'b']",
        ),
    ],
)
def test_a_faulty_message_is_refused_where_it_is_published(example, published, fault):
    with pytest.raises(BadBlock) as refused:
        example.agent.temps.publish(published)
    assert fault in str(refused.value)
    assert example.blocks("temps") == []


@pytest.mark.parametrize("name", ["1a", "a-b", "", "a b", "x" * 256, 5])
def test_field_names_that_recorders_refuse_are_refused(example, name):
    with pytest.raises(BadBlock, match=r"cannot name a field.*[^.]\.$"):
        example.agent.free.publish_block("block", {name: 1.0})


def test_all_faults_of_a_block_come_at_once(example):
    with pytest.raises(BadBlock) as refused:
        example.agent.temps.publish(message(timestamps=[1.0], data={"a": ["x"], "b": [1, 2]}))
    assert "field 'a' has samples of type str" in str(refused.value)
    assert "field 'b' has 2 samples for 1 timestamps" in str(refused.value)


def test_both_forms_of_ocs_become_the_same_on_the_wire(example):
    example.agent.temps.publish({"block_name": "block", "timestamp": 5.0, "data": {"a": 1, "b": 2}})
    example.agent.temps.publish(message())
    first, second = example.blocks("temps")
    assert (first.timestamps, first.data, first.influxdb_tags) == ([5.0], {"a": [1.0], "b": [2]}, None)
    assert (second.timestamps, second.data) == ([1.0, 2.0], GOOD)
    assert [first.sequence, second.sequence] == [0, 1]
    topic, (argument,) = next(each for each in example.bus.published if each[0].endswith("temps"))
    keys = ["block_name", "data", "influxdb_tags", "timestamps", "seq", "sent"]
    assert list(argument[0]["block"]) == keys
    assert argument[0]["block"]["sent"] == example.clock.time()
    assert argument[1] == {
        "agent_address": "observatory.test1",
        "agg_params": {"frame_length": 60},
        "feed_name": "temps",
        "address": topic,
        "record": True,
        "session_id": "1700000000.0",
        "agent_class": "Example",
        "boot_id": "1700000000.0",
    }


def test_numpy_scalars_and_arrays_are_accepted_and_leave_as_plain_values(example):
    example.agent.temps.publish_block(
        "block",
        {"a": np.array([1, 2], np.float32), "b": np.array([3, 4], np.int8)},
        timestamps=np.array([1.0, 2.0]),
    )
    example.agent.temps.publish_block(
        "block", {"a": np.float32(0.5), "b": np.int64(3)}, timestamp=np.float64(7.0)
    )
    first, second = example.blocks("temps")
    assert {type(each) for column in first.data.values() for each in column} == {float, int}
    assert (second.data, second.timestamps) == ({"a": [0.5], "b": [3]}, [7.0])


samples = st.one_of(st.floats(), st.integers(-(2**63), 2**64 - 1), st.booleans(), st.text(max_size=3))


@given(st.dictionaries(st.sampled_from("abc"), st.lists(samples, min_size=3, max_size=3), min_size=1))
def test_an_undeclared_block_leaves_as_it_came(columns):
    times, published, _ = BlockCheck("block", None).columns(columns, [1, 2.5, 3])
    assert times == [1.0, 2.5, 3.0]
    assert repr(published) == repr(columns)


def test_an_empty_block_is_not_published(example):
    example.agent.temps.publish(message(timestamps=[], data={"a": [], "b": []}))
    assert example.blocks("temps") == []


def test_the_caller_may_change_its_data_afterwards(example):
    values = [1.0]
    example.agent.free.publish_block("block", {"a": values}, timestamps=[1.0])
    values.append(2.0)
    example.agent.free.flush()
    assert example.blocks("free")[0].data == {"a": [1.0]}


def test_a_buffered_feed_gathers_and_flushes_on_a_timer(example):
    publisher = example.agent.free
    for number in range(3):
        publisher.publish_block("one", {"x": number}, timestamp=float(number))
    publisher.publish_block("two", {"y": "text"}, timestamp=9.0)
    assert example.blocks("free") == []
    example.advance(0.9)
    assert example.blocks("free") == []
    example.advance(0.2)
    one, two = example.blocks("free")
    assert (one.timestamps, one.data, one.sequence) == ([0.0, 1.0, 2.0], {"x": [0, 1, 2]}, 0)
    assert (two.data, two.sequence) == ({"y": ["text"]}, 1)
    assert len(example.published("free")) == 1
    publisher.publish_block("one", {"x": 5}, timestamp=5.0)
    example.advance(1.0)
    assert [block.sequence for block in example.blocks("free")] == [0, 1, 2]


def test_a_field_set_that_changes_starts_a_new_block(example):
    example.agent.free.publish_block("block", {"a": 1.0}, timestamp=1.0)
    example.agent.free.publish_block("block", {"a": 2.0, "b": 3.0}, timestamp=2.0)
    example.agent.free.flush()
    assert [dict(block.data) for block in example.blocks("free")] == [{"a": [1.0]}, {"a": [2.0], "b": [3.0]}]


def test_what_is_recorded_waits_for_the_router_and_keeps_its_order(example):
    example.agent.temps.publish(message())
    example.bus.set_up(up=False)
    for number in range(50):
        example.agent.temps.publish_block("block", {"a": float(number), "b": number}, timestamp=float(number))
    example.agent.news.publish("missed by all")
    example.advance(10.0)
    beats = len(example.published("heartbeat"))
    assert len(example.blocks("temps")) == 1
    example.bus.set_up(up=True)
    assert [block.sequence for block in example.blocks("temps")] == list(range(51))
    assert [block.data["b"] for block in example.blocks("temps")[1:]] == [[number] for number in range(50)]
    assert example.published("news") == []
    assert len(example.published("heartbeat")) == beats + 1


@pytest.mark.parametrize("coalesce", [True, False])
def test_threads_publish_in_the_order_of_their_numbers(coalesce):
    class Busy(Agent):
        feed = Feed("feed", record=True, coalesce=coalesce)

        @task()
        def flood(self, run: Run, thread: int) -> None:
            for number in range(100):
                self.feed.publish_block(f"t{thread}", {"n": number}, timestamp=1.0)

    with AgentHarness(Busy) as harness:
        workers = [threading.Thread(target=harness.agent.flood, args=(None, thread)) for thread in range(4)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        blocks = harness.blocks("feed")
        assert harness.agent.feed.blocks_published == len(blocks)
    assert [block.sequence for block in blocks] == list(range(len(blocks)))
    assert coalesce or len(blocks) == 400
    for thread in range(4):
        together = [number for b in blocks if b.name == f"t{thread}" for number in b.data["n"]]
        assert together == list(range(100))


def test_a_feed_that_is_not_recorded_carries_any_value(example):
    example.agent.news.publish({"nan": float("nan"), "array": np.arange(2), 3: {1, 2}})
    assert example.published("news")[0].message == {"nan": None, "array": [0, 1], "3": [1, 2]}
    with pytest.raises(BadBlock, match="is not recorded"):
        example.agent.news.publish_block("block", {"a": 1.0})


def test_feeds_are_described_with_fields_units_and_types(example):
    feeds = dict(example.ask("get_feeds"))
    assert list(feeds) == ["temps", "news", "free", "heartbeat"]
    assert feeds["temps"]["blocks"]["block"]["a"] == {"type": "float", "unit": "K", "description": "first"}


def test_what_is_gathered_is_published_at_the_end():
    with AgentHarness(
        type("Last", (Agent,), {"feed": Feed("feed", record=True, buffer_time_seconds=60)})
    ) as harness:
        harness.agent.feed.publish_block("block", {"a": 1.0})
        bus, topic = harness.bus, f"{harness.address}.feeds.feed"
    assert [each for each, _ in bus.published].count(topic) == 1


@pytest.mark.parametrize(
    ("name", "blocks", "fault"),
    [
        ("a.b", None, "cannot name a feed"),
        ("a b", None, "cannot name a feed"),
        ("feed", {"x/y": {}}, "cannot name a block"),
        ("feed", {"block": {"1a": FeedField()}}, "cannot name a field"),
    ],
)
def test_names_are_checked_where_they_are_declared(name, blocks, fault):
    with pytest.raises(BadDeclaration, match=fault):
        Feed(name, record=True, blocks=blocks)


def test_two_feeds_cannot_have_one_name(example):
    with pytest.raises(BadDeclaration, match="there is a feed with this name already"):
        example.agent.add_feed(Feed("temps"))
