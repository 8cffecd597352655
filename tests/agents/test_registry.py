"""Registry: who is there, who is silent, and since when."""

from __future__ import annotations

import pytest
from ocs_sim.agents.fake_data import FakeData
from ocs_sim.agents.registry import Registry

from ocs_sim.testing import AgentHarness, LocalBus, ManualClock

BEGIN = 1_700_000_000.0
DATA1 = "observatory.data1"


@pytest.fixture
def clock():
    return ManualClock(BEGIN)


@pytest.fixture
def registry(clock):
    with LocalBus() as bus, AgentHarness(Registry, bus=bus, clock=clock, instance_id="registry") as harness:
        yield harness


def table(registry):
    return registry.status("main").session["data"]


def hear(registry, address, codes, boot="1", **changes):
    feed = {"agent_address": address, "feed_name": "heartbeat", "address": f"{address}.feeds.heartbeat"}
    feed |= {"record": False, "session_id": boot, "agent_class": "X"} | changes
    registry.bus.loop.call_soon_threadsafe(
        registry.bus.deliver, f"{address}.feeds.heartbeat", ([codes, feed],)
    )
    registry.bus.flush()


def codes_of(registry, field):
    blocks = [block for block in registry.blocks("agent_operations") if block.name == field]
    assert all(list(block.data) == [field] for block in blocks)
    return [value for block in blocks for value in block.data[field]]


def test_it_lists_itself_and_others(registry, clock):
    with AgentHarness(FakeData, bus=registry.bus, clock=clock, instance_id="data1") as fake:
        fake.start("count")
        clock.advance(2.0)
        assert set(table(registry)) == {"observatory.registry", DATA1}
        entry = table(registry)[DATA1]
        assert list(entry)[:6] == [
            "expired",
            "time_expired",
            "last_updated",
            "op_codes",
            "agent_class",
            "agent_address",
        ]
        assert (entry["expired"], entry["time_expired"], entry["agent_class"]) == (False, None, "FakeData")
        assert entry["op_codes"] == {"acq": 1, "count": 3, "sampler": 1, "set_heartbeat": 1, "delay_task": 1}
        assert entry["first_seen"] == BEGIN
        assert table(registry)["observatory.registry"]["op_codes"]["main"] == 3


def test_a_silent_agent_expires_once_and_its_time_stays(registry, clock):
    clock.advance(0.5)
    hear(registry, DATA1, {"acq": 3})
    clock.advance(5.0)
    assert table(registry)[DATA1]["expired"] is False
    clock.advance(20.0)
    entry = table(registry)[DATA1]
    assert (entry["expired"], entry["time_expired"], entry["op_codes"]) == (True, BEGIN + 6.0, {"acq": 7})
    assert entry["last_updated"] == BEGIN + 0.5
    assert codes_of(registry, "observatory_data1_acq")[:2] == [3, 7]


def test_a_heartbeat_revives_it(registry, clock):
    hear(registry, DATA1, {"acq": 3})
    clock.advance(10.0)
    hear(registry, DATA1, {"acq": 5})
    clock.advance(1.0)
    entry = table(registry)[DATA1]
    assert (entry["expired"], entry["time_expired"], entry["op_codes"]) == (False, None, {"acq": 5})
    assert codes_of(registry, "observatory_data1_acq") == [3, 7, 5]


def test_operation_codes_are_published_on_change_and_now_and_then():
    clock = ManualClock(BEGIN)
    with AgentHarness(
        Registry, clock=clock, instance_id="registry", arguments=["--wait-time", "4"]
    ) as registry:
        for second in range(12):
            hear(registry, "observatory.cam-1", {"acq": 3 if second < 9 else 5})
            clock.advance(1.0)
        assert codes_of(registry, "observatory_cam_1_acq") == [3, 3, 3, 5, 5]
        feed = dict(registry.ask("get_feeds"))["agent_operations"]
        assert (feed["record"], feed["agg_params"]) == (True, {"frame_length": 60})


def test_operations_of_one_boot_add_up_and_a_new_boot_starts_afresh(registry, clock):
    hear(registry, DATA1, {"a": 1})
    hear(registry, DATA1, {"b": 1})
    clock.advance(1.0)
    assert table(registry)[DATA1]["op_codes"] == {"a": 1, "b": 1}
    hear(registry, DATA1, {"c": 1}, boot="2")
    clock.advance(1.0)
    assert table(registry)[DATA1]["op_codes"] == {"c": 1}


@pytest.mark.parametrize("address", [DATA1, "data1"])
def test_an_agent_can_be_forgotten(registry, clock, address):
    hear(registry, DATA1, {"acq": 3})
    assert registry.run("forget", address=address).session["messages"][-2][1] == f"Forgot {DATA1}."
    clock.advance(1.0)
    assert DATA1 not in table(registry)


def test_forgetting_a_stranger_fails_with_a_hint(registry):
    hear(registry, DATA1, {"acq": 3})
    session = registry.run("forget", address="observatory.data2").session
    assert session["success"] is False
    text = f"No agent with address 'observatory.data2' is known; did you mean {DATA1}?"
    assert session["messages"][-2][1] == text


def test_register_agent_does_nothing_well(registry):
    session = registry.run("register_agent", agent_address="observatory.old").session
    assert (session["success"], session["messages"][-2][1]) == (True, "'register_agent' is deprecated")


@pytest.mark.parametrize(
    ("codes", "changes"),
    [
        ("nonsense", {}),
        ({"acq": "on"}, {}),
        (None, {}),
        ({"acq": 3}, {"record": None, "agent_address": None}),
    ],
)
def test_nonsense_on_the_heartbeat_topic_is_survived(registry, clock, codes, changes):
    hear(registry, DATA1, codes, **changes)
    hear(registry, "observatory.good", {"acq": 3})
    clock.advance(1.0)
    assert "observatory.good" in table(registry)
    assert DATA1 not in table(registry)


def test_an_operation_that_cannot_be_a_field_is_left_out_of_the_feed_only(registry, clock):
    hear(registry, DATA1, {"acq": 3}, agent_address="9.data1")
    clock.advance(1.0)
    assert table(registry)["9.data1"]["op_codes"] == {"acq": 3}
    assert codes_of(registry, "9_data1_acq") == []


def test_stop_and_test_mode(registry, clock):
    registry.stop("main")
    assert registry.wait("main").session["messages"][-2][1] == "Stopped registry main process"
    registry.start("main", test_mode=True)
    clock.advance(1.0)
    assert registry.wait("main").session["success"]
