"""The star that a telescope is pointed at when nobody says where."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.almanac import Place, icrs_to_apparent, sidereal_time_hours, to_horizontal
from ocs_sim.sky import highest_named_star

MOMENTS = st.floats(1.77e9, 1.77e9 + 3.2e7)


@settings(deadline=None)
@given(st.floats(-80, 80), st.floats(-180, 180), MOMENTS)
def test_it_stands_high_and_does_not_cross_the_meridian_soon(latitude, longitude, unix):
    place = Place(latitude, longitude)
    star = highest_named_star(place, unix)
    ra, dec = icrs_to_apparent(star.ra_degrees[0], star.dec_degrees[0], unix)
    hour_angle = (15 * sidereal_time_hours(place, unix) - ra + 180) % 360 - 180
    altitude, _ = to_horizontal(hour_angle, dec, latitude)
    assert 25 < altitude < 86
    assert hour_angle > 3 or hour_angle < -30
    assert 2.5 <= star.magnitude[0] <= 5.0


def test_it_may_be_of_any_brightness():
    star = highest_named_star(Place(0, 0), 1.77e9, brightest_magnitude=-2, faintest_magnitude=1)
    assert star.magnitude[0] == pytest.approx(0, abs=1.5)
