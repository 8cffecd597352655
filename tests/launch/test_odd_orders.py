"""`obsbow` commands at the wrong moment, side by side, and on a site that changed meanwhile."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.observatory import OBSBOW, eventually, lay_out

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    observatory = lay_out(tmp_path_factory.mktemp("odd"))
    yield observatory
    observatory.obsbow("down")
    assert observatory.processes() == []


@pytest.fixture
def observatory(shared):
    """The observatory with its own site file; each test leaves it up or down, as it comes."""
    before = shared.site_file.read_text()
    yield shared
    shared.site_file.write_text(before)


@pytest.fixture
def running(observatory):
    observatory.well("up")
    return observatory


def change(observatory, old, new):
    text = observatory.site_file.read_text()
    assert old in text
    observatory.site_file.write_text(text.replace(old, new))


def host_masters(observatory):
    return [each for each in observatory.processes() if "--initial-state" in each.cmdline()]


def assert_nothing_left(observatory):
    assert observatory.processes() == []
    assert list(observatory.directory.rglob("*.sock")) == []
    assert list(observatory.directory.rglob("run/*.json")) == []


def test_up_twice_at_the_same_time_starts_one_observatory(observatory):
    observatory.well("down")
    both = [observatory.begin("up") for _ in range(2)]
    printed = [each.communicate(timeout=60)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], printed
    assert len(host_masters(observatory)) == 1


def test_up_while_down_is_at_work_waits_for_it(running):
    down = running.begin("down")
    down.stdout.readline()
    up = running.obsbow("up")
    down.communicate(timeout=60)
    assert (down.returncode, up.returncode, up.stderr) == (0, 0, "")
    assert running.obsbow("status").returncode == 0


def test_down_while_up_waits_stops_it_all_and_up_says_so(observatory):
    observatory.well("down")
    up = observatory.begin("up")
    eventually(lambda: host_masters(observatory), "a HostMaster")
    observatory.well("down")
    printed = up.communicate(timeout=60)[0]
    assert_nothing_left(observatory)
    assert up.returncode == 1
    assert "Traceback" not in printed


def test_interrupted_up_says_what_goes_on(observatory):
    observatory.well("down")
    up = observatory.begin("up")
    eventually(lambda: host_masters(observatory), "a HostMaster")
    up.send_signal(signal.SIGINT)
    printed = up.communicate(timeout=60)[0]
    assert "obsbow: Interrupted" in printed
    assert up.returncode == 1
    observatory.well("down")
    assert_nothing_left(observatory)


def test_naming_an_agent_also_starts_what_it_depends_on(observatory):
    observatory.well("down")
    observatory.well("up", "data1")
    states = {agent["instance_id"]: agent["state"] for agent in observatory.status()["agents"]}
    assert states == {"master": "up", "registry": "down", "aggregator": "up", "data1": "up"}


def test_restarting_the_host_master_brings_its_agents_back(running):
    before = {name: running.pid(name) for name in ("master", "registry", "data1")}
    running.well("restart", "master")
    assert running.obsbow("status").returncode == 0
    assert all(running.pid(name) != pid for name, pid in before.items())


def test_a_suspended_agent_is_told_from_a_hung_one(running):
    pid = running.pid("data1")
    os.kill(pid, signal.SIGSTOP)
    eventually(lambda: running.agent("data1")["state"] == "suspended", "status says that it is suspended")
    up = running.obsbow("up")
    os.kill(pid, signal.SIGCONT)
    assert up.returncode == 1
    assert f"kill -CONT {pid}" in up.stderr


def test_down_ends_suspended_processes_in_good_order(running):
    for process in running.processes():
        process.suspend()
    printed = running.well("down")
    assert_nothing_left(running)
    assert "killed" not in printed
    assert "by its pid" not in printed


def test_down_stops_agents_that_the_site_file_has_no_more(running):
    running.kill("master")
    change(running, "      - instance-id: data1", "      - instance-id: renamed")
    running.well("down")
    assert_nothing_left(running)


def test_a_renamed_host_master_is_not_doubled_and_goes_down_with_a_router_that_is_no_more_ours(running):
    change(running, "instance-id: master", "instance-id: chief")
    up = running.obsbow("up")
    assert up.returncode == 1
    assert "obsbow down" in up.stderr
    change(running, "    crossbar:\n      config-dir: ../dot_crossbar\n", "")
    running.well("down")
    assert_nothing_left(running)


def test_a_host_without_a_router_uses_the_one_of_another(running):
    change(
        running,
        "  localhost:\n",
        "  second:\n"
        "    log-dir: ../second\n"
        "    agent-instances:\n"
        "      - {instance-id: master2, agent-class: HostMaster}\n"
        "      - {instance-id: data2, agent-class: FakeDataAgent}\n"
        "  localhost:\n",
    )
    second = ["--site-host", "second"]
    running.well("up", *second)
    running.well("status", *second)
    running.well("down", *second)
    assert running.obsbow("status", *second).returncode == 4
    assert running.obsbow("status").returncode == 0, "the other host is left alone"


def test_down_finds_everybody_without_the_log_directory(running):
    shutil.rmtree(running.directory / "logs")
    assert all(answered["was_up"] for answered in running.json("up"))
    shutil.rmtree(running.directory / "logs")
    running.well("down")
    assert_nothing_left(running)


def test_agents_write_a_deleted_log_directory_anew(running):
    logs = running.directory / "logs"
    shutil.rmtree(logs)
    eventually((logs / "run" / "data1.json").exists, "the pid file is back")
    running.well("down", "data1")
    assert (logs / "observatory.data1.log").read_text().count("has stopped") == 1


def test_down_goes_on_when_nobody_can_read_what_it_says(running):
    with Path("/dev/full").open("w") as full:
        subprocess.run([OBSBOW, "down"], cwd=running.directory, stdout=full, timeout=60, check=False)
    assert_nothing_left(running)


def test_a_log_directory_that_cannot_be_is_one_sentence(observatory):
    observatory.well("down")
    change(observatory, "log-dir: ../logs", "log-dir: default.yaml")
    for command in ("up", "down"):
        done = observatory.obsbow(command)
        assert "Traceback" not in done.stderr
    assert observatory.obsbow("up").returncode == 1


def test_an_agent_of_a_class_that_is_not_there_is_named_at_once(observatory):
    observatory.well("down")
    change(observatory, "agent-class: FakeDataAgent", "agent-class: FakeDatAgent")
    up = observatory.obsbow("up")
    assert up.returncode == 1
    assert "  data1: There is no agent class 'FakeDatAgent'; did you mean 'FakeDataAgent'? " in up.stderr
    status = observatory.obsbow("status")
    assert status.returncode == 3
    assert "data1: There is no agent class 'FakeDatAgent'" in status.stdout


def test_the_agents_of_a_process_group_stop_together_and_are_all_named(running):
    change(
        running,
        "    agent-instances:\n",
        "    agent-instances:\n"
        "      - {instance-id: g1, agent-class: FakeDataAgent, process-group: pair}\n"
        "      - {instance-id: g2, agent-class: FakeDataAgent, process-group: pair}\n",
    )
    running.well("up")
    assert running.pid("g1") == running.pid("g2")
    assert {stopped["name"] for stopped in running.json("down", "g1")} == {"g1", "g2"}
    assert {answered["name"] for answered in running.json("up", "g2")} >= {"g1", "g2"}
