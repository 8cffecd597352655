"""When it is night."""

from __future__ import annotations

from ocs_sim.almanac._bodies import sun
from ocs_sim.almanac._place import Place
from ocs_sim.almanac._sidereal import hour_angle_degrees

_DARK_SUN_ALTITUDE_DEGREES = -18.0
_SECONDS_PER_DEGREE = 240.0
_BEFORE_MIDNIGHT_SECONDS = 3600.0
# The Sun's right ascension moves on by up to 1.1 degrees a day: each step leaves 1/300 of the error.
_STEPS = 3


def solar_midnight(place: Place, unix: float) -> float:
    """Return the coming moment at which the Sun crosses the lower meridian, to a second."""
    moment = unix + _degrees_to_midnight(place, unix) * _SECONDS_PER_DEGREE
    for _ in range(_STEPS):
        left = _degrees_to_midnight(place, moment)
        moment += (left - 360.0 * (left > 180.0)) * _SECONDS_PER_DEGREE
    return moment


def night_start(place: Place, unix: float) -> float:
    """Return `unix` if the Sun is 18 degrees below the horizon, else one hour before the coming midnight."""
    if sun(place, unix).altitude_degrees < _DARK_SUN_ALTITUDE_DEGREES:
        return unix
    return solar_midnight(place, unix) - _BEFORE_MIDNIGHT_SECONDS


def _degrees_to_midnight(place: Place, unix: float) -> float:
    """Return how far the Sun still has to go, 0 to 360."""
    return float((180.0 - hour_angle_degrees(place, unix, sun(place, unix).ra_degrees)) % 360.0)
