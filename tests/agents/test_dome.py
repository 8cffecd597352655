"""The Dome agent, over real HTTP, in front of a simulated dome whose time runs faster."""

from __future__ import annotations

import numpy as np
import pytest
from ocs_sim.agents._dome import DomeOptions
from pydantic import ValidationError

from ocs_sim.testing import LocalBus, served_world
from ocs_sim.wire import ResponseCode
from tests.agents.dome_bench import dome_of, last
from tests.agents.mount_bench import begin, do, fail, mount_of, overhead

RATE = 20.0
# Slow enough that one can come between.
SLOW = {"dome.max_rate_degrees_per_second": 4.0, "dome.shutter_seconds": 20.0}


@pytest.fixture(scope="module")
def served():
    with served_world(rate=RATE, overrides=SLOW) as served:
        yield served


@pytest.fixture
def world(served):
    return served.world


@pytest.fixture
def dome(served):
    with dome_of(served) as harness:
        do(harness, "close")
        yield harness


def test_it_turns_and_says_how_far_it_is(dome, world):
    begin(dome, "set_azimuth", "turning", azimuth=75.0)
    progress = dome.status("set_azimuth").session["progress"]
    assert (progress["target"], progress["unit"]) == (75.0, "deg")
    dome.until(lambda: (dome.status("set_azimuth").session["progress"]["seconds_left"] or 0.0) > 0.0)
    ended = dome.wait("set_azimuth").session
    assert ended["success"]
    assert (ended["progress"]["fraction"], ended["progress"]["seconds_left"]) == (1.0, 0.0)
    assert ended["data"]["azimuth"] == pytest.approx(75.0, abs=0.1)
    assert world.dome.azimuth_degrees == pytest.approx(75.0, abs=0.1)
    assert last(dome)["azimuth"] == pytest.approx(75.0, abs=0.1)


@pytest.mark.parametrize("azimuth", [-1.0, 360.0, "north"])
def test_azimuths_are_of_the_circle(dome, azimuth):
    assert dome.start("set_azimuth", azimuth=azimuth).code is ResponseCode.ERROR


def test_it_opens_and_closes(dome, world):
    assert do(dome, "open") == "Open."
    assert (world.dome.shutter, last(dome)["shutter"]) == ("open", 0)
    assert dome.status("monitor").session["data"]["shutter"] == 0
    assert do(dome, "close") == "Closed."
    assert (world.dome.shutter, last(dome)["shutter"]) == ("closed", 1)


def test_a_close_comes_before_a_turn_and_an_opening(dome, world):
    begin(dome, "open", "opening")
    dome.start("set_azimuth", azimuth=(world.dome.azimuth_degrees + 120.0) % 360.0)
    assert do(dome, "close") == "Closed."
    assert not dome.wait("open").session["success"]
    assert not dome.wait("set_azimuth").session["success"]
    assert world.dome.shutter == "closed"
    assert not world.dome.slewing


def test_it_is_closed_before_it_is_parked(dome, world):
    do(dome, "open")
    begin(dome, "set_azimuth", "turning", azimuth=(world.dome.azimuth_degrees + 90.0) % 360.0)
    dome.start("park")
    stages = set()

    def is_over():
        assert not (world.dome.at_park and world.dome.shutter != "closed")
        session = dome.status("park").session
        stages.add((session["progress"] or {}).get("stage"))
        return session["status"] == "done"

    dome.until(is_over, 30.0)
    assert dome.wait("park").session["success"]
    assert {"closing", "parking"} <= stages
    assert (world.dome.shutter, world.dome.at_park) == ("closed", True)
    assert last(dome)["at_park"] is True


def test_it_can_be_parked_open(served, world):
    with dome_of(served, "--no-close-before-park") as dome:
        do(dome, "open")
        do(dome, "park")
        assert (world.dome.shutter, world.dome.at_park) == ("open", True)


def test_it_finds_its_home(dome, world):
    do(dome, "set_azimuth", azimuth=20.0)
    assert do(dome, "home") == "At home."
    assert world.dome.at_home
    assert last(dome)["at_home"] is True


def test_stop_ends_what_moves(dome, world):
    begin(dome, "set_azimuth", "turning", azimuth=(world.dome.azimuth_degrees + 170.0) % 360.0)
    assert do(dome, "stop") == "Stopped."
    assert not world.dome.slewing
    assert not dome.wait("set_azimuth").session["success"]


