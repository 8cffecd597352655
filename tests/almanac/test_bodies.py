"""Sun, Moon and night, held against astropy."""

import numpy as np
import pytest
from astropy.coordinates import TETE, AltAz, get_body, get_sun

from ocs_sim.almanac import Place, moon, night_start, separation_degrees, solar_midnight, sun

from .reference import MOMENTS, SAN_JUAN, location, moment, offline

ARCSECOND = 1 / 3600


def apart(body, theirs):
    return separation_degrees(body.azimuth_degrees, body.altitude_degrees, theirs.az.deg, theirs.alt.deg)


@pytest.mark.parametrize("unix", MOMENTS)
def test_the_sun_is_astropys_within_an_arcsecond(unix):
    with offline():
        here = AltAz(obstime=moment(unix), location=location())
        theirs = get_body("sun", moment(unix), location()).transform_to(here)
        of_date = get_sun(moment(unix)).transform_to(TETE(obstime=moment(unix)))
    ours = sun(SAN_JUAN, unix)
    assert apart(ours, theirs) < 1.0 * ARCSECOND
    # From the Earth's centre it is seen up to 8.8 arcsec elsewhere.
    assert (
        separation_degrees(ours.ra_degrees, ours.dec_degrees, of_date.ra.deg, of_date.dec.deg)
        < 10 * ARCSECOND
    )


@pytest.mark.parametrize("unix", MOMENTS)
def test_the_moon_is_astropys_within_two_arcseconds_parallax_included(unix):
    with offline():
        here = AltAz(obstime=moment(unix), location=location())
        theirs = get_body("moon", moment(unix), location()).transform_to(here)
    assert apart(moon(SAN_JUAN, unix), theirs) < 2.0 * ARCSECOND


def test_phases_are_those_of_the_almanac():
    # 2024: new 8 April 18:21, first quarter 15 April 19:13, full 23 April 23:49 UTC (USNO).
    new, quarter, full = 1_712_600_460.0, 1_713_208_380.0, 1_713_916_140.0
    assert moon(SAN_JUAN, new).illuminated_fraction < 0.001
    assert moon(SAN_JUAN, quarter).illuminated_fraction == pytest.approx(0.5, abs=0.01)
    assert moon(SAN_JUAN, full).illuminated_fraction > 0.998
    assert moon(SAN_JUAN, new).phase_angle_degrees > 175 > 5 > moon(SAN_JUAN, full).phase_angle_degrees


def test_many_moments_at_once_give_what_each_alone_gives():
    together = moon(SAN_JUAN, np.array(MOMENTS))
    alone = [moon(SAN_JUAN, unix).altitude_degrees for unix in MOMENTS]
    assert np.allclose(together.altitude_degrees, alone)
    assert np.allclose(
        sun(SAN_JUAN, np.array(MOMENTS)).ra_degrees, [sun(SAN_JUAN, unix).ra_degrees for unix in MOMENTS]
    )


@pytest.mark.parametrize("longitude", [-179.9, -69.3, 0.0, 122.0, 179.9])
@pytest.mark.parametrize("hour", [0, 7, 13, 23.99])
def test_midnight_is_the_coming_one_and_the_sun_is_lowest_then(longitude, hour):
    place, now = Place(-31.8, longitude), 1_718_000_000.0 + hour * 3600
    midnight = solar_midnight(place, now)
    assert 0.0 <= midnight - now <= 86_430
    heights = [sun(place, midnight + seconds).altitude_degrees for seconds in (-120, 0, 120)]
    assert heights[1] < min(heights[0], heights[2])


def test_night_starts_now_in_the_dark_and_an_hour_before_midnight_by_day():
    midnight = solar_midnight(SAN_JUAN, 1_718_000_000.0)
    assert night_start(SAN_JUAN, midnight + 60) == midnight + 60
    noon = midnight + 43_200
    assert night_start(SAN_JUAN, noon) == pytest.approx(midnight + 86_400 - 3600, abs=60)
