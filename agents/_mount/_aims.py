"""What a mount can be pointed at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

from ocs_sim.agent import OperationFailed
from ocs_sim.almanac import (
    apparent_to_icrs,
    fk5_to_icrs,
    format_declination,
    format_right_ascension,
    galactic_to_icrs,
    hour_angle_degrees,
    icrs_to_apparent,
    offset_by,
    parse_angle,
    parse_declination,
    parse_right_ascension,
    separation_degrees,
    sidereal_time_hours,
    to_equatorial,
    to_horizontal,
)

from ._facts import MountFacts
from ._parameters import Frame
from ._state import MountState

_ARCSECONDS = 3600.0


class Aim(Protocol):
    """A direction that a mount is sent to. Angles are degrees."""

    @property
    def is_tracked(self) -> bool:
        """Whether the mount has to follow the sky to stay there."""
        ...

    def describe(self) -> str:
        """Return the direction as people write it."""
        ...

    def horizontal(self, facts: MountFacts, unix: float) -> tuple[float, float]:
        """Return altitude and azimuth at a moment, without refraction."""
        ...

    def icrs(self, facts: MountFacts, unix: float) -> tuple[float, float]:
        """Return ICRS right ascension and declination at a moment."""
        ...

    def begin(self, device: Any, facts: MountFacts, unix: float) -> None:
        """Start the slew."""
        ...

    def miss_degrees(self, facts: MountFacts, state: MountState) -> float:
        """Return how far from it the mount says it is."""
        ...


@dataclass(frozen=True, slots=True)
class SkyAim:
    """A place among the stars, in ICRS."""

    ra_degrees: float
    dec_degrees: float

    @property
    def is_tracked(self) -> bool:
        """True: the sky turns."""
        return True

    def describe(self) -> str:
        """Return `05:35:17.30 -05:23:28.0`."""
        return f"{format_right_ascension(self.ra_degrees)} {format_declination(self.dec_degrees)}"

    def horizontal(self, facts: MountFacts, unix: float) -> tuple[float, float]:
        """Return altitude and azimuth at a moment."""
        ra, dec = icrs_to_apparent(self.ra_degrees, self.dec_degrees, unix)
        hour_angle = hour_angle_degrees(facts.place, unix, ra)
        altitude, azimuth = to_horizontal(hour_angle, dec, facts.place.latitude_degrees)
        return float(altitude), float(azimuth)

    def icrs(self, facts: MountFacts, unix: float) -> tuple[float, float]:  # noqa: ARG002 - the same for all
        """Return what it is."""
        return self.ra_degrees, self.dec_degrees

    def begin(self, device: Any, facts: MountFacts, unix: float) -> None:
        """Start the slew; the mount must be tracking."""
        ra, dec = facts.to_device(self.ra_degrees, self.dec_degrees, unix)
        device.SlewToCoordinatesAsync(float(ra) / 15.0, float(dec))

    def miss_degrees(self, facts: MountFacts, state: MountState) -> float:
        """Return the distance in the sky."""
        ra, dec = facts.to_device(self.ra_degrees, self.dec_degrees, state.unix)
        return float(separation_degrees(ra, dec, state.ra_degrees, state.dec_degrees))


@dataclass(frozen=True, slots=True)
class GroundAim:
    """A direction that stays where it is while the sky turns."""

    altitude_degrees: float
    azimuth_degrees: float

    @property
    def is_tracked(self) -> bool:
        """False."""
        return False

    def describe(self) -> str:
        """Return `altitude 45.00 azimuth 120.00`."""
        return f"altitude {self.altitude_degrees:.2f} azimuth {self.azimuth_degrees:.2f}"

    def horizontal(self, facts: MountFacts, unix: float) -> tuple[float, float]:  # noqa: ARG002 - always the same
        """Return what it is."""
        return self.altitude_degrees, self.azimuth_degrees

    def icrs(self, facts: MountFacts, unix: float) -> tuple[float, float]:
        """Return what stands there at a moment."""
        hour_angle, dec = to_equatorial(
            self.altitude_degrees, self.azimuth_degrees, facts.place.latitude_degrees
        )
        ra = 15.0 * sidereal_time_hours(facts.place, unix) - hour_angle
        return apparent_to_icrs(ra, dec, unix)

    def begin(self, device: Any, facts: MountFacts, unix: float) -> None:
        """Start the slew; the mount must not be tracking, unless it only knows equatorial slews."""
        if facts.can_slew_alt_az:
            device.SlewToAltAzAsync(self.azimuth_degrees, self.altitude_degrees)
        else:
            SkyAim(*self.icrs(facts, unix)).begin(device, facts, unix)

    def miss_degrees(self, facts: MountFacts, state: MountState) -> float:  # noqa: ARG002 - needs no place
        """Return the distance between the directions."""
        return float(
            separation_degrees(
                self.azimuth_degrees, self.altitude_degrees, state.azimuth_degrees, state.altitude_degrees
            )
        )


def ground_aim(altitude: float | str, azimuth: float | str) -> GroundAim:
    """Return the direction that a client named."""
    return GroundAim(parse_angle(altitude), parse_angle(azimuth) % 360.0)


def sky_aim(ra: float | str, dec: float | str, frame: Frame, unix: float) -> SkyAim:
    """Return the place that a client named, in a frame, at a moment; raises OperationFailed."""
    dec_degrees = parse_declination(dec)
    if frame == "galactic":
        return SkyAim(*_floats(galactic_to_icrs(_galactic_longitude(ra), dec_degrees)))
    ra_degrees = parse_right_ascension(ra)
    if frame == "fk5":
        return SkyAim(*_floats(fk5_to_icrs(ra_degrees, dec_degrees, unix)))
    if frame == "apparent":
        return SkyAim(*_floats(apparent_to_icrs(ra_degrees, dec_degrees, unix)))
    return SkyAim(ra_degrees, dec_degrees)


def moved(here: tuple[float, float], north: float, east: float, ra: float, dec: float) -> SkyAim:
    """Return what is so many arcseconds away from a place in ICRS; raises OperationFailed beyond a pole."""
    at_ra, at_dec = here[0] + ra / _ARCSECONDS, here[1] + dec / _ARCSECONDS
    if not -90.0 <= at_dec <= 90.0:
        raise OperationFailed(f"That is declination {at_dec:.4f} deg, beyond the pole.")
    direction, distance = math.degrees(math.atan2(east, north)), math.hypot(north, east) / _ARCSECONDS
    return SkyAim(*_floats(offset_by(at_ra, at_dec, direction, distance)))


def _galactic_longitude(longitude: float | str) -> float:
    if isinstance(longitude, str) and "h" in longitude.lower():
        raise OperationFailed(f"A galactic longitude is in degrees, not in hours as {longitude!r}.")
    return parse_angle(longitude, what="galactic longitude")


def _floats(pair: tuple[Any, Any]) -> tuple[float, float]:
    return float(pair[0]), float(pair[1])