def test_an_abort_stops_the_shutter(dome, world):
    begin(dome, "open", "opening")
    dome.abort("open")
    assert not dome.wait("open").session["success"]
    dome.until(lambda: not world.dome.slewing)
    assert do(dome, "close") == "Closed."


def test_a_stuck_shutter_is_an_error_that_says_so(dome, world):
    world.faults.inject("dome.shutter_stuck")
    text = fail(dome, "open")
    assert "shutter" in text
    dome.until(lambda: bool(dome.status("monitor").session["degraded"]) or last(dome)["shutter"] == 4)
    world.faults.clear()
    assert do(dome, "close") == "Closed."


def test_the_names_of_toros(dome, world):
    opened = dome.run("OpenDome").session
    assert (opened["success"], opened["data"]) == (True, {"result": True})
    turned = dome.run("SetAzim", azim=33.0).session
    assert (turned["success"], turned["data"]) == (True, {"result": True})
    dome.run("DomeStatus")
    told = dome.wait("DomeStatus").session["data"]
    assert set(told) == {"azim", "open", "park", "connected", "time", "version"}
    assert told["azim"] == pytest.approx(33.0, abs=0.1)
    assert (told["open"], told["park"], told["connected"]) == (True, False, True)
    assert dome.run("CloseDome").session["data"] == {"result": True}
    assert dome.run("ParkPostion").session["data"] == {"result": True}
    assert (world.dome.shutter, world.dome.at_park) == ("closed", True)


def test_what_toros_asks_for_in_vain_is_false(dome, world):
    world.faults.inject("dome.shutter_stuck")
    refused = dome.run("OpenDome").session
    assert (refused["success"], refused["data"]) == (False, {"result": False})
    world.faults.clear()


def test_a_dome_that_is_lost_while_it_closes_is_closed_when_it_is_back(dome, world):
    do(dome, "open")
    dome.start("close")
    dome.until(lambda: world.dome.shutter == "closing")
    world.faults.inject("device.lost", device="dome")
    ended = dome.wait("close").session
    assert not ended["success"]
    assert "was lost while it was to close" in ended["messages"][-2][1]
    dome.until(lambda: dome.status("monitor").session["degraded"])
    world.dome.abort()
    world.faults.clear()
    dome.until(lambda: world.dome.shutter == "closed", 20.0)
    dome.until(lambda: not dome.status("monitor").session["degraded"], 20.0)


def test_it_follows_the_mount_with_its_slit(served, world):
    bus = LocalBus()
    with bus, mount_of(served, bus=bus) as mount, dome_of(served, "--mount", "mount1", bus=bus) as dome:
        do(mount, "unpark")
        do(dome, "open")
        dome.start("slave")
        for hours_east, dec_degrees in [(2.0, -25.0), (-2.5, -60.0), (1.0, 10.0)]:
            ra, dec = overhead(world, hours_east, dec_degrees)
            do(mount, "goto", ra=ra, dec=dec)
            dome.until(lambda: _is_clear(world), 30.0)
            dome.until(lambda: abs(last(dome)["azimuth_error"]) < 2.0, 30.0)
        assert last(dome)["slaved"] is True
        assert "stop `slave` first" in fail(dome, "set_azimuth", azimuth=10.0)
        do(dome, "park")
        assert dome.wait("slave").session["success"]
        assert world.dome.at_park
        do(mount, "park")


def test_who_follows_a_silent_mount_says_so(served):
    with dome_of(served, "--mount", "nobody") as dome:
        dome.start("slave")
        dome.until(lambda: "nobody was not heard yet" in str(dome.status("slave").session["degraded_reason"]))
        dome.stop("slave")
        assert dome.wait("slave").session["success"]


def test_a_dome_alone_follows_nobody(dome):
    assert "--mount" in fail(dome, "slave")


def test_it_can_follow_from_the_start_on(served):
    with dome_of(served, "--mount", "nobody", "--slaved") as dome:
        dome.until(lambda: last(dome)["slaved"])
        assert dome.status("slave").session["status"] == "running"
    with pytest.raises(ValidationError, match="needs --mount"):
        DomeOptions(slaved=True)


def _is_clear(world):
    return float(np.min(world.dome.clear_fraction(np.array([world.now()])))) > 0.999
