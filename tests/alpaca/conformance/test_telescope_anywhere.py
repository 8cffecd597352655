"""Slews to any place from any other, and time passing afterwards."""

import math

import pytest
from alpaca.exceptions import InvalidValueException
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.alpaca.conformance.mount import ARCSECONDS, distance
from tests.examples import examples

LOWEST_DEGREES = 10.0


def altitude(latitude, hour_angle_hours, declination):
    phi, delta, angle = (math.radians(each) for each in (latitude, declination, hour_angle_hours * 15.0))
    sine = math.sin(phi) * math.sin(delta) + math.cos(phi) * math.cos(delta) * math.cos(angle)
    return math.degrees(math.asin(max(-1.0, min(1.0, sine))))


tries = settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@tries
@given(st.floats(-11.9, 11.9), st.floats(-89.9, 89.9), st.floats(0.0, 400.0))
def test_a_place_above_the_horizon_is_reached_and_followed(site, hour_angle, declination, later):
    telescope = site.telescope
    telescope.Tracking = True
    hours = (telescope.SiderealTime - hour_angle) % 24.0
    up = altitude(telescope.SiteLatitude, hour_angle, declination)
    foreseen = telescope.DestinationSideOfPier(hours, declination)
    try:
        telescope.SlewToCoordinatesAsync(hours, declination)
    except InvalidValueException:
        assert up < LOWEST_DEGREES + 0.01
        return
    assert up > LOWEST_DEGREES - 0.01
    assert telescope.Slewing
    site.wait_until(lambda: not telescope.Slewing, step=0.5)
    assert telescope.SideOfPier == foreseen
    assert distance(telescope, hours, declination) < 10.0
    site.wait(later)
    if telescope.Tracking:
        assert distance(telescope, hours, declination) < 10.0
    else:
        assert telescope.Altitude < LOWEST_DEGREES + 2.5


@tries
@given(st.floats(0.0, 359.99), st.floats(-5.0, 90.0))
def test_a_direction_above_the_horizon_is_reached_and_kept(site, azimuth, up):
    telescope = site.telescope
    telescope.Tracking = False
    try:
        telescope.SlewToAltAzAsync(azimuth, up)
    except InvalidValueException:
        assert up < LOWEST_DEGREES
        return
    assert up >= LOWEST_DEGREES - 1e-6
    site.wait_until(lambda: not telescope.Slewing, step=0.5)
    across = (telescope.Azimuth - azimuth + 180.0) % 360.0 - 180.0
    assert abs(across) * math.cos(math.radians(up)) * ARCSECONDS < 10.0
    assert telescope.Altitude == pytest.approx(up, abs=10.0 / ARCSECONDS)
