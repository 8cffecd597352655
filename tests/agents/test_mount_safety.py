"""What a Mount agent does when something comes in between. Time stands still until a test lets it pass."""

from __future__ import annotations

import pytest
from ocs_sim.agents._device import LinkState

from ocs_sim.testing import served_world
from tests.agents.mount_bench import begin, do, end_of, fail, last, miss_arcseconds, mount_of, overhead


@pytest.fixture(scope="module")
def served():
    with served_world(stepped=True) as served:
        yield served


@pytest.fixture
def world(served):
    """A world whose mount is unparked, and stands."""
    world = served.world
    world.faults.clear()
    world.mount.unpark()
    world.mount.abort()
    world.mount.set_tracking(False)
    world.clock.advance(60.0)
    # Far from where it will be sent.
    world.mount.slew_to_horizontal(30.0, 250.0)
    world.clock.advance(60.0)
    return world


@pytest.fixture
def mount(served, world):
    with mount_of(served) as harness:
        yield harness


@pytest.fixture
def slewing(mount, world):
    """The agent, in the middle of a long slew."""
    ra, dec = overhead(world)
    begin(mount, "goto", "slewing", ra=ra, dec=dec)
    mount.until(lambda: world.mount.slewing)
    return mount


def until_back(mount, world):
    """Let the mount be reached again, and wait until the agent has noticed."""
    mount.until(lambda: mount.agent.link.state is LinkState.LOST)
    world.faults.clear()
    mount.until(lambda: mount.agent.link.state is LinkState.CONNECTED)


def told_by(mount, operation):
    return [text for _, text in mount.status(operation).session["messages"]]


def test_progress_follows_the_mount(slewing, world):
    def progress():
        return slewing.status("goto").session["progress"]

    assert (progress()["fraction"], progress()["seconds_left"]) == (0.0, None)
    assert "-25:00:00.0" in progress()["target"]
    seen = []

    def look():
        world.clock.advance(0.02)
        seen.append(progress()["fraction"])
        return seen[-1] > 0.5

    slewing.until(look)
    assert world.mount.slewing
    assert seen == sorted(seen)
    assert progress()["seconds_left"] > 0.0
    world.clock.advance(60.0)
    assert end_of(slewing.wait("goto"))[0] is True


def test_an_abort_stops_the_mount(slewing, world):
    world.clock.advance(0.5)
    slewing.abort("goto")
    assert end_of(slewing.wait("goto")) == (False, "Aborted.")
    world.clock.advance(5.0)
    assert world.mount.slewing is False
    # It went nowhere: there is no target.
    slewing.until(lambda: last(slewing)["slewing"] is False)
    sample = last(slewing)
    assert (sample["target_ra"], sample["target_dec"]) == (sample["ra"], sample["dec"])


def test_stop_ends_a_slew_at_once_and_tracking_too(slewing, world):
    slewing.start("stop")
    assert end_of(slewing.wait("goto")) == (False, "Aborted.")
    assert "Asked to end for stop" in " ".join(told_by(slewing, "goto"))
    world.clock.advance(5.0)
    assert end_of(slewing.wait("stop")) == (True, "Stopped.")
    assert (world.mount.slewing, world.mount.tracking) == (False, False)
    assert last(slewing)["tracking"] is False


def test_stop_works_while_nothing_moves_and_while_parked(mount, world):
    do(mount, "stop")
    mount.start("park")
    mount.until(lambda: world.mount.slewing)
    world.clock.advance(60.0)
    assert end_of(mount.wait("park")) == (True, "Parked.")
    assert do(mount, "stop") == "Stopped."
    assert world.mount.at_park


def test_park_in_the_middle_of_a_slew_comes_after_its_end(slewing, world):
    world.clock.advance(0.5)
    slewing.start("park")
    assert end_of(slewing.wait("goto")) == (False, "Aborted.")
    slewing.until(lambda: (slewing.status("park").session["progress"] or {}).get("stage") == "stopping")
    # The mount takes a moment to stand.
    assert slewing.status("park").session["status"] == "running"
    world.clock.advance(5.0)
    slewing.until(lambda: slewing.status("park").session["progress"]["stage"] == "parking")
    slewing.until(lambda: world.mount.slewing)
    world.clock.advance(60.0)
    assert end_of(slewing.wait("park")) == (True, "Parked.")
    assert last(slewing)["at_park"] is True


def test_stop_ends_parking_too(mount, world):
    begin(mount, "park", "parking")
    mount.until(lambda: world.mount.slewing)
    mount.start("stop")
    assert end_of(mount.wait("park")) == (False, "Aborted.")
    world.clock.advance(5.0)
    assert end_of(mount.wait("stop"))[0] is True
    assert world.mount.at_park is False


def test_whoever_comes_second_waits(slewing, world):
    slewing.start("offset", north=600)
    slewing.until(lambda: (slewing.status("offset").session["progress"] or {}).get("waiting_for") is not None)
    assert slewing.status("offset").session["progress"]["waiting_for"].startswith("motion held by goto[")
    world.clock.advance(60.0)
    assert end_of(slewing.wait("goto"))[0] is True
    slewing.until(lambda: world.mount.slewing)
    world.clock.advance(60.0)
    assert end_of(slewing.wait("offset"))[0] is True


