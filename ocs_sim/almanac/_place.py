"""A place on Earth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Geodetic coordinates on the WGS84 ellipsoid; longitude is positive to the east."""

    latitude_degrees: float
    longitude_degrees: float
    elevation_metres: float = 0.0
