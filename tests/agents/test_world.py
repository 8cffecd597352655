"""A simulated observatory as an agent: its devices, its clock, what goes wrong in it."""

from __future__ import annotations

import socket

import httpx
import pytest
from ocs_sim.agents.world import World

from ocs_sim.testing import AgentHarness
from ocs_sim.wire import ResponseCode

NIGHT = "2026-03-01T04:00:00Z"
ARGUMENTS = ["--port", "0", "--time-rate", "0", "--start", NIGHT]
BEGIN = 1_772_337_600.0


def running(*arguments, **rest):
    return AgentHarness(World, arguments=[*ARGUMENTS, *arguments], instance_id="world", **rest)


@pytest.fixture
def world():
    with running() as harness:
        harness.until(lambda: "port" in (served(harness) or {}))
        yield harness


def served(harness):
    return (harness.status("serve").session or {}).get("data")


def done(reply):
    assert reply.session["success"] is True, reply.session["messages"]
    return reply.session["data"]


def failed(reply):
    assert reply.session["success"] is False
    return reply.session["messages"][-2][1]


def read(harness, member):
    path = f"/api/v1/telescope/0/{member}"
    return httpx.get(served(harness)["address"] + path, timeout=20).json()["Value"]


def test_it_serves_a_world_by_itself(world):
    data = served(world)
    assert {each["type"] for each in data["devices"]} >= {"Telescope", "Camera", "Dome", "SafetyMonitor"}
    assert (data["time"], data["rate"], data["faults"], data["profile"]) == (BEGIN, 0.0, [], "fast")
    assert read(world, "utcdate").startswith("2026-03-01T04:00:00")


def test_it_publishes_its_time(world):
    done(world.run("inject_fault", name="dome.stall"))
    world.until(lambda: any(1 in block.data["active_faults"] for block in world.blocks("world")))
    block = world.blocks("world")[-1]
    assert set(block.data) == {"time", "offset", "rate", "active_faults"}
    assert block.data["time"][-1] == BEGIN
    assert block.data["offset"][-1] == pytest.approx(BEGIN - block.timestamps[-1], abs=0.5)


def test_its_clock_is_turned(world):
    assert done(world.run("advance", seconds=90.0))["time"] == BEGIN + 90.0
    assert read(world, "utcdate").startswith("2026-03-01T04:01:30")
    assert done(world.run("jump_to", moment="2026-03-01T05:00:00Z"))["time"] == BEGIN + 3600.0
    assert done(world.run("jump_to", moment=BEGIN + 4000.0))["time"] == BEGIN + 4000.0
    assert "only goes forward" in failed(world.run("jump_to", moment=BEGIN))
    assert "tomorrow" in failed(world.run("jump_to", moment="tomorrow"))
    assert "2100" in failed(world.run("advance", seconds=1e12))
    assert world.start("advance", seconds=-1).code is ResponseCode.ERROR
    assert done(world.run("set_rate", rate=1000.0))["rate"] == 1000.0
    world.until(lambda: world.agent.world.now() > BEGIN + 4010.0)
    assert done(world.run("set_rate", rate=0.0))["rate"] == 0.0
    assert world.agent.world.now() == world.agent.world.now()


def test_things_go_wrong_as_asked(world):
    known = done(world.run("list_faults"))["known"]
    assert "mount.stall" in known
    (rain,) = done(world.run("weather_event", event="rain", seconds=600.0, value=7.0))["active"]
    assert (rain["name"], rain["since"], rain["until"]) == ("weather.rain", BEGIN, BEGIN + 600.0)
    assert rain["values"] == {"millimetres_per_hour": 7.0}
    done(world.run("advance", seconds=60.0))
    assert float(world.agent.world.weather.now().rain_millimetres_per_hour) == pytest.approx(7.0)
    both = done(world.run("inject_fault", name="weather.cloud", values={"percent": 80}))["active"]
    assert [(each["name"], each["until"]) for each in both] == [
        ("weather.cloud", None),
        ("weather.rain", BEGIN + 600.0),
    ]
    assert len(done(world.run("clear_faults", name="weather.rain"))["active"]) == 1
    assert done(world.run("clear_faults"))["active"] == []


def test_what_nobody_knows_cannot_go_wrong(world):
    assert "mount.explode" in failed(world.run("inject_fault", name="mount.explode"))
    assert "colour" in failed(world.run("inject_fault", name="dome.stall", values={"colour": 1}))
    assert "seconds" in failed(world.run("inject_fault", name="dome.stall", values={"seconds": 1}))
    assert "dome.explode" in failed(world.run("clear_faults", name="dome.explode"))
    assert world.start("weather_event", event="frogs").code is ResponseCode.ERROR
    assert done(world.run("list_faults"))["active"] == []


def test_it_waits_for_its_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running("--port", str(port)) as world:
            world.until(lambda: world.status("serve").session["degraded"])
            taken.close()
            world.until(lambda: "port" in (served(world) or {}))
            assert served(world)["port"] == port
            assert not world.status("serve").session["degraded"]
            world.stop("serve")
            assert world.wait("serve").session["success"] is True


def test_its_world_is_that_of_its_options(tmp_path):
    (tmp_path / "night.yaml").write_text("- {at: 60, do: weather.cloud, for: 300}\n")
    (tmp_path / "sky.csv").write_text("ra,dec,mag\n10.0,-30.0,5.0\n")
    words = ["--script", "night.yaml", "--sky", "sky.csv", "--seed", "7"]
    with running(*words, directory=tmp_path) as world:
        world.until(lambda: "port" in (served(world) or {}))
        assert world.agent.world.seed == 7
        done(world.run("advance", seconds=61.0))
        assert [each["name"] for each in done(world.run("list_faults"))["active"]] == ["weather.cloud"]
        stars = world.agent.world.catalogue.stars_near(10.0, -30.0, 1.0, 10.0)
        assert list(stars.magnitude) == [5.0]
