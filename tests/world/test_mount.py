"""The mount: where it goes, what it reports, what it refuses."""

import numpy as np
import pytest

from ocs_sim.almanac import to_horizontal
from ocs_sim.world import Faulted, NotAllowedNow, OutOfRange, Parked, Unreachable
from tests.world.worlds import NORTH, let_finish, slew, stepped

ARCSECOND_HOURS = 1 / 54000
ARCSECOND = 1 / 3600


@pytest.fixture
def world():
    return stepped()


@pytest.fixture
def mount(world):
    world.mount.set_tracking(on=True)
    return world.mount


@pytest.mark.parametrize("profile", ["fast", "1m", "toros"])
@pytest.mark.parametrize("place", [None, NORTH])
def test_slews_land_within_an_arcsecond_and_stay(profile, place):
    world = stepped(profile, place=place)
    mount = world.mount
    mount.set_tracking(on=True)
    sign = 1 if place else -1
    for hour_angle, dec in ((-3.0, 10.0), (2.0, sign * 40.0), (-0.5, sign * 80.0), (0.2, sign * 30.0)):
        ra = slew(mount, hour_angle, dec)
        for _ in range(3):
            assert mount.right_ascension_hours == pytest.approx(ra, abs=0.1 * ARCSECOND_HOURS)
            assert mount.declination_degrees == pytest.approx(dec, abs=0.1 * ARCSECOND)
            world.clock.advance(600.0)
        assert mount.tracking


def test_a_slew_takes_the_time_of_its_longer_axis(mount, world):
    slew(mount, 1.0, -40.0)
    begun = world.now()
    mount.slew_to_equatorial(mount.right_ascension_hours, 20.0)
    assert mount.slewing
    took = let_finish(world, lambda: mount.slewing, step=0.01)
    profile = mount.profile
    rate, acceleration = profile.max_rate_degrees_per_second, profile.acceleration_degrees_per_second2
    assert took == pytest.approx(60 / rate + rate / acceleration + profile.settle_seconds, abs=0.02)
    assert world.now() > begun


def test_it_never_tells_the_target_before_it_is_there(mount, world):
    slew(mount, 1.0, -40.0)
    ra = (mount.sidereal_time_hours - 3.0) % 24
    mount.slew_to_equatorial(ra, 10.0)
    assert abs(mount.declination_degrees - 10.0) > 40
    seen = []
    while mount.slewing:
        seen.append(mount.declination_degrees)
        world.clock.advance(0.2)
    assert seen == sorted(seen)
    assert len(set(seen)) > 5


def test_coordinates_agree_with_each_other(mount, world):
    slew(mount, -2.0, -10.0)
    hour_angle = (mount.sidereal_time_hours - mount.right_ascension_hours + 12) % 24 - 12
    assert mount.hour_angle_hours == pytest.approx(hour_angle)
    altitude, azimuth = to_horizontal(
        hour_angle * 15, mount.declination_degrees, world.place.latitude_degrees
    )
    assert (mount.altitude_degrees, mount.azimuth_degrees) == (
        pytest.approx(altitude),
        pytest.approx(azimuth),
    )


@pytest.mark.parametrize("place", [None, NORTH])
def test_a_german_mount_flips_at_the_meridian(place):
    world = stepped(place=place)
    mount = world.mount
    mount.set_tracking(on=True)
    slew(mount, -0.5, 0.0)
    assert mount.pier_side == "west"
    ra = mount.right_ascension_hours
    assert mount.destination_pier_side(ra, 0.0) == "west"
    world.clock.advance(2700.0)  # now past the meridian, which it may be for an hour
    assert (mount.pier_side, mount.tracking) == ("west", True)
    assert mount.destination_pier_side(ra, 0.0) == "east"
    mount.slew_to_equatorial(ra, 0.0)
    world.clock.advance(2.0)
    assert mount.slewing
    let_finish(world, lambda: mount.slewing)
    assert mount.pier_side == "east"
    assert mount.right_ascension_hours == pytest.approx(ra, abs=0.1 * ARCSECOND_HOURS)


def test_it_can_be_sent_to_the_other_side_near_the_meridian_only(mount):
    slew(mount, 0.5, -20.0)
    assert mount.pier_side == "east"
    ra = mount.right_ascension_hours
    mount.slew_to_equatorial(ra, -20.0, pier_side="west")
    let_finish(mount._world, lambda: mount.slewing)
    assert (mount.pier_side, mount.right_ascension_hours) == ("west", pytest.approx(ra, abs=1e-5))
    with pytest.raises(Unreachable):
        mount.slew_to_equatorial((mount.sidereal_time_hours - 3) % 24, -20.0, pier_side="west")


