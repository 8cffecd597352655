"""FakeData: the operations, texts, data and samples of OCS's own."""

from __future__ import annotations

import pytest
from ocs_sim.agents.fake_data import FakeData

from ocs_sim.testing import AgentHarness, ManualClock
from ocs_sim.wire import ResponseCode

BEGIN = 1_700_000_000.0


def run_fake_data(*arguments, **settings):
    return AgentHarness(FakeData, arguments=arguments, clock=ManualClock(), instance_id="data1", **settings)


@pytest.fixture
def fake():
    with run_fake_data() as harness:
        yield harness


def said(reply):
    return [text for _, text in reply.session["messages"]][2:-1]


def test_it_offers_what_ocs_offers(fake):
    api = fake.ask()
    tasks = {name: info for name, _, info in api["tasks"]}
    processes = {name: info for name, _, info in api["processes"]}
    assert set(tasks) == {"set_heartbeat", "delay_task"}
    assert set(processes) == {"acq", "count"}
    assert (tasks["delay_task"]["blocking"], tasks["delay_task"]["abortable"]) == (False, True)
    assert (tasks["set_heartbeat"]["blocking"], tasks["set_heartbeat"]["abortable"]) == (True, False)
    assert (processes["acq"]["blocking"], processes["count"]["blocking"]) == (True, False)
    assert processes["count"]["docstring"] is None
    assert {info["min_privs"] for info in (*tasks.values(), *processes.values())} == {1}


def test_the_feed_is_described(fake):
    feed = dict(fake.ask("get_feeds"))["false_temperatures"]
    assert (feed["record"], feed["agg_params"]) == (True, {"frame_length": 60})
    assert feed["blocks"]["temps"]["channel_01"] == {
        "type": "float",
        "unit": "K",
        "description": "Simulated temperature of channel 1",
    }


def test_samples_lie_on_an_exact_grid():
    with run_fake_data("--num-channels", "3", "--sample-rate", "9.5", "--frame-length", "30") as fake:
        assert fake.start("acq").message == 'Started process "acq".'
        fake.advance(60.0)
        fake.stop("acq")
        assert said(fake.wait("acq"))[-1] == "Acquisition exited cleanly."
        blocks = fake.blocks("false_temperatures")
    times = [time for block in blocks for time in block.timestamps]
    assert times == [BEGIN + number / 9.5 for number in range(570)]
    assert {tuple(block.data) for block in blocks} == {("channel_00", "channel_01", "channel_02")}
    assert all(
        0.0 < abs(value) < 1.0 for block in blocks for column in block.data.values() for value in column
    )
    assert blocks[0].influxdb_tags == {
        f"channel_0{number}": {"channel": number, "_field": "temperature"} for number in range(3)
    }


def test_the_session_has_the_latest_sample(fake):
    fake.start("acq")
    fake.advance(2.5)
    data = fake.status("acq").session["data"]
    assert set(data) == {"fields", "timestamp"}
    assert set(data["fields"]) == {"channel_00", "channel_01"}
    assert data["timestamp"] == BEGIN + 18 / 9.5


def test_what_was_sampled_until_the_stop_is_published(fake):
    fake.start("acq")
    fake.advance(2.5)
    fake.stop("acq")
    fake.wait("acq")
    assert sum(len(block.timestamps) for block in fake.blocks("false_temperatures")) == int(2.5 * 9.5)


def test_a_rate_below_one_sample_a_second():
    with run_fake_data("--sample-rate", "0.4") as fake:
        fake.start("acq")
        fake.advance(10.0)
        fake.stop("acq")
        fake.wait("acq")
        times = [time for block in fake.blocks("false_temperatures") for time in block.timestamps]
    assert times == [BEGIN, BEGIN + 2.5, BEGIN + 5.0, BEGIN + 7.5]


@pytest.mark.parametrize(
    "arguments", [["--num-channels", "0"], ["--sample-rate", "0"], ["--sample-rate", "-3"]]
)
def test_nothing_to_sample_is_no_error(arguments):
    with run_fake_data(*arguments) as fake:
        fake.start("acq")
        fake.advance(3.0)
        fake.stop("acq")
        assert fake.wait("acq").session["success"]
        assert fake.blocks("false_temperatures") == []