def test_a_mount_that_fails_ends_the_task(slewing, world):
    world.clock.advance(0.5)
    world.faults.inject("mount.stall")
    world.clock.advance(5.0)
    success, text = end_of(slewing.wait("goto"))
    assert success is False
    assert "refused to finish the slew to" in text
    assert "stall" in text


def test_a_mount_that_stops_short_without_a_word_ends_the_task(slewing, world):
    world.clock.advance(0.5)
    # As somebody at the mount's own hand paddle would.
    world.mount.abort()
    world.clock.advance(60.0)
    success, text = end_of(slewing.wait("goto"))
    assert success is False
    assert "arcsec away, by the mount's own account." in text


def test_a_mount_that_takes_too_long_is_stopped(served, world):
    with mount_of(served, "--slew-limit", "0.2") as mount:
        ra, dec = overhead(world)
        text = fail(mount, "goto", ra=ra, dec=dec)
        assert "did not finish the slew to" in text
        assert text.endswith("within 0 s.")
    world.clock.advance(5.0)
    assert world.mount.slewing is False


def test_a_connection_that_is_lost_in_the_middle_ends_the_task_and_the_mount_is_stopped_later(slewing, world):
    world.clock.advance(0.5)
    world.faults.inject("device.lost", device="telescope")
    success, text = end_of(slewing.wait("goto"))
    assert success is False
    assert f"at 127.0.0.1:{slewing.agent.options.port} was lost while it was to finish the slew to" in text
    assert text.endswith("the connection was dropped.")
    slewing.until(lambda: slewing.status("monitor").session["degraded"])
    assert world.mount.slewing is True
    until_back(slewing, world)
    slewing.until(lambda: not slewing.status("monitor").session["degraded"])
    world.clock.advance(5.0)
    assert world.mount.slewing is False
    there = overhead(world)
    assert abs(last(slewing)["ra"] - there[0]) > 1.0


def test_it_may_be_told_to_let_a_lost_mount_finish(served, world):
    with mount_of(served, "--when-lost", "leave") as mount:
        ra, dec = overhead(world)
        begin(mount, "goto", "slewing", ra=ra, dec=dec)
        mount.until(lambda: world.mount.slewing)
        world.faults.inject("device.lost", device="telescope")
        assert end_of(mount.wait("goto"))[0] is False
        until_back(mount, world)
        world.clock.advance(60.0)
        looks = len(mount.blocks("pointing"))
        mount.until(lambda: len(mount.blocks("pointing")) > looks + 1)
        assert last(mount)["ra"] == pytest.approx(ra, abs=0.001)


def test_a_stop_that_does_not_get_through_is_made_good(slewing, world):
    world.faults.inject("device.lost", device="telescope")
    text = fail(slewing, "stop")
    assert "cannot be reached" in text
    until_back(slewing, world)
    world.clock.advance(5.0)
    assert (world.mount.slewing, world.mount.tracking) == (False, False)


def test_a_monitor_goes_on_when_the_mount_is_back(mount, world):
    for fault in ({"name": "device.lost"}, {"name": "device.failing", "message": "Encoder lost"}):
        world.faults.inject(**fault, device="telescope")
        mount.until(lambda: mount.status("monitor").session["degraded"])
        world.faults.clear()
        mount.until(lambda: not mount.status("monitor").session["degraded"])
        looks = len(mount.blocks("pointing"))
        mount.until(lambda looks=looks: len(mount.blocks("pointing")) > looks)
    reasons = [text for text in told_by(mount, "monitor") if text.startswith("Degraded")]
    assert len(reasons) == 2
    assert "Encoder lost (error 0x500)" in reasons[1]


def test_the_end_of_the_agent_stops_the_mount(served, world):
    with mount_of(served) as mount:
        ra, dec = overhead(world)
        begin(mount, "goto", "slewing", ra=ra, dec=dec)
        mount.until(lambda: world.mount.slewing)
    world.clock.advance(5.0)
    assert world.mount.slewing is False


def test_a_mount_that_a_limit_has_stopped_is_sent_elsewhere(mount, world):
    world.mount.set_tracking(True)
    world.mount.slew_to_equatorial((world.mount.sidereal_time_hours + 0.2) % 24.0, -35.0)
    world.clock.advance(60.0)
    # Past the meridian, until the tube is at the pier: there it cannot track, and a mount that does not track
    # takes no place in the sky to go to.
    world.clock.advance(7200.0)
    assert world.mount.tracking is False
    ra, dec = overhead(world)
    mount.start("goto", ra=ra, dec=dec)

    def is_over():
        world.clock.advance(1.0)
        return mount.status("goto").session["status"] == "done"

    mount.until(is_over)
    assert mount.status("goto").session["success"], told_by(mount, "goto")
    assert world.mount.tracking is True
    assert miss_arcseconds(world, ra, dec) < 1.0
