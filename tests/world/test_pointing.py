"""Where the camera looks: the hidden errors are those that the profile names, and nothing else."""

import numpy as np
import pytest

from ocs_sim.almanac import apparent_to_icrs, icrs_to_apparent, separation_degrees, sidereal_time_hours
from ocs_sim.world._sky_frame import sidereal_degrees, to_icrs
from tests.world.worlds import NORTH, PERFECT_MOUNT, let_finish, slew, stepped


def perfect(**terms):
    """Return a tracking world whose only errors are these."""
    overrides = {**PERFECT_MOUNT, **{f"mount.pointing.{name}": value for name, value in terms.items()}}
    world = stepped(**overrides)
    world.mount.set_tracking(on=True)
    return world


def errors(world):
    """Return the error on the sky in arcseconds: (hour angle, declination), true minus reported."""
    now = np.array([world.now()])
    pointed = world.mount.true_pointing(now)
    ra, dec = icrs_to_apparent(pointed.ra_degrees, pointed.dec_degrees, now)
    east = (ra - world.mount.right_ascension_hours * 15 + 180) % 360 - 180
    return -float(east[0]) * 3600, float(dec[0] - world.mount.declination_degrees) * 3600


def test_a_perfect_mount_points_where_it_says():
    world = perfect()
    slew(world.mount, 1.0, -50.0)
    now = np.array([world.now()])
    pointed, (ra, dec) = world.mount.true_pointing(now), world.mount.commanded(now)
    assert separation_degrees(pointed.ra_degrees, pointed.dec_degrees, ra, dec)[0] * 3600 < 0.001
    expected = apparent_to_icrs(world.mount.right_ascension_hours * 15, -50.0, float(now[0]))
    assert separation_degrees(ra, dec, *expected)[0] * 3600 < 0.2


@pytest.mark.parametrize("term", ["ih", "id", "ch", "np", "ma", "me", "tf"])
@pytest.mark.parametrize(("hour_angle", "dec"), [(3.0, -30.0), (1.0, 15.0), (0.3, -65.0)])
def test_each_term_is_that_of_tpoint(term, hour_angle, dec):
    """Against the formulae of the TPOINT manual, to first order, on the normal side of the pier."""
    world = perfect(**{f"{term}_arcseconds": 20.0})
    slew(world.mount, hour_angle, dec)
    h, d = np.radians(world.mount.hour_angle_hours * 15), np.radians(dec)
    phi = np.radians(world.place.latitude_degrees)
    hour, declination = {
        "ih": (1, 0),
        "id": (0, 1),
        "ch": (1 / np.cos(d), 0),
        "np": (np.tan(d), 0),
        "ma": (-np.cos(h) * np.tan(d), np.sin(h)),
        "me": (np.sin(h) * np.tan(d), np.cos(h)),
        "tf": (
            np.cos(phi) * np.sin(h) / np.cos(d),
            np.cos(phi) * np.cos(h) * np.sin(d) - np.sin(phi) * np.cos(d),
        ),
    }[term]
    assert errors(world) == pytest.approx((20 * hour, 20 * declination), abs=0.05)


@pytest.mark.parametrize(
    ("term", "same"),
    [("ma", True), ("me", True), ("tf", True), ("ih", True), ("id", False), ("ch", False), ("np", False)],
)
def test_what_belongs_to_the_tube_turns_over_with_it(term, same):
    world = perfect(**{f"{term}_arcseconds": 20.0})
    ra = slew(world.mount, 0.3, -40.0)
    normal = errors(world)
    world.mount.slew_to_equatorial(ra, -40.0, pier_side="west")
    let_finish(world, lambda: world.mount.slewing)
    turned = errors(world)
    sign = 1 if same else -1
    assert turned == pytest.approx((sign * normal[0], sign * normal[1]), abs=0.3)


def test_flexure_lowers_the_line_of_sight_by_the_sine_of_the_zenith_distance():
    world = perfect(tf_arcseconds=30.0)
    slew(world.mount, 2.0, -20.0)
    altitude, azimuth = world.mount.true_horizontal(np.array([world.now()]))
    below = world.mount.altitude_degrees - float(altitude[0])
    assert below * 3600 == pytest.approx(30 * np.cos(np.radians(world.mount.altitude_degrees)), abs=0.05)
    assert float(azimuth[0]) == pytest.approx(world.mount.azimuth_degrees, abs=1e-4)


def test_the_reported_error_is_none_while_the_true_one_is_not():
    world = stepped()
    world.mount.set_tracking(on=True)
    ra = slew(world.mount, -2.0, -20.0)
    assert world.mount.right_ascension_hours == pytest.approx(ra, abs=1e-6)
    assert 10 < np.hypot(*errors(world)) < 300


@pytest.mark.parametrize(("place", "up"), [(None, 0.0), (NORTH, 0.0)])
def test_the_field_turns_over_at_the_flip(place, up):
    world = stepped(place=place, **PERFECT_MOUNT)
    world.mount.set_tracking(on=True)
    sign = 1 if place else -1
    for hour_angle, angle in ((1.0, up), (-1.0, up + 180)):
        slew(world.mount, hour_angle, sign * 30.0)
        found = float(world.mount.true_pointing(np.array([world.now()])).position_angle_degrees[0])
        # The equator of date is turned against ICRS's by some arcminutes.
        assert abs((found - angle + 180) % 360 - 180) < 0.3


