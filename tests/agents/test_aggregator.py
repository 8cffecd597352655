"""Aggregator: what agents publish is on the disk, and the session says so as OCS's does."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
from ocs_sim.agents.aggregator import Aggregator
from ocs_sim.agents.fake_data import FakeData

from ocs_sim.archive import Archive
from ocs_sim.bus import HttpCaller
from ocs_sim.testing import AgentHarness, wait_until

# Sealing is done by real child processes.
pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("look_often")]

DATA1 = "observatory.data1"
FEED = f"{DATA1}.feeds.false_temperatures"


def aggregator(bus, tmp_path, *arguments):
    words = ["--data-dir", "hk", *arguments]
    return AgentHarness(Aggregator, bus=bus, instance_id="aggregator", directory=tmp_path, arguments=words)


def session(harness):
    return harness.status("record").session


def texts(harness):
    return [text for _, text in session(harness)["messages"]]


def publish(bus, sample, address=FEED, **changes):
    feed = {
        "agent_address": DATA1,
        "agg_params": {},
        "feed_name": "false_temperatures",
        "address": address,
        "record": True,
        "session_id": "1700000000.5",
        "agent_class": "FakeDataAgent",
        **changes,
    }
    block = {"block_name": "temps", "data": {"a": [sample]}, "timestamps": [1_763_640_000.0 + sample]}
    bus.loop.call_soon_threadsafe(bus.deliver, address, ([{"temps": block}, feed],))
    bus.flush()


def archived(directory, pattern="*"):
    with Archive(directory) as archive:
        if not archive.fields(pattern):
            return {}
        return {name: series.values.tolist() for name, series in archive.load(pattern).items()}


def test_it_waits_to_be_told_and_then_records(bus, tmp_path):
    with aggregator(bus, tmp_path) as harness:
        publish(bus, 1.0)
        assert harness.start("record").message == 'Started process "record".'
        harness.until(lambda: session(harness)["status"] == "running")
        publish(bus, 2.0)
        harness.until(lambda: archived(tmp_path / "hk"))
        assert harness.stop("record").code == 0
        harness.wait("record")
        publish(bus, 3.0)
        assert session(harness)["success"] is True
        assert "Aggregation has ended" in texts(harness)
    assert archived(tmp_path / "hk") == {"data1.false_temperatures.temps.a": [2.0]}
    assert not list(tmp_path.rglob("*.journal"))


def test_it_can_record_from_the_start_and_a_clean_end_seals_everything(bus, tmp_path):
    with aggregator(bus, tmp_path, "--initial-state", "record") as harness:
        publish(bus, 1.0)
        harness.until(lambda: session(harness).get("status") == "running")
        publish(bus, 2.0)
    (file,) = tmp_path.rglob("*.h5")
    assert file.parent.parent == tmp_path / "hk"
    assert archived(tmp_path / "hk") == {"data1.false_temperatures.temps.a": [1.0, 2.0]}


def test_its_data_has_what_ocs_clients_read(bus, tmp_path):
    with aggregator(bus, tmp_path, "--initial-state", "record") as harness:
        publish(bus, 1.0)
        harness.until(lambda: (session(harness).get("data") or {}).get("providers"))
        data = session(harness)["data"]
        json.dumps(data)
        provider = data["providers"][FEED]
        assert (provider["sessid"], provider["stale"], provider["last_block_received"]) == (
            "1700000000.5",
            False,
            "temps",
        )
        harness.until(lambda: session(harness)["data"]["current_file"])
        folder, name = session(harness)["data"]["current_file"].split("/")[-2:]
        assert name.startswith(folder)
        assert name.endswith(".h5")


def test_units_of_our_own_agents_are_asked_for(bus, tmp_path):
    with aggregator(bus, tmp_path, "--initial-state", "record") as harness:
        arguments = ["--sample-rate", "50", "--num-channels", "1"]
        with AgentHarness(FakeData, bus=bus, instance_id="data1", arguments=arguments) as fake:
            fake.start("acq")
            name = "data1.false_temperatures.temps.channel_00"

            def described():
                with Archive(tmp_path / "hk") as archive:
                    return [info.unit for info in archive.fields(name)] == ["K"]

            harness.until(described)
            fake.stop("acq")
            fake.wait("acq")
    with Archive(tmp_path / "hk") as archive:
        (info,) = archive.fields(name)
        assert (info.unit, info.description) == ("K", "Simulated temperature of channel 0")
        assert info.agent_class == "FakeData"
        assert archive.check() == []
    published = [value for block in fake_blocks(bus) for value in block["data"]["channel_00"]]
    assert archived(tmp_path / "hk")[name] == published


def fake_blocks(bus):
    return [args[0][0]["temps"] for topic, args in bus.published if topic == FEED]


def test_a_test_run_ends_by_itself(bus, tmp_path):
    with aggregator(bus, tmp_path) as harness:
        reply = harness.run("record", test_mode=True)
        assert reply.session["success"] is True


def test_an_archive_that_another_one_writes_is_trouble_until_it_is_free(bus, tmp_path):
    from ocs_sim.archive import ArchiveWriter

    other = ArchiveWriter(tmp_path / "hk")
    with aggregator(bus, tmp_path, "--initial-state", "record") as harness:
        publish(bus, 1.0)
        harness.until(lambda: session(harness).get("degraded"))
        assert "is being recorded to by process" in session(harness)["degraded_reason"]
        other.close()
        harness.until(lambda: not session(harness)["degraded"])
    assert archived(tmp_path / "hk") == {"data1.false_temperatures.temps.a": [1.0]}


def test_what_cannot_be_archived_is_a_message(bus, tmp_path):
    with aggregator(bus, tmp_path, "--initial-state", "record") as harness:
        bus.loop.call_soon_threadsafe(bus.deliver, FEED, (["nonsense", {}],))
        publish(bus, 1.0)
        harness.until(lambda: any("not a feed message" in text for text in texts(harness)))
    assert archived(tmp_path / "hk") == {"data1.false_temperatures.temps.a": [1.0]}


def test_killed_on_a_real_bus_it_comes_back_to_a_whole_archive(router, tmp_path):
    site = tmp_path / "site.yaml"
    recorder = {
        "instance-id": "aggregator",
        "agent-class": "AggregatorAgent",
        "arguments": ["--data-dir", "hk", "--initial-state", "record"],
    }
    faker = {
        "instance-id": "data1",
        "agent-class": "FakeDataAgent",
        "arguments": ["--mode", "acq", "--sample-rate", "50"],
    }
    site.write_text(json.dumps(router.site([recorder, faker])))

    def run(instance_id):
        words = ["--site-file", str(site), "--site-host", "localhost", "--instance-id", instance_id]
        return subprocess.Popen([sys.executable, "-m", "ocs_sim.agent", *words], stdout=subprocess.DEVNULL)

    def samples():
        with Archive(tmp_path / "hk") as archive:
            return sum(info.samples for info in archive.fields("channel_00"))

    first, data1 = run("aggregator"), run("data1")
    try:
        wait_until(lambda: samples() > 50, 30)
        first.send_signal(signal.SIGKILL)
        first.wait()
        before = samples()
        second = run("aggregator")
        wait_until(lambda: samples() > before + 50, 30)
        caller = HttpCaller(router.http_url)

        def status():
            code, _, told = caller.call("observatory.aggregator.ops", "status", "record")
            assert (code, told["op_code"], told["degraded"]) == (0, 3, False)
            return told

        wait_until(lambda: FEED in status()["data"]["providers"], 10)
        caller.close()
        data1.send_signal(signal.SIGINT)
        assert data1.wait(10) == 0
        second.send_signal(signal.SIGINT)
        assert second.wait(15) == 0
    finally:
        for process in (first, data1, second):
            process.kill()
            process.wait()
    assert not list(tmp_path.rglob("*.journal"))
    with Archive(tmp_path / "hk") as archive:
        assert archive.unreadable == {}
        series = archive.load("channel_00")["data1.false_temperatures.temps.channel_00"]
        assert len(series) >= before
        assert (series.times[1:] > series.times[:-1]).all()
        assert {finding.kind for finding in archive.check()} <= {"sequence-gap", "time-gap"}
