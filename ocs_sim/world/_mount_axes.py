"""From the sky to a mount's two axes, and back.

A german mount has two ways to look at a point. On pier side `east` its axes stand at (hour angle,
declination); on `west`, through the pole, at (hour angle + 180, 180 - declination), or -180 - declination in
the south. So the hour axis stays within about 0 to 180 degrees, and the tube above the counterweight.
"""

from __future__ import annotations

import math
from typing import overload

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._mount_profile import MountProfile
from ocs_sim.world._timeline import Floats

Truths = NDArray[np.bool_]

_MERIDIAN_TOLERANCE_DEGREES = 1e-6
_RANGE_TOLERANCE_DEGREES = 1e-3


class MountAxes:
    """The geometry of one mount at one latitude: all angles in degrees."""

    def __init__(self, profile: MountProfile, latitude_degrees: float) -> None:
        """Take a profile's kind and limits."""
        self.german = profile.kind == "german"
        self.pole = 90.0 if latitude_degrees >= 0 else -90.0
        past = profile.past_meridian_degrees
        limit = profile.fork_hour_angle_limit_degrees
        self.hour_range = (-past, 180.0 + past) if self.german else (-limit, limit)
        self.dec_range = tuple(sorted((-self.pole, 3 * self.pole))) if self.german else (-90.0, 90.0)
        self.home = (90.0, self.pole) if self.german else (0.0, 0.0)

    def natural_side(self, hour_angle: float) -> str:
        """Return the pier side from which a point is looked at: `east` once it is past the meridian."""
        eastern = wrapped(hour_angle) < -_MERIDIAN_TOLERANCE_DEGREES
        return "west" if self.german and eastern else "east"

    def to_axes(self, hour_angle: float, dec: float, side: str) -> tuple[float, float]:
        """Return where the two axes stand to look at a point from a side."""
        if side == "east":
            return self._near_range(wrapped(hour_angle)), dec
        return self._near_range(wrapped(hour_angle) + 180.0), 2 * self.pole - dec

    def _near_range(self, hour_axis: float) -> float:
        low, high = self.hour_range
        middle = (low + high) / 2
        return middle + wrapped(hour_axis - middle)

    def in_range(self, hour_axis: Floats | float, dec_axis: Floats | float) -> Truths:
        """Return whether the axes can be at these angles."""
        (low, high), (lowest, highest) = self.hour_range, self.dec_range
        tolerance = _RANGE_TOLERANCE_DEGREES
        hour_good = (hour_axis >= low - tolerance) & (hour_axis <= high + tolerance)
        return np.asarray(hour_good & (dec_axis >= lowest - tolerance) & (dec_axis <= highest + tolerance))

    def through_pole(self, dec_axis: Floats | float) -> Truths:
        """Return whether the declination axis stands beyond the pole: pier side `west`."""
        return np.asarray(np.abs(wrapped(dec_axis)) > 90.0)

    def to_sky(self, hour_axis: Floats | float, dec_axis: Floats | float) -> tuple[Floats, Floats]:
        """Return hour angle (-180 to below 180) and declination of where the axes point."""
        dec = np.asarray(wrapped(dec_axis))
        through = np.abs(dec) > 90.0
        hour_angle = wrapped(np.asarray(hour_axis) + np.where(through, 180.0, 0.0))
        return hour_angle, np.where(through, np.copysign(180.0, dec) - dec, dec)

    def to_sky_at(self, hour_axis: float, dec_axis: float) -> tuple[float, float]:
        """Return the same for one place, without building arrays."""
        dec = wrapped(dec_axis)
        if abs(dec) <= 90.0:
            return wrapped(hour_axis), dec
        return wrapped(hour_axis + 180.0), math.copysign(180.0, dec) - dec


@overload
def wrapped(angle: float) -> float: ...
@overload
def wrapped(angle: Floats) -> Floats: ...
def wrapped(angle: Floats | float) -> Floats | float:
    """Return an angle as -180 to below 180 degrees."""
    return (angle + 180.0) % 360.0 - 180.0