def test_the_field_stands_as_the_almanac_says():
    """The tube's up is the pole of date, seen in ICRS: found here from a point 1 degree to its north."""
    world = perfect()
    slew(world.mount, 1.0, -60.0)
    now = world.now()
    ra = world.mount.right_ascension_hours * 15
    a = np.radians(apparent_to_icrs(ra, -60.0, now))
    b = np.radians(apparent_to_icrs(ra, -59.0, now))
    expected = np.degrees(
        np.arctan2(
            np.sin(b[0] - a[0]) * np.cos(b[1]),
            np.cos(a[1]) * np.sin(b[1]) - np.sin(a[1]) * np.cos(b[1]) * np.cos(b[0] - a[0]),
        )
    )
    found = float(world.mount.true_pointing(np.array([now])).position_angle_degrees[0])
    assert abs((found - expected + 180) % 360 - 180) < 0.002


def test_the_worm_comes_round_in_its_period():
    world = perfect(periodic_arcseconds=10.0, periodic_seconds=300.0)
    slew(world.mount, 1.0, 0.0)
    times = world.now() + np.arange(0.0, 900.0, 5.0)
    world.clock.advance(900.0)
    pointed, commanded = world.mount.true_pointing(times), world.mount.commanded(times)
    error = (pointed.ra_degrees - commanded[0]) * 3600
    assert np.ptp(error) == pytest.approx(21, abs=2)
    assert np.abs(error[:-60] - error[60:]).max() < 0.05  # 60 samples are 300 s
    assert np.abs(error[:-30] - error[30:]).max() > 10


def test_each_slew_lands_a_little_elsewhere_as_the_profile_says():
    world = perfect(repeatability_arcseconds=3.0)
    found = []
    for number in range(60):
        slew(world.mount, 1.0, -30.0 if number % 2 else -35.0)
        found.append(errors(world)[1])
    assert np.std(found) == pytest.approx(3.0, rel=0.35)
    assert abs(np.mean(found)) < 1.5
    assert len({round(each, 6) for each in found}) == 60


def test_a_mount_drifts_between_slews():
    world = perfect(drift_arcseconds_per_hour=60.0)
    slew(world.mount, 0.5, -30.0)
    first = errors(world)[1]
    world.clock.advance(1800.0)
    middle = errors(world)[1]
    world.clock.advance(1800.0)
    assert abs(middle - first) > 0.5
    assert errors(world)[1] - middle == pytest.approx(middle - first, abs=0.01)


def test_backlash_swallows_the_beginning_of_a_pulse_the_other_way():
    world = perfect(dec_backlash_arcseconds=4.0)
    mount = world.mount
    slew(mount, 1.0, -40.0)
    slew(mount, 1.0, -20.0)  # came from below
    mount.set_guide_rates(5.0, 5.0)
    begun = errors(world)[1]
    mount.pulse_guide("north", 1000)
    world.clock.advance(2.0)
    assert errors(world)[1] == pytest.approx(begun, abs=0.02)  # it follows
    mount.pulse_guide("south", 2000)
    world.clock.advance(3.0)
    assert errors(world)[1] == pytest.approx(begun + 4.0, abs=0.02)  # 4 of 10 arcsec were lost


def test_the_wind_shakes_the_more_the_stronger_it_is():
    rms = {}
    for wind in (5.0, 20.0):
        overrides = {**PERFECT_MOUNT, "mount.pointing.wind_shake_arcseconds": 0.5, "weather.wind_spread": 0.0}
        world = stepped(**overrides, **{"weather.wind_metres_per_second": wind})
        world.mount.set_tracking(on=True)
        slew(world.mount, 1.0, -20.0)
        times = world.now() + np.arange(0.0, 200.0, 0.37)
        world.clock.advance(200.0)
        pointed, commanded = world.mount.true_pointing(times), world.mount.commanded(times)
        rms[wind] = np.std(pointed.dec_degrees - commanded[1]) * 3600
    assert rms[5.0] == pytest.approx(0.5 / 4, rel=0.4)
    assert rms[20.0] / rms[5.0] == pytest.approx(16.0, rel=0.05)


def test_the_frame_of_a_block_of_time_is_that_of_its_moments():
    times = 1795230000.0 + np.linspace(0.0, 86400.0, 97).reshape(1, 97)
    ra, dec = (np.linspace(low, high, 97).reshape(1, 97) for low, high in ((0.0, 359.0), (-89.0, 89.0)))
    apart = separation_degrees(*to_icrs(ra, dec, times), *apparent_to_icrs(ra, dec, times))
    assert apart.max() * 3600 < 0.002
    late = sidereal_degrees(NORTH, times) - 15 * sidereal_time_hours(NORTH, times)
    assert np.abs((late + 180) % 360 - 180).max() * 3600 < 0.001


def test_pointing_holds_at_the_pole():
    world = stepped()
    world.mount.find_home()
    let_finish(world, lambda: world.mount.slewing)
    pointed = world.mount.true_pointing(np.array([world.now()]))
    assert np.isfinite(pointed).all()
    assert -90 <= float(pointed.dec_degrees[0]) < -89
    assert sidereal_time_hours(world.place, world.now()) == pytest.approx(world.mount.sidereal_time_hours)
