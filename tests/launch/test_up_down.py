"""`obsbow up`, `status` and `down` on the mini observatory, with real processes and real kills."""

import json
import os
import signal

import pytest

from tests.observatory import eventually, lay_out

pytestmark = pytest.mark.integration
AGENTS = ["master", "registry", "aggregator", "data1"]


@pytest.fixture(scope="module")
def observatory(tmp_path_factory):
    observatory = lay_out(tmp_path_factory.mktemp("mini"))
    observatory.well("up")
    yield observatory
    observatory.obsbow("down")
    assert observatory.processes() == []


def up_again(observatory, name, old_pid):
    agent = observatory.agent(name)
    return agent if agent["state"] == "up" and agent["pid"] != old_pid else None


def test_all_answer_and_the_aggregator_records_while_fake_data_idles(observatory):
    agents = {agent["instance_id"]: agent for agent in observatory.json("status")["agents"]}
    assert sorted(agents) == sorted(AGENTS)
    assert {agent["state"] for agent in agents.values()} == {"up"}
    assert agents["aggregator"]["operations"]["record"] == "running"
    assert agents["data1"]["operations"]["acq"] == "none"


def test_up_twice_changes_nothing(observatory):
    before = {name: observatory.pid(name) for name in AGENTS}
    assert all(answered["was_up"] for answered in observatory.json("up"))
    assert {name: observatory.pid(name) for name in AGENTS} == before


def test_it_works_from_any_directory(observatory, tmp_path):
    site = ["--site-file", str(observatory.site_file)]
    assert observatory.obsbow("status", *site, cwd=tmp_path).returncode == 0
    assert observatory.obsbow("status", cwd=observatory.directory / "site_config").returncode == 0


@pytest.mark.parametrize("command", ["up", "down", "restart", "logs"])
def test_an_unknown_id_is_an_error_with_a_suggestion(observatory, command):
    done = observatory.obsbow(command, "dta1")
    assert done.returncode == 1
    assert "did you mean data1?" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_agent_goes_down_and_up_alone(observatory):
    others = {name: observatory.pid(name) for name in AGENTS if name != "data1"}
    observatory.well("down", "data1")
    assert observatory.agent("data1")["state"] == "down"
    assert observatory.obsbow("status").returncode == 0, "what is meant to be down is no fault"
    observatory.well("up", "data1")
    assert observatory.agent("data1")["state"] == "up"
    assert {name: observatory.pid(name) for name in others} == others


def test_restart_gives_an_agent_a_new_process(observatory):
    before = observatory.pid("data1")
    observatory.well("restart", "data1")
    assert observatory.pid("data1") != before


@pytest.mark.parametrize("name", ["data1", "registry", "aggregator"])
def test_a_killed_agent_comes_back(observatory, name):
    old = observatory.kill(name)
    agent = eventually(lambda: up_again(observatory, name, old), f"{name} back after SIGKILL")
    assert agent["restarts"] >= 1


def test_a_killed_host_master_is_replaced_and_adopts_its_children(observatory):
    children = {name: observatory.pid(name) for name in AGENTS if name != "master"}
    old = observatory.kill("master")
    status = observatory.obsbow("status", "--json")
    assert status.returncode == 3
    assert json.loads(status.stdout)["agents"][0]["state"] == "died"
    observatory.well("up")
    assert observatory.pid("master") != old
    assert {name: observatory.pid(name) for name in children} == children
    running = [word for process in observatory.processes() for word in process.cmdline() if word in AGENTS]
    assert sorted(running) == sorted(AGENTS), "one process for each agent"


def test_agents_outlive_a_killed_router(observatory):
    before = {name: observatory.pid(name) for name in AGENTS}
    router = observatory.status()["router"]["pid"]
    os.kill(router, signal.SIGKILL)
    eventually(
        lambda: observatory.agent("data1")["state"] == "offline", "status says that the router is away"
    )
    observatory.well("up")
    assert {name: observatory.pid(name) for name in AGENTS} == before


def test_logs_are_merged_and_filtered(observatory):
    assert "data1" in observatory.well("logs", "-n", "400")
    lines = observatory.well("logs", "data1", "--json", "-n", "5").splitlines()
    assert 0 < len(lines) <= 5
    assert {json.loads(line)["source"] for line in lines} == {"data1"}


def test_doctor_finds_nothing_wrong(observatory):
    assert all(finding["well"] for finding in observatory.json("doctor"))


def operations(observatory, *names):
    agents = {agent["instance_id"]: agent["operations"] for agent in observatory.status()["agents"]}
    return {agents[name].get("monitor") or agents[name].get("serve") for name in names}


def test_the_simulated_telescope_is_well_and_is_so_again_after_its_world_was_killed(tmp_path):
    observatory = lay_out(tmp_path / "site", telescope=True)
    devices = ["mount", "camera", "dome", "weather"]
    try:
        observatory.well("up")
        eventually(lambda: operations(observatory, "world", *devices) == {"running"}, "all devices reached")
        world = observatory.kill("world")
        eventually(lambda: "degraded" in operations(observatory, *devices), "devices missed")
        eventually(lambda: up_again(observatory, "world", world), "the world back")
        eventually(lambda: operations(observatory, "world", *devices) == {"running"}, "all reached again")
    finally:
        observatory.obsbow("down")
    assert observatory.processes() == []
