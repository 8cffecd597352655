"""A telescope under a dome: where its beam leaves, and how much of it gets through the slit.

Vectors are (north, east, up) in metres from the middle of the dome's sphere; angles are degrees.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_BEAM_POINTS = 160


@dataclass(frozen=True)
class DomeGeometry:
    """A round dome with a straight slit, and the telescope in it."""

    radius_metres: float
    slit_half_width_metres: float
    slit_from_zenith_degrees: float  # how far past the zenith the slit goes
    aperture_metres: float
    latitude_degrees: float
    mount_north_metres: float = 0.0  # where the mount's axes cross
    mount_east_metres: float = 0.0
    mount_up_metres: float = 0.0
    arm_metres: float = 0.0  # from there to the middle of the tube, along the declination axis


class Aim(NamedTuple):
    """Where on the dome a beam's middle leaves it."""

    azimuth_degrees: float
    altitude_degrees: float


def required_azimuth(
    altitude_degrees: float,
    azimuth_degrees: float,
    hour_angle_degrees: float,
    pier_side: str,
    dome: DomeGeometry,
) -> Aim:
    """Return where the dome's slit has to be for a telescope that points there from a pier side.

    `pier_side` is "east" or "west", which only matters with an arm.
    """
    line = _direction(np.array(altitude_degrees), np.array(azimuth_degrees))
    origin = _origin(np.array(hour_angle_degrees), np.array(pier_side), dome)
    north, east, up = _pierced(origin, line, dome.radius_metres)
    azimuth = math.degrees(math.atan2(float(east), float(north))) % 360.0
    return Aim(azimuth % 360.0, math.degrees(math.asin(float(up) / dome.radius_metres)))


def clear_fraction(
    altitude_degrees: ArrayLike,
    azimuth_degrees: ArrayLike,
    hour_angle_degrees: ArrayLike,
    pier_side: Any,
    dome_azimuth_degrees: ArrayLike,
    opening: ArrayLike,
    dome: DomeGeometry,
) -> Floats:
    """Return the part of the beam, 0 to 1, that leaves the dome; all arguments broadcast.

    `opening` is how far the shutter is open, 0 to 1: it opens from the horizon upwards, over the zenith.
    """
    altitude, azimuth, hour_angle, side, slit, opened = np.broadcast_arrays(
        altitude_degrees, azimuth_degrees, hour_angle_degrees, pier_side, dome_azimuth_degrees, opening
    )
    line = _direction(altitude, azimuth)
    origin = _origin(hour_angle, side, dome)
    rays = np.expand_dims(origin, -1) + _across(line) * dome.aperture_metres / 2
    north, east, up = _pierced(rays, np.expand_dims(line, -1), dome.radius_metres)
    turned = np.radians(slit)[..., np.newaxis]
    forward = north * np.cos(turned) + east * np.sin(turned)
    sideways = east * np.cos(turned) - north * np.sin(turned)
    arc = np.degrees(np.arctan2(up, forward))
    top = opened[..., np.newaxis] * (90.0 + dome.slit_from_zenith_degrees)
    through = (np.abs(sideways) <= dome.slit_half_width_metres) & (arc >= 0.0) & (arc <= top)
    return np.asarray(through.mean(axis=-1))


def _direction(altitude: Floats, azimuth: Floats) -> Floats:
    up, around = np.radians(altitude), np.radians(azimuth)
    return np.array([np.cos(up) * np.cos(around), np.cos(up) * np.sin(around), np.sin(up) + 0.0 * around])


def _origin(hour_angle: Floats, pier_side: NDArray[Any], dome: DomeGeometry) -> Floats:
    """Return the middle of the tube: the arm is along the declination axis, on `east` to the east."""
    turn = np.radians(hour_angle - 90.0 + 180.0 * (pier_side == "west"))
    latitude = math.radians(dome.latitude_degrees)
    arm = dome.arm_metres
    return np.array(
        [
            dome.mount_north_metres - arm * np.cos(turn) * math.sin(latitude),
            dome.mount_east_metres - arm * np.sin(turn),
            dome.mount_up_metres + arm * np.cos(turn) * math.cos(latitude),
        ]
    )


def _across(line: Floats) -> Floats:
    """Return points spread evenly over a disc of radius 1 across a line of sight, shape (3, ..., points)."""
    number = np.arange(_BEAM_POINTS) + 0.5
    radius = np.sqrt(number / _BEAM_POINTS)
    angle = number * math.pi * (3.0 - math.sqrt(5.0))  # Vogel's sunflower, 1979
    # Across the line: one vector level with the ground, the other at a right angle to both.
    flat = np.hypot(line[0], line[1])
    level = np.where(
        flat > 1e-9, np.array([-line[1], line[0], 0.0 * flat]), _EAST.reshape(3, *[1] * flat.ndim)
    )
    level = level / np.linalg.norm(level, axis=0)
    other = np.cross(line, level, axis=0)
    return np.asarray(
        np.expand_dims(level, -1) * radius * np.cos(angle)
        + np.expand_dims(other, -1) * radius * np.sin(angle)
    )


_EAST = np.array([0.0, 1.0, 0.0])


def _pierced(origin: Floats, line: Floats, radius: float) -> Floats:
    """Return where rays leave a sphere from within."""
    along = (origin * line).sum(axis=0)
    inside = np.maximum(along**2 - (origin**2).sum(axis=0) + radius**2, 0.0)
    return np.asarray(origin + (np.sqrt(inside) - along) * line)
