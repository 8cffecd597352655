"""Coordinates of date and sidereal time, held against astropy."""

import numpy as np
import pytest
from astropy.coordinates import FK5, TETE, AltAz

from ocs_sim.almanac import (
    apparent_to_icrs,
    fk5_to_icrs,
    galactic_to_icrs,
    hour_angle_degrees,
    icrs_to_apparent,
    icrs_to_galactic,
    parallactic_angle_degrees,
    separation_degrees,
    sidereal_time_hours,
    to_equatorial,
    to_horizontal,
)

from .reference import MOMENTS, SAN_JUAN, icrs, location, moment, offline

ARCSECOND = 1 / 3600
RA = np.array([0.0, 0.01, 83.82, 120.5, 201.3, 266.4, 310.36, 359.99])
DEC = np.array([0.0, -89.2, -5.39, 60.1, -43.0, -29.0, 45.28, 89.26])


@pytest.mark.parametrize("unix", MOMENTS)
def test_apparent_places_are_those_of_date_to_a_milliarcsecond(unix):
    with offline():
        there = icrs(RA, DEC).transform_to(TETE(obstime=moment(unix)))
        ra, dec = icrs_to_apparent(RA, DEC, unix)
    assert separation_degrees(ra, dec, there.ra.deg, there.dec.deg).max() < 0.001 * ARCSECOND


@pytest.mark.parametrize("unix", MOMENTS)
def test_and_back_to_a_microarcsecond(unix):
    ra, dec = apparent_to_icrs(*icrs_to_apparent(RA, DEC, unix), unix)
    assert separation_degrees(ra, dec, RA, DEC).max() < 1e-6 * ARCSECOND


def test_many_moments_at_once_give_what_each_alone_gives():
    together = icrs_to_apparent(10.0, 20.0, np.array(MOMENTS))
    alone = [icrs_to_apparent(10.0, 20.0, unix) for unix in MOMENTS]
    assert np.allclose(np.transpose(together), alone, rtol=0, atol=1e-12)
    sidereal = sidereal_time_hours(SAN_JUAN, np.array(MOMENTS))
    assert np.allclose(
        sidereal, [sidereal_time_hours(SAN_JUAN, unix) for unix in MOMENTS], rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("unix", MOMENTS)
def test_sidereal_time_is_astropys_to_a_millisecond(unix):
    with offline():
        theirs = moment(unix).sidereal_time("apparent").hour
    assert abs(sidereal_time_hours(SAN_JUAN, unix) - theirs) * 3600 < 0.001


@pytest.mark.parametrize("unix", MOMENTS)
def test_altitude_and_azimuth_are_astropys_within_half_an_arcsecond(unix):
    """What is left out moves them so far: diurnal aberration (0.3) and polar motion (0.3)."""
    with offline():
        there = icrs(RA, DEC).transform_to(AltAz(obstime=moment(unix), location=location()))
    ra, dec = icrs_to_apparent(RA, DEC, unix)
    altitude, azimuth = to_horizontal(hour_angle_degrees(SAN_JUAN, unix, ra), dec, SAN_JUAN.latitude_degrees)
    apart = separation_degrees(azimuth, altitude, there.az.deg, there.alt.deg)
    assert 0.01 * ARCSECOND < apart.max() < 0.6 * ARCSECOND


def test_horizontal_and_equatorial_are_inverse():
    hour_angle, dec = np.array([-179.0, -45.0, 0.5, 100.0]), np.array([-80.0, 10.0, -31.0, 40.0])
    altitude, azimuth = to_horizontal(hour_angle, dec, -31.8)
    assert np.allclose(to_equatorial(altitude, azimuth, -31.8), (hour_angle, dec))
    # East of the meridian is where azimuth is 0 to 180.
    assert list(azimuth < 180) == list(hour_angle < 0)


def test_the_meridian_and_the_pole():
    assert to_horizontal(0.0, -31.8, -31.8)[0] == pytest.approx(90.0, abs=1e-5)
    altitude, azimuth = to_horizontal(0.0, 50.0, -30.0)
    assert (altitude, azimuth % 360) == (pytest.approx(10.0), pytest.approx(0.0))
    altitude, azimuth = to_horizontal(-90.0, 0.0, -30.0)
    assert (altitude, azimuth) == (pytest.approx(0.0, abs=1e-9), pytest.approx(90.0))


def test_parallactic_angle_is_negative_in_the_east_of_a_northern_sky():
    assert parallactic_angle_degrees(-30.0, 0.0, 50.0) < 0 < parallactic_angle_degrees(30.0, 0.0, 50.0)
    # On the meridian south of the zenith the zenith is north; north of it, south.
    assert parallactic_angle_degrees(0.0, 0.0, 50.0) == pytest.approx(0.0)
    assert abs(parallactic_angle_degrees(0.0, 80.0, 50.0)) == pytest.approx(180.0)


def test_galactic_coordinates_are_astropys_within_30_milliarcseconds():
    there = icrs(RA, DEC).galactic
    longitude, latitude = icrs_to_galactic(RA, DEC)
    assert separation_degrees(longitude, latitude, there.l.deg, there.b.deg).max() < 0.03 * ARCSECOND
    assert separation_degrees(*galactic_to_icrs(longitude, latitude), RA, DEC).max() < 1e-6 * ARCSECOND


@pytest.mark.parametrize("unix", MOMENTS)
def test_fk5_is_astropys_within_30_milliarcseconds(unix):
    """It turns slowly against ICRS: 1 milliarcsecond a year, which astropy leaves out."""
    there = icrs(RA, DEC).transform_to(FK5(equinox="J2000"))
    assert separation_degrees(there.ra.deg, there.dec.deg, RA, DEC).max() > 0.005 * ARCSECOND
    assert (
        separation_degrees(*fk5_to_icrs(there.ra.deg, there.dec.deg, unix), RA, DEC).max() < 0.03 * ARCSECOND
    )