def test_a_german_mount_stops_where_its_hour_axis_ends(mount, world):
    slew(mount, -0.5, 0.0)
    world.clock.advance(1.4 * 3600)
    assert mount.tracking
    world.clock.advance(0.2 * 3600)
    assert not mount.tracking
    assert mount.stopped_by == "end of an axis"
    assert mount.hour_angle_hours == pytest.approx(1.0, abs=1e-3)
    with pytest.raises(NotAllowedNow, match="limit"):
        mount.set_tracking(on=True)


def test_it_stops_at_the_horizon_at_the_same_moment_whoever_looks(world):
    looked, unseen = world, stepped()
    for each in (looked, unseen):
        each.mount.set_tracking(on=True)
        slew(each.mount, 4.0, 0.0)
    for _ in range(180):
        looked.clock.advance(60.0)
        looked.mount.altitude_degrees  # noqa: B018 - looking is the point
    unseen.clock.advance(180 * 60.0)
    for each in (looked, unseen):
        assert (each.mount.tracking, each.mount.stopped_by) == (False, "horizon")
        assert each.mount.altitude_degrees == pytest.approx(10.0, abs=0.01)
    assert looked.mount.hour_angle_hours == unseen.mount.hour_angle_hours


@pytest.mark.parametrize("profile", ["fast", "1m"])
def test_moved_by_hand_it_brakes_before_it_runs_into_a_limit(profile):
    world = stepped(profile)
    mount = world.mount
    mount.slew_to_horizontal(70.0, 0.0)
    let_finish(world, lambda: mount.slewing)
    mount.move_axis(1, mount.profile.max_rate_degrees_per_second)
    let_finish(world, lambda: mount.slewing)
    assert mount.stopped_by == "horizon"
    assert mount.altitude_degrees == pytest.approx(mount.profile.lowest_altitude_degrees, abs=0.2)
    mount.move_axis(1, -mount.profile.max_rate_degrees_per_second)
    let_finish(world, lambda: mount.slewing)
    assert mount.altitude_degrees >= mount.profile.lowest_altitude_degrees - 0.2


def test_what_is_below_the_horizon_mask_is_refused():
    mount = stepped("toros").mount
    mount.slew_to_horizontal(23.0, 260.0)
    with pytest.raises(Unreachable, match="horizon"):
        mount.slew_to_horizontal(23.0, 95.0)  # 25 degrees are in the way there


@pytest.mark.parametrize(
    ("name", "arcseconds"), [("sidereal", 0.0), ("lunar", 0.356), ("solar", 0.041), ("king", 0.0042)]
)
def test_each_rate_lags_behind_the_stars_by_what_it_has_to(mount, world, name, arcseconds):
    ra = slew(mount, 0.5, 0.0)
    mount.set_tracking_rate(name)
    world.clock.advance(1000.0)
    gone = (mount.right_ascension_hours - ra) / ARCSECOND_HOURS
    assert gone == pytest.approx(1000 * arcseconds, abs=0.4)


def test_offsets_are_in_ascoms_units(mount, world):
    ra = slew(mount, -1.5, -10.0)  # on the west side, where the declination axis counts down
    mount.set_rate_offsets(0.02, -3.0)
    world.clock.advance(100.0)
    assert (mount.right_ascension_hours - ra) * 3600 == pytest.approx(0.02 * 100 * 1.0027379, abs=1e-4)
    assert (mount.declination_degrees + 10) * 3600 == pytest.approx(-300.0, abs=0.01)
    assert not mount.slewing
    mount.set_tracking_rate("lunar")
    assert (mount.right_ascension_rate, mount.declination_rate) == (0.0, 0.0)
    with pytest.raises(NotAllowedNow, match="sidereal"):
        mount.set_rate_offsets(0.1)


def test_it_stands_still_without_tracking(mount, world):
    ra = slew(mount, 1.0, -20.0)
    mount.set_tracking(on=False)
    before = mount.altitude_degrees, mount.azimuth_degrees
    world.clock.advance(100.0)
    assert (mount.altitude_degrees, mount.azimuth_degrees) == pytest.approx(before)
    assert (mount.right_ascension_hours - ra) * 54000 == pytest.approx(1504.1, abs=0.1)


@pytest.mark.parametrize("hour_angle", [-2.0, 2.0])
def test_guide_pulses_move_both_axes_at_once(mount, world, hour_angle):
    ra = slew(mount, hour_angle, -10.0)
    mount.set_guide_rates(10.0, 5.0)
    mount.pulse_guide("east", 3000)
    mount.pulse_guide("north", 2000)
    assert mount.guiding
    assert not mount.slewing
    world.clock.advance(2.5)
    assert mount.guiding
    world.clock.advance(10.0)
    assert not mount.guiding
    assert (mount.right_ascension_hours - ra) / ARCSECOND_HOURS == pytest.approx(30.0, abs=0.02)
    assert (mount.declination_degrees + 10.0) / ARCSECOND == pytest.approx(10.0, abs=0.02)


