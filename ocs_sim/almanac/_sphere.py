"""Distances and directions on the sphere."""

from __future__ import annotations

import erfa
import numpy as np

from ocs_sim.almanac._numbers import Number


def separation_degrees(
    longitude1: Number, latitude1: Number, longitude2: Number, latitude2: Number
) -> Number:
    """Return the distance of two points along the great circle."""
    return np.degrees(
        erfa.seps(*(np.radians(each) for each in (longitude1, latitude1, longitude2, latitude2)))
    )


def position_angle_degrees(
    longitude1: Number, latitude1: Number, longitude2: Number, latitude2: Number
) -> Number:
    """Return the direction in which the second point is seen from the first, north 0, east 90, below 360."""
    angle = erfa.pas(*(np.radians(each) for each in (longitude1, latitude1, longitude2, latitude2)))
    return np.degrees(erfa.anp(angle))


def offset_by(
    longitude: Number, latitude: Number, position_angle: Number, distance: Number
) -> tuple[Number, Number]:
    """Return longitude (0 to 360) and latitude of the point so far away in that direction."""
    longitude, latitude, angle, distance = (
        np.radians(each) for each in (longitude, latitude, position_angle, distance)
    )
    east = np.sin(distance) * np.sin(angle)
    north = np.sin(distance) * np.cos(angle)
    ahead = np.cos(distance)
    outward = ahead * np.cos(latitude) - north * np.sin(latitude)
    up = ahead * np.sin(latitude) + north * np.cos(latitude)
    turned = erfa.anp(longitude + np.arctan2(east, outward))
    return np.degrees(turned), np.degrees(np.arctan2(up, np.hypot(outward, east)))
