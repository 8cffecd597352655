"""Where a mount must not be pointed: below the horizon, and at the Sun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ocs_sim.almanac import Place, separation_degrees, sun, to_equatorial, to_horizontal

from ._aims import Aim
from ._errors import TargetRefused
from ._facts import MountFacts
from ._horizon import HorizonMask
from ._state import MountState

# Its upper limb, lifted by refraction, is in sight from here on.
_SUNRISE_DEGREES = -0.84
_SAMPLES = 65


@dataclass(frozen=True)
class Interlocks:
    """What is checked before a slew; angles are degrees, a `sun_distance` of 0 lets everything pass."""

    mask: HorizonMask
    sun_distance: float

    def check(self, aim: Aim, facts: MountFacts, unix: float) -> None:
        """Raise TargetRefused, with the reason, unless the aim may be looked at."""
        altitude, azimuth = aim.horizontal(facts, unix)
        lowest = self.mask.altitude_at(azimuth)
        if altitude < lowest:
            raise TargetRefused(
                f"The target {aim.describe()} is at altitude {altitude:.1f} deg, azimuth {azimuth:.1f} deg; "
                f"below {lowest:.1f} deg nothing is pointed at there."
            )
        distance = self._sun_distance(facts.place, unix, altitude, azimuth)
        if distance < self.sun_distance:
            raise TargetRefused(
                f"The target {aim.describe()} is {distance:.1f} deg from the Sun, which is up; "
                f"{self.sun_distance:.1f} deg must be kept."
            )

    def path_warning(self, aim: Aim, facts: MountFacts, state: MountState) -> str | None:
        """Return what to say of the way there if it may lead past the Sun.

        Which way a mount goes is its own affair: this supposes that both axes begin together, at one speed.
        """
        there = aim.horizontal(facts, state.unix)
        path = _path((state.altitude_degrees, state.azimuth_degrees), there, facts)
        nearest = self._sun_distance(facts.place, state.unix, *path)
        if nearest >= self.sun_distance:
            return None
        return (
            f"The way there may lead within {nearest:.1f} deg of the Sun: see that the telescope is covered."
        )

    def _sun_distance(self, place: Place, unix: float, altitude: Any, azimuth: Any) -> float:
        """Return the least distance of some directions from the Sun; far away while it is down."""
        body = sun(place, unix)
        if body.altitude_degrees < _SUNRISE_DEGREES:
            return 180.0
        away = separation_degrees(azimuth, altitude, body.azimuth_degrees, body.altitude_degrees)
        return float(np.min(away))


def _path(here: tuple[float, float], there: tuple[float, float], facts: MountFacts) -> tuple[Any, Any]:
    """Return altitudes and azimuths on the way; `here` and `there` are altitude and azimuth."""
    if facts.is_alt_az:
        azimuths, altitudes = _both_axes(here[::-1], there[::-1])
        return altitudes, azimuths
    latitude = facts.place.latitude_degrees
    axes = _both_axes(to_equatorial(*here, latitude), to_equatorial(*there, latitude))
    return to_horizontal(*axes, latitude)


def _both_axes(first: tuple[float, float], last: tuple[float, float]) -> tuple[Any, Any]:
    """Return positions of a round axis, which goes the shorter way, and of one with ends."""
    around = (last[0] - first[0] + 180.0) % 360.0 - 180.0
    along = last[1] - first[1]
    gone = np.linspace(0.0, max(abs(around), abs(along)), _SAMPLES)
    return (
        first[0] + np.sign(around) * np.minimum(gone, abs(around)),
        first[1] + np.sign(along) * np.minimum(gone, abs(along)),
    )
