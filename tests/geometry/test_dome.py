"""The beam's way out of a dome, against rays that are marched step by step."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.almanac import to_horizontal
from ocs_sim.geometry import DomeGeometry, clear_fraction, required_azimuth
from tests.examples import examples

SIMPLE = DomeGeometry(2.5, 0.5, 15.0, 0.4, -30.0)
GERMAN = DomeGeometry(2.5, 0.5, 15.0, 0.4, -30.0, 0.1, -0.15, 0.3, 0.6)

pointings = st.tuples(
    st.floats(-80, 80), st.floats(-75, 35), st.sampled_from(["east", "west"]), st.sampled_from([-30.0, 48.0])
)


def tube(hour_angle, dec, side, dome):
    """Return middle and direction of the tube (north, east, up), by turning a mount about its axes."""
    latitude = math.radians(dome.latitude_degrees)
    equator = np.array([-math.sin(latitude), 0.0, math.cos(latitude)])  # where the meridian crosses it
    pole = np.array([math.cos(latitude), 0.0, math.sin(latitude)])
    west = np.array([0.0, -1.0, 0.0])
    turn, tilt = (hour_angle, dec) if side == "east" else (hour_angle + 180, 180 - dec)
    turn, tilt = math.radians(turn), math.radians(tilt)
    # It begins on the meridian, the tube at the east end of a level declination axis.
    line, arm = math.cos(tilt) * equator + math.sin(tilt) * pole, -dome.arm_metres * west

    def turned(vector):
        along, across = vector @ equator, vector @ west
        return (
            (vector @ pole) * pole
            + (along * math.cos(turn) - across * math.sin(turn)) * equator
            + (along * math.sin(turn) + across * math.cos(turn)) * west
        )

    mount = np.array([dome.mount_north_metres, dome.mount_east_metres, dome.mount_up_metres])
    return mount + turned(arm), turned(line)


def marched(origins, line, radius):
    """Return where rays leave a sphere, shape (..., 3): by halving the step in which they do."""
    low = np.zeros(np.shape(origins)[:-1])
    high = low + 4 * radius
    for _ in range(50):
        middle = (low + high) / 2
        inside = np.linalg.norm(origins + middle[..., np.newaxis] * line, axis=-1) < radius
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return origins + low[..., np.newaxis] * line


def horizontal(hour_angle, dec, dome):
    return tuple(float(each) for each in to_horizontal(hour_angle, dec, dome.latitude_degrees))


def made(latitude):
    return DomeGeometry(**{**GERMAN.__dict__, "latitude_degrees": latitude})


@settings(max_examples=examples(60))
@given(pointings)
def test_the_slit_goes_where_a_marched_ray_leaves(pointing):
    hour_angle, dec, side, latitude = pointing
    dome = made(latitude)
    altitude, azimuth = horizontal(hour_angle, dec, dome)
    origin, line = tube(hour_angle, dec, side, dome)
    up = math.radians(altitude)
    seen = [
        math.cos(up) * math.cos(math.radians(azimuth)),
        math.cos(up) * math.sin(math.radians(azimuth)),
        math.sin(up),
    ]
    assert line == pytest.approx(seen, abs=1e-9)  # the two ways to turn a mount agree
    point = marched(origin, line, dome.radius_metres)
    aim = required_azimuth(altitude, azimuth, hour_angle, side, dome)
    expected = math.degrees(math.atan2(point[1], point[0]))
    near_zenith = math.hypot(point[0], point[1])
    assert abs((aim.azimuth_degrees - expected + 180) % 360 - 180) * near_zenith < 1e-6
    assert aim.altitude_degrees == pytest.approx(
        math.degrees(math.asin(point[2] / dome.radius_metres)), abs=1e-6
    )
    assert 0 <= aim.azimuth_degrees < 360


@settings(max_examples=examples(25), deadline=None)
@given(pointings, st.floats(-25, 25), st.floats(0, 1))
def test_what_gets_through_is_what_marched_rays_find(pointing, turned, opening):
    hour_angle, dec, side, latitude = pointing
    dome = made(latitude)
    altitude, azimuth = horizontal(hour_angle, dec, dome)
    slit = required_azimuth(altitude, azimuth, hour_angle, side, dome).azimuth_degrees + turned
    found = clear_fraction(altitude, azimuth, hour_angle, side, slit, opening, dome)
    origin, line = tube(hour_angle, dec, side, dome)
    across = np.cross(line, [0.3, 0.5, 0.8])
    across /= np.linalg.norm(across)
    other = np.cross(line, across)
    draws = np.random.default_rng(1)
    x, y = draws.uniform(-1, 1, (2, 2000))
    x, y = (each[np.hypot(x, y) <= 1][:, np.newaxis] * dome.aperture_metres / 2 for each in (x, y))
    points = marched(origin + x * across + y * other, line, dome.radius_metres)
    passed = np.mean([passes(point, slit, opening, dome) for point in points])
    assert float(found) == pytest.approx(passed, abs=0.05)


def passes(point, slit, opening, dome):
    """Whether a point of the dome lies in its slit: the dome is turned so that the slit looks north."""
    north, east, up = rotate_level(point, -slit)
    if abs(east) > dome.slit_half_width_metres:
        return False
    arc = math.degrees(math.atan2(up, north))
    return 0 <= arc <= opening * (90 + dome.slit_from_zenith_degrees)


def rotate_level(point, degrees):
    angle = math.radians(degrees)
    north, east, up = point
    return (
        north * math.cos(angle) - east * math.sin(angle),
        north * math.sin(angle) + east * math.cos(angle),
        up,
    )


def test_without_offsets_the_dome_looks_where_the_telescope_does():
    for azimuth in (0.0, 123.4, 359.0):
        assert required_azimuth(40.0, azimuth, 0.0, "east", SIMPLE) == pytest.approx((azimuth, 40.0))


def test_a_german_mount_needs_the_dome_elsewhere_on_each_side():
    east = required_azimuth(50.0, 0.0, 0.0, "east", GERMAN).azimuth_degrees
    west = required_azimuth(50.0, 0.0, 0.0, "west", GERMAN).azimuth_degrees
    assert 5 < east < 40
    assert 320 < west < 355


def test_a_shut_dome_lets_nothing_through_and_an_open_one_all():
    assert clear_fraction(50.0, 90.0, 0.0, "east", 90.0, [0.0, 0.3, 1.0], SIMPLE).tolist() == [0.0, 0.0, 1.0]


def test_past_the_end_of_the_slit_the_zenith_is_hidden():
    beyond = clear_fraction([80.0, 74.0], 270.0, 0.0, "east", 90.0, 1.0, SIMPLE)  # seen over the back
    assert beyond[0] == 1.0
    assert 0 < beyond[1] < 1


def test_it_dims_smoothly_as_the_dome_turns_away():
    slits = np.arange(0.0, 60.0, 1.0)
    clear = clear_fraction(30.0, 0.0, 0.0, "east", slits, 1.0, SIMPLE)
    assert clear[0] == 1.0
    assert clear[-1] == 0.0
    assert (np.diff(clear) <= 0).all()
    assert np.abs(np.diff(clear)).max() < 0.2
    # Half of the beam is cut where its middle is at the edge.
    edge = math.degrees(math.asin(0.5 / (2.5 * math.cos(math.radians(30)))))
    assert np.interp(edge, slits, clear) == pytest.approx(0.5, abs=0.05)


def test_many_moments_are_those_one_by_one():
    hour_angles = np.array([-40.0, 3.0, 60.0])
    sides = np.array(["west", "east", "east"])
    altitude, azimuth = to_horizontal(hour_angles, -20.0, -30.0)
    together = clear_fraction(
        altitude, azimuth, hour_angles, sides, [100.0, 30.0, 250.0], [1.0, 0.8, 1.0], GERMAN
    )
    alone = [
        float(clear_fraction(*each, GERMAN))
        for each in zip(
            altitude, azimuth, hour_angles, sides, [100.0, 30.0, 250.0], [1.0, 0.8, 1.0], strict=True
        )
    ]
    assert together.tolist() == alone
