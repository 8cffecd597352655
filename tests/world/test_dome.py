"""The dome: how long it takes, what it says meanwhile, and what it hides from the camera."""

import numpy as np
import pytest

from ocs_sim.geometry import required_azimuth
from ocs_sim.world import Faulted, OutOfRange
from tests.world.worlds import let_finish, slew, stepped


@pytest.fixture
def world():
    return stepped()


@pytest.fixture
def dome(world):
    return world.dome


def test_it_turns_the_shorter_way_in_the_time_that_this_takes(world, dome):
    dome.slew_to_azimuth(300.0)
    assert dome.slewing
    took = let_finish(world, lambda: dome.slewing, step=0.01)
    profile = dome.profile
    rate, acceleration = profile.max_rate_degrees_per_second, profile.acceleration_degrees_per_second2
    assert took == pytest.approx(60 / rate + rate / acceleration, abs=0.02)
    assert dome.azimuth_degrees == pytest.approx(300.0)


def test_the_shutter_takes_its_time_and_counts_as_slewing(world, dome):
    assert dome.shutter == "closed"
    dome.open_shutter()
    assert (dome.shutter, dome.slewing) == ("opening", True)
    world.clock.advance(0.9)
    assert dome.shutter == "opening"
    world.clock.advance(0.2)
    assert (dome.shutter, dome.slewing) == ("open", False)
    dome.close_shutter()
    world.clock.advance(0.5)
    assert dome.shutter == "closing"
    assert 0 < dome.shutter_opening < 1
    dome.open_shutter()
    world.clock.advance(2.0)
    assert dome.shutter == "open"


def test_what_is_stopped_half_way_is_neither_open_nor_closed(world, dome):
    dome.open_shutter()
    world.clock.advance(0.5)
    dome.abort()
    let_finish(world, lambda: dome.slewing)
    assert dome.shutter == "error"
    dome.close_shutter()
    let_finish(world, lambda: dome.slewing)
    assert dome.shutter == "closed"


def test_park_and_home_are_where_they_are_until_it_turns(world, dome):
    dome.slew_to_azimuth(120.0)
    let_finish(world, lambda: dome.slewing)
    assert not dome.at_park
    dome.set_park_here()
    dome.find_home()
    assert not dome.at_home
    let_finish(world, lambda: dome.slewing)
    assert (dome.at_home, dome.azimuth_degrees) == (True, pytest.approx(0.0, abs=1e-9))
    dome.park()
    let_finish(world, lambda: dome.slewing)
    assert (dome.at_park, dome.at_home, dome.azimuth_degrees) == (True, False, pytest.approx(120.0))
    dome.slew_to_azimuth(121.0)
    assert not dome.at_park


def test_an_aborted_turn_ends_on_the_way(world, dome):
    dome.slew_to_azimuth(170.0)
    world.clock.advance(2.0)
    dome.abort()
    let_finish(world, lambda: dome.slewing)
    assert 30 < dome.azimuth_degrees < 100
    here = dome.azimuth_degrees
    world.clock.advance(10.0)
    assert dome.azimuth_degrees == here


def test_a_sync_changes_what_is_said_and_not_where_the_slit_is(world, dome):
    dome.sync(50.0)
    assert dome.azimuth_degrees == pytest.approx(50.0)
    assert float(dome.true_azimuth_degrees(world.now())) == 0.0
    dome.slew_to_azimuth(60.0)
    let_finish(world, lambda: dome.slewing)
    assert float(dome.true_azimuth_degrees(world.now())) == pytest.approx(10.0)
    dome.find_home()
    let_finish(world, lambda: dome.slewing)
    assert (dome.azimuth_degrees, float(dome.true_azimuth_degrees(world.now()))) == (
        pytest.approx(0.0, abs=1e-9),
        pytest.approx(0.0, abs=1e-9),
    )


@pytest.mark.parametrize("azimuth", [-1.0, 360.0, float("nan")])
def test_an_azimuth_that_is_none_is_refused(dome, azimuth):
    with pytest.raises(OutOfRange):
        dome.slew_to_azimuth(azimuth)
    with pytest.raises(OutOfRange):
        dome.sync(azimuth)


def test_a_stuck_shutter_fails_and_can_be_closed_once_it_is_free(world, dome):
    dome.open_shutter()
    world.clock.advance(0.4)
    world.faults.inject("dome.shutter_stuck", seconds=10)
    world.clock.advance(5.0)
    assert dome.shutter == "error"
    with pytest.raises(Faulted, match="stuck"):
        dome.slewing  # noqa: B018 - reading it is what raises
    with pytest.raises(Faulted, match="stuck"):
        dome.close_shutter()
    world.clock.advance(6.0)
    dome.close_shutter()
    world.clock.advance(2.0)
    assert dome.shutter == "closed"


def test_a_stalled_dome_still_shuts(world, dome):
    world.faults.inject("dome.stall")
    with pytest.raises(Faulted, match="turn"):
        dome.slew_to_azimuth(50.0)
    dome.abort()
    dome.open_shutter()
    world.clock.advance(2.0)
    assert dome.shutter == "open"


def test_the_telescope_sees_out_only_where_the_slit_is(world, dome):
    world.mount.set_tracking(on=True)
    slew(world.mount, -3.0, -10.0)
    mount = world.mount
    aim = required_azimuth(
        mount.altitude_degrees,
        mount.azimuth_degrees,
        mount.hour_angle_hours * 15,
        mount.pier_side,
        dome.geometry,
    )
    before = world.now()
    dome.open_shutter()
    dome.slew_to_azimuth(aim.azimuth_degrees)
    let_finish(world, lambda: dome.slewing)
    clear = world.now()
    dome.slew_to_azimuth((aim.azimuth_degrees + 90) % 360)
    let_finish(world, lambda: dome.slewing)
    turned = world.now()
    dome.slew_to_azimuth(aim.azimuth_degrees)
    let_finish(world, lambda: dome.slewing)
    dome.close_shutter()
    let_finish(world, lambda: dome.slewing)
    found = dome.clear_fraction(np.array([before, clear, turned, world.now()]))
    assert found.tolist() == [0.0, 1.0, 0.0, 0.0]


def test_a_following_telescope_leaves_a_standing_slit(world, dome):
    world.mount.set_tracking(on=True)
    slew(world.mount, 1.0, -10.0)
    mount = world.mount
    dome.open_shutter()
    aim = required_azimuth(
        mount.altitude_degrees,
        mount.azimuth_degrees,
        mount.hour_angle_hours * 15,
        mount.pier_side,
        dome.geometry,
    )
    dome.slew_to_azimuth(aim.azimuth_degrees)
    let_finish(world, lambda: dome.slewing)
    begun = world.now()
    world.clock.advance(7200.0)
    clear = dome.clear_fraction(begun + np.arange(0.0, 7200.0, 120.0))
    assert clear[0] == 1.0
    assert clear[-1] < 0.2
    assert (np.diff(clear) <= 1e-9).all()


def test_a_fork_has_no_arm_to_reckon_with():
    assert stepped("toros").dome.geometry.arm_metres == 0.0
    assert stepped("fast").dome.geometry.arm_metres > 0.0
