"""FakeData: the operations, texts, data and samples of OCS's own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest
from ocs_sim.agents.fake_data import FakeData

from ocs_sim.archive import Archive
from ocs_sim.bus import BusError, HttpCaller
from ocs_sim.testing import AgentHarness, ManualClock, wait_until
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
    assert set(processes) == {"acq", "count", "sampler"}
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
            "sampler": 1,
            "set_heartbeat": 1,
            "delay_task": 1,
        }


def load(fake, feed="load"):
    """Return the times and the columns of all that was published on a load feed."""
    blocks = fake.blocks(feed)
    assert {block.name for block in blocks} <= {"load"}
    assert [block.sequence for block in blocks] == list(range(len(blocks)))
    times = [time for block in blocks for time in block.timestamps]
    names = list(blocks[0].data) if blocks else []
    return times, {name: [value for block in blocks for value in block.data[name]] for name in names}


def expected(fields, samples):
    return {f"field_{k:03d}": [float(n + k) for n in range(samples)] for k in range(fields)}


@pytest.mark.parametrize("rate", [0.5, 7.0, 100.0, 1000.0])
def test_the_sampler_keeps_its_pace_to_the_block(fake, rate):
    fake.start("sampler", fields=3, samples_per_block=4, blocks_per_second=rate)
    fake.advance(4.0)
    fake.stop("sampler")
    assert said(fake.wait("sampler"))[-1] == f"Published {int(4 * rate)} blocks."
    times, columns = load(fake)
    assert columns == expected(3, 4 * int(4 * rate))
    assert times == [BEGIN + n / (4 * rate) for n in range(len(times))]
    assert times[-1] < BEGIN + 4.0


def test_no_block_is_published_before_its_last_sample_is_taken(fake):
    fake.start("sampler", samples_per_block=2, blocks_per_second=1.0)
    fake.advance(0.99)
    assert load(fake) == ([], {})
    fake.advance(0.01)
    assert load(fake)[0] == [BEGIN, BEGIN + 0.5]


@pytest.mark.parametrize("rate", [0, 50.0])
@pytest.mark.parametrize("arrays", [False, True])
@pytest.mark.parametrize(("encoding", "feed"), [("lists", "load"), ("packed", "load_packed")])
def test_the_sampler_ends_after_as_many_blocks_as_asked(fake, rate, arrays, encoding, feed):
    asked = {"fields": 2, "samples_per_block": 5000, "blocks_per_second": rate, "blocks": 12}
    fake.start("sampler", **asked, encoding=encoding, arrays=arrays)
    fake.advance(0.24)
    data = fake.wait("sampler").session["data"]
    assert load(fake, feed)[1] == expected(2, 60_000)
    assert data == {
        "feed": f"observatory.data1.feeds.{feed}",
        "origin": BEGIN,
        "published": 12,
        "samples": 120_000,
        "sequence": len(fake.blocks(feed)) - 1,
        "behind": 0,
        "waiting_bytes": 0,
    }


@pytest.mark.parametrize(("encoding", "feed"), [("lists", "load"), ("packed", "load_packed")])
def test_blocks_share_publications_unless_told_otherwise(fake, encoding, feed):
    asked = {"fields": 2, "samples_per_block": 3, "blocks_per_second": 500.0, "blocks": 100}
    for coalesce in (True, False):
        fake.start("sampler", **asked, encoding=encoding, coalesce=coalesce)
        fake.advance(0.25)
        assert fake.wait("sampler").session["success"]
    # A tick of 10 ms has five blocks.
    assert [len(block.timestamps) for block in fake.blocks(feed)] == [15] * 20
    assert [len(block.timestamps) for block in fake.blocks(f"{feed}_single")] == [3] * 100
    assert load(fake, feed)[1] == load(fake, f"{feed}_single")[1] == expected(2, 300)


def test_without_a_pace_it_waits_for_a_router_that_is_away_and_loses_nothing():
    with AgentHarness(FakeData, instance_id="data1") as fake:
        fake.bus.set_up(False)
        asked = {"fields": 20, "samples_per_block": 1000, "blocks_per_second": 0, "blocks": 300}
        fake.start("sampler", **asked, encoding="packed", arrays=True)
        fake.until(lambda: fake.status("sampler").session["data"].get("waiting_bytes", 0) > 16 * 2**20)
        waiting = fake.status("sampler").session["data"]
        assert waiting["published"] < 300
        assert waiting["waiting_bytes"] < 24 * 2**20
        fake.bus.set_up(True)
        assert fake.wait("sampler").session["data"]["published"] == 300
        assert load(fake, "load_packed")[1] == expected(20, 300_000)


def test_each_run_of_the_sampler_begins_anew_where_the_numbers_of_blocks_go_on(fake):
    for _ in range(2):
        fake.start("sampler", fields=1, samples_per_block=1, blocks_per_second=10.0, blocks=2)
        fake.advance(0.2)
        last = fake.wait("sampler").session["data"]["sequence"]
    assert load(fake)[1] == {"field_000": [0.0, 1.0, 0.0, 1.0]}
    assert last == 3


def test_without_a_pace_the_sampler_can_be_stopped():
    with AgentHarness(FakeData, instance_id="data1") as fake:
        fake.start("sampler", fields=2, samples_per_block=3, blocks_per_second=0)
        fake.until(lambda: fake.status("sampler").session["data"].get("published", 0) > 500)
        fake.stop("sampler")
        session = fake.wait("sampler").session
        assert (session["success"], session["cancel_reason"]) == (True, "stop")
        times, columns = load(fake)
    assert columns == expected(2, 3 * session["data"]["published"])
    assert times == pytest.approx([times[0] + n * 1e-6 for n in range(len(times))], abs=1e-6)


@pytest.mark.integration
def test_an_agent_that_samples_lists_does_not_load_numpy():
    program = (
        "import sys\n"
        "from ocs_sim.agents.fake_data import FakeData\n"
        "from ocs_sim.testing import AgentHarness\n"
        "with AgentHarness(FakeData) as fake:\n"
        "    assert fake.run('sampler', blocks_per_second=0, blocks=3).session['success']\n"
        "    assert 'numpy' not in sys.modules\n"
        "    assert fake.run('sampler', blocks_per_second=0, blocks=3, arrays=True).session['success']\n"
        "    assert 'numpy' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize(
    "params", [{"fields": 0}, {"samples_per_block": 0}, {"blocks_per_second": -1}, {"encoding": "zip"}]
)
def test_a_load_that_makes_no_sense_is_refused(fake, params):
    assert fake.start("sampler", **params).code is ResponseCode.ERROR


@contextmanager
def process(site, instance_id):
    """Run an agent of a site file as a program of its own."""
    words = ["--site-file", str(site), "--site-host", "localhost", "--instance-id", instance_id]
    running = subprocess.Popen([sys.executable, "-m", "ocs_sim.agent", *words], stdout=subprocess.DEVNULL)
    try:
        yield running
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 0
    finally:
        running.kill()
        running.wait()


@pytest.mark.integration
def test_all_that_is_sampled_on_a_real_bus_is_archived_once(router, tmp_path):
    recorder = {"--data-dir": "hk", "--initial-state": "record"}
    agents = [
        {"instance-id": "load1", "agent-class": "FakeDataAgent"},
        {
            "instance-id": "recorder1",
            "agent-class": "AggregatorAgent",
            "arguments": [word for pair in recorder.items() for word in pair],
        },
    ]
    site = tmp_path / "site.yaml"
    site.write_text(json.dumps(router.site(agents)))
    with ExitStack() as stack:
        caller = HttpCaller(router.http_url, timeout_seconds=60.0)
        stack.callback(caller.close)
        stack.enter_context(process(site, "recorder1"))
        stack.enter_context(process(site, "load1"))

        def ask(agent, *words):
            try:
                return caller.call(f"observatory.{agent}.ops", *words)
            except BusError:
                return None

        wait_until(lambda: (ask("recorder1", "status", "record") or [1])[0] == 0, 30)
        wait_until(lambda: ask("load1", "status", "sampler") is not None, 30)
        ways = [(each, arrays) for each in ("lists", "packed") for arrays in (False, True)]
        asked = {"fields": 7, "samples_per_block": 30, "blocks_per_second": 0, "blocks": 400}
        for encoding, arrays in ways:
            for coalesce in (True, False):
                ask(
                    "load1",
                    "start",
                    "sampler",
                    {**asked, "encoding": encoding, "arrays": arrays, "coalesce": coalesce},
                )
                _, _, session = ask("load1", "wait", "sampler")
                assert (session["success"], session["data"]["published"]) == (True, 400)
    with Archive(tmp_path / "hk") as archive:
        for feed in ("load", "load_packed", "load_single", "load_packed_single"):
            found = archive.load(f"load1.{feed}.load.*")
            assert len(found) == 7
            for k, series in enumerate(found.values()):
                # From lists, and from arrays.
                assert sorted(series.values.tolist()) == sorted([float(n + k) for n in range(400 * 30)] * 2)
