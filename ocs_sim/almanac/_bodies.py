"""Sun and Moon, as they stand above a place."""

from __future__ import annotations

from dataclasses import dataclass

import erfa
import numpy as np

from ocs_sim.almanac._horizontal import to_horizontal
from ocs_sim.almanac._numbers import Number
from ocs_sim.almanac._place import Place
from ocs_sim.almanac._scales import tt_julian
from ocs_sim.almanac._sidereal import sidereal_time_hours

_WGS84 = 1
_SUN_LIGHT_TIME_SECONDS = erfa.DAU / erfa.CMPS
_MOON_LIGHT_TIME_SECONDS = 384.4e6 / erfa.CMPS
_AU_METRES = erfa.DAU


@dataclass(frozen=True, slots=True)
class Body:
    """Where a body is seen from a place: apparent coordinates of date, parallax included, no refraction."""

    ra_degrees: Number
    dec_degrees: Number
    altitude_degrees: Number
    azimuth_degrees: Number


@dataclass(frozen=True, slots=True)
class Moon(Body):
    """The Moon, and how much of it is lit; phase angle 0 is full, 180 new."""

    illuminated_fraction: Number
    phase_angle_degrees: Number


def sun(place: Place, unix: Number) -> Body:
    """Return the Sun, from the Earth's orbit as ERFA has it (`epv00`, good to 0.01 arcsec)."""
    return Body(*_place_in_sky(place, unix, _to_sun_metres(unix)))


def moon(place: Place, unix: Number) -> Moon:
    """Return the Moon, by Meeus's short theory as ERFA has it (`moon98`, good to 10 arcsec)."""
    to_moon, to_sun = _to_moon_metres(unix), _to_sun_metres(unix)
    phase = erfa.sepp(-to_moon, to_sun - to_moon)
    seen = _place_in_sky(place, unix, to_moon)
    return Moon(*seen, (1.0 + np.cos(phase)) / 2.0, np.degrees(phase))


def _to_sun_metres(unix: Number) -> Number:
    # A body's place relative to the Earth, one light time ago, is its direction with aberration included.
    heliocentric, _ = erfa.epv00(*tt_julian(unix - _SUN_LIGHT_TIME_SECONDS))
    return -heliocentric["p"] * _AU_METRES


def _to_moon_metres(unix: Number) -> Number:
    return erfa.moon98(*tt_julian(unix - _MOON_LIGHT_TIME_SECONDS))["p"] * _AU_METRES


def _place_in_sky(place: Place, unix: Number, gcrs_metres: Number) -> tuple[Number, Number, Number, Number]:
    """Return apparent place, altitude and azimuth of a vector from the Earth's centre, shape (..., 3)."""
    sidereal = np.radians(15.0 * sidereal_time_hours(place, unix))
    of_date = erfa.rxp(erfa.pnm06a(*tt_julian(unix)), gcrs_metres)
    ra, dec = erfa.c2s(of_date - _observer_metres(place, sidereal))
    altitude, azimuth = to_horizontal(np.degrees(sidereal - ra), np.degrees(dec), place.latitude_degrees)
    return np.degrees(erfa.anp(ra)), np.degrees(dec), altitude, azimuth


def _observer_metres(place: Place, sidereal_radians: Number) -> Number:
    """Return where a place is, on the axes of the true equator and equinox of date."""
    x, _, z = erfa.gd2gc(_WGS84, 0.0, np.radians(place.latitude_degrees), place.elevation_metres)
    ones = np.ones_like(sidereal_radians)
    return np.stack([x * np.cos(sidereal_radians), x * np.sin(sidereal_radians), z * ones], axis=-1)