def test_axes_moved_by_hand_and_then_left_track_again(mount, world):
    slew(mount, 1.0, -20.0)
    mount.move_axis(1, -2.0)
    assert mount.slewing
    world.clock.advance(3.0)
    assert mount.declination_degrees == pytest.approx(-26.0, abs=0.2)
    mount.move_axis(0, 1.0)
    mount.move_axis(1, 0.0)
    assert mount.slewing
    world.clock.advance(2.0)
    mount.move_axis(0, 0.0)
    let_finish(world, lambda: mount.slewing)
    assert mount.tracking
    ra = mount.right_ascension_hours
    world.clock.advance(100.0)
    assert mount.right_ascension_hours == pytest.approx(ra, abs=0.1 * ARCSECOND_HOURS)


def test_an_aborted_slew_stops_short_and_tracks_again(mount, world):
    slew(mount, 1.0, -60.0)
    mount.slew_to_equatorial(mount.right_ascension_hours, 10.0)
    world.clock.advance(1.5)
    mount.abort()
    assert let_finish(world, lambda: mount.slewing) <= 1.05
    assert -60 < mount.declination_degrees < 0
    assert mount.tracking
    ra = mount.right_ascension_hours
    world.clock.advance(60.0)
    assert mount.right_ascension_hours == pytest.approx(ra, abs=0.1 * ARCSECOND_HOURS)


def test_parking_ends_at_the_park_position_and_forbids_motion(mount, world):
    slew(mount, 1.0, -60.0)
    mount.park()
    assert (mount.slewing, mount.at_park) == (True, False)
    let_finish(world, lambda: mount.slewing)
    assert mount.at_park
    assert not mount.tracking
    assert mount.altitude_degrees == pytest.approx(mount.profile.park_altitude_degrees)
    mount.park()
    for refused in (
        lambda: mount.slew_to_equatorial(3.0, -20.0),
        lambda: mount.slew_to_horizontal(50.0, 90.0),
        lambda: mount.set_tracking(on=True),
        lambda: mount.move_axis(0, 1.0),
        lambda: mount.pulse_guide("north", 10),
        lambda: mount.sync_to_equatorial(3.0, -20.0),
        mount.find_home,
        mount.abort,
    ):
        with pytest.raises(Parked):
            refused()
    mount.unpark()
    mount.set_tracking(on=True)
    slew(mount, 1.0, -20.0)
    mount.set_tracking(on=False)
    mount.set_park_here()
    here = mount.azimuth_degrees
    mount.slew_to_horizontal(60.0, 90.0)
    let_finish(world, lambda: mount.slewing)
    mount.park()
    let_finish(world, lambda: mount.slewing)
    assert mount.azimuth_degrees == pytest.approx(here)


def test_tracking_turned_on_during_a_park_ends_with_it(mount, world):
    slew(mount, 1.0, -60.0)
    mount.park()
    mount.set_tracking(on=True)
    let_finish(world, lambda: mount.slewing)
    assert (mount.at_park, mount.tracking) == (True, False)
    here = mount.hour_angle_hours
    world.clock.advance(100.0)
    assert mount.hour_angle_hours == here


def test_a_park_that_is_aborted_does_not_park(mount, world):
    slew(mount, 1.0, -60.0)
    mount.park()
    world.clock.advance(0.5)
    mount.abort()
    world.clock.advance(60.0)
    assert not mount.at_park
    assert not mount.slewing


def test_home_is_found_and_left(mount, world):
    mount.find_home()
    let_finish(world, lambda: mount.slewing)
    assert (mount.at_home, mount.declination_degrees) == (True, pytest.approx(-90.0))
    mount.set_tracking(on=True)
    assert not mount.at_home


def test_a_sync_moves_what_is_reported_and_not_the_telescope(mount, world):
    ra = slew(mount, 1.0, -20.0)
    now = np.array([world.now()])
    before = mount.true_pointing(now)
    mount.sync_to_equatorial(ra + 0.02, -20.3)
    assert mount.right_ascension_hours == pytest.approx(ra + 0.02)
    assert mount.declination_degrees == pytest.approx(-20.3)
    assert [float(each[0]) for each in mount.true_pointing(now)] == [float(each[0]) for each in before]
    mount.slew_to_equatorial(ra + 0.02, -10.3)
    let_finish(world, lambda: mount.slewing)
    assert mount.declination_degrees == pytest.approx(-10.3)
    assert float(mount.true_pointing(np.array([world.now()])).dec_degrees[0]) == pytest.approx(
        float(before.dec_degrees[0]) + 10, abs=0.02
    )