def test_test_mode_publishes_once_and_ends(fake):
    fake.start("acq", test_mode=True)
    fake.advance(1.0)
    assert fake.wait("acq").session["success"]
    assert [len(block.timestamps) for block in fake.blocks("false_temperatures")] == [9]


def test_degradation_comes_and_goes(fake):
    fake.start("acq", degradation_period=3)
    seen = []
    for _ in range(9):
        fake.advance(1.0)
        seen.append(fake.status("acq").session["op_code"])
    assert seen == [8, 8, 3, 3, 3, 8, 8, 8, 3]


def test_count_counts_seconds_and_takes_any_parameters(fake):
    fake.start("count", whatever=3)
    fake.advance(4.2)
    assert fake.status("count").session["data"] == {"counter": 4, "last_update": BEGIN + 4.0}
    fake.stop("count")
    assert said(fake.wait("count"))[-1] == "Exited on request."
    assert fake.ops("start", "count", []).code is ResponseCode.OK


def test_the_heartbeat_can_be_muted(fake):
    assert said(fake.run("set_heartbeat", heartbeat=False)) == ["Set heartbeat_on: False"]
    beats = len(fake.published("heartbeat"))
    fake.advance(3.0)
    assert len(fake.published("heartbeat")) == beats
    assert said(fake.run("set_heartbeat")) == ["Set heartbeat_on: True"]
    fake.advance(1.0)
    assert len(fake.published("heartbeat")) == beats + 1


def test_delay_task_reports_how_far_it_is(fake):
    fake.start("delay_task", delay=2)
    fake.advance(1.2)
    session = fake.status("delay_task").session
    assert session["data"] == {"requested_delay": 2.0, "delay_so_far": 1.0}
    assert session["progress"]["fraction"] == 0.5
    assert session["progress"]["seconds_left"] == 1.0
    fake.advance(1.0)
    ended = fake.wait("delay_task")
    assert (ended.session["success"], said(ended)) == (True, ["Exited after 2.0 seconds"])


def test_delay_task_fails_when_asked_to(fake):
    ended = fake.run("delay_task", delay=0, succeed=False)
    assert (ended.session["success"], said(ended)) == (False, ["Exited after 0.0 seconds"])


def test_delay_task_is_aborted_at_once(fake):
    fake.start("delay_task")
    fake.advance(0.7)
    fake.abort("delay_task")
    ended = fake.wait("delay_task")
    assert ended.session["success"] is False
    assert said(ended) == ['Status is now "stopping".', "Aborted after 0.7 seconds"]


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"delay": "two_seconds"}, "Param 'delay'=two_seconds is not of required type (<class 'float'>)"),
        ({"delay": -1}, "Param 'delay' failed validity check (see docs?)."),
        ({"colour": 1}, "params included unexpected values: ['colour']"),
    ],
)
def test_wrong_parameters_get_the_words_of_ocs(fake, params, text):
    assert fake.start("delay_task", **params) == (ResponseCode.ERROR, text, {})


def test_under_a_policy_delay_task_needs_a_password():
    with run_fake_data(access_policy="override:two,three") as fake:
        refused = "The action requires credential level 2-ADVANCED but the client has only level 1-BASIC"
        assert fake.start("delay_task", delay=0) == (ResponseCode.ERROR, refused, {})
        fake.ops("start", "delay_task", {"delay": 3.33}, password="two")
        assert "credential level 3" in said(fake.wait("delay_task"))[0]
        fake.ops("start", "delay_task", {"delay": 0}, password="three")
        assert fake.wait("delay_task").session["success"]


def test_mode_acq_starts_acq_and_count():
    with run_fake_data("--mode", "acq") as fake:
        fake.advance(1.0)
        assert fake.published("heartbeat")[-1].message == {
            "acq": 3,
            "count": 3,
            "set_heartbeat": 1,
            "delay_task": 1,
        }