def test_what_needs_tracking_says_so(world):
    mount = world.mount
    with pytest.raises(NotAllowedNow, match="turn tracking on"):
        mount.slew_to_equatorial(3.0, -20.0)
    with pytest.raises(NotAllowedNow, match="turn tracking on"):
        mount.sync_to_equatorial(3.0, -20.0)
    with pytest.raises(NotAllowedNow):
        mount.pulse_guide("north", 10)
    mount.set_tracking(on=True)
    with pytest.raises(NotAllowedNow, match="turn tracking off"):
        mount.slew_to_horizontal(50.0, 90.0)


@pytest.mark.parametrize(
    "ask",
    [
        lambda mount: mount.slew_to_equatorial(24.0, 0.0),
        lambda mount: mount.slew_to_equatorial(float("nan"), 0.0),
        lambda mount: mount.slew_to_equatorial(3.0, -90.1),
        lambda mount: mount.slew_to_horizontal(91.0, 0.0),
        lambda mount: mount.slew_to_horizontal(50.0, 361.0),
        lambda mount: mount.set_tracking_rate("martian"),
        lambda mount: mount.set_rate_offsets(0.0, 1e4),
        lambda mount: mount.move_axis(0, 20.1),
        lambda mount: mount.move_axis(2, 1.0),
        lambda mount: mount.pulse_guide("up", 10),
        lambda mount: mount.pulse_guide("north", -1),
        lambda mount: mount.set_guide_rates(0.0, 1.0),
    ],
)
def test_what_cannot_be_is_refused(mount, ask):
    with pytest.raises(OutOfRange):
        ask(mount)


def test_a_stalled_mount_fails_its_slew_and_says_why_until_it_is_stopped(mount, world):
    slew(mount, 1.0, -60.0)
    mount.slew_to_equatorial(mount.right_ascension_hours, 10.0)
    world.clock.advance(1.5)
    world.faults.inject("mount.stall", seconds=30)
    here = mount.declination_degrees
    with pytest.raises(Faulted, match="stalled"):
        mount.slewing  # noqa: B018 - reading it is what raises
    with pytest.raises(Faulted, match="stalled"):
        mount.slew_to_equatorial(mount.right_ascension_hours, 0.0)
    ra = mount.right_ascension_hours
    world.clock.advance(20.0)
    assert mount.declination_degrees == here
    assert (mount.right_ascension_hours - ra) * 54000 == pytest.approx(300.8, abs=0.1)  # stars trail
    mount.abort()
    assert not mount.slewing
    world.clock.advance(20.0)
    ra = mount.right_ascension_hours
    world.clock.advance(20.0)
    assert mount.right_ascension_hours == pytest.approx(ra, abs=1e-6)  # it tracks again


def test_one_stalled_axis_leaves_the_other(mount, world):
    ra = slew(mount, 1.0, -20.0)
    world.faults.inject("mount.stall", axis="declination")
    world.clock.advance(20.0)
    assert mount.right_ascension_hours == pytest.approx(ra, abs=1e-6)


def test_a_mount_that_lost_its_encoders_has_to_find_its_home(mount, world):
    ra = slew(mount, 1.0, -20.0)
    now = np.array([world.now()])
    before = mount.true_pointing(now)
    world.faults.inject("mount.encoder_lost", degrees=4.0)
    assert np.hypot((mount.right_ascension_hours - ra) * 15, mount.declination_degrees + 20) == pytest.approx(
        4.0
    )
    assert mount.true_pointing(now).dec_degrees == before.dec_degrees
    world.faults.clear()
    with pytest.raises(Faulted, match="find its home"):
        mount.slew_to_equatorial(ra, -20.0)
    mount.find_home()
    let_finish(world, lambda: mount.slewing)
    assert mount.declination_degrees == pytest.approx(-90.0)
    mount.set_tracking(on=True)
    ra = slew(mount, 1.0, -20.0)
    pointed = mount.true_pointing(np.array([world.now()]))
    assert float(pointed.dec_degrees[0]) == pytest.approx(-20, abs=0.2)


def test_without_power_it_stops(mount, world):
    slew(mount, 1.0, -20.0)
    world.faults.inject("power.lost", seconds=60)
    assert not mount.tracking
    with pytest.raises(Faulted, match="power"):
        mount.set_tracking(on=True)
    world.clock.advance(61.0)
    mount.set_tracking(on=True)
    assert mount.tracking
