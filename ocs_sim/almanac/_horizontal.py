"""Between hour angle and declination, and altitude and azimuth; azimuth is 0 in the north, 90 in the east."""

from __future__ import annotations

import erfa
import numpy as np

from ocs_sim.almanac._numbers import Number


def to_horizontal(
    hour_angle_degrees: Number, dec_degrees: Number, latitude_degrees: Number
) -> tuple[Number, Number]:
    """Return altitude and azimuth (0 to 360)."""
    azimuth, altitude = erfa.hd2ae(
        np.radians(hour_angle_degrees), np.radians(dec_degrees), np.radians(latitude_degrees)
    )
    return np.degrees(altitude), np.degrees(azimuth)


def to_equatorial(
    altitude_degrees: Number, azimuth_degrees: Number, latitude_degrees: Number
) -> tuple[Number, Number]:
    """Return hour angle (-180 to 180) and declination."""
    hour_angle, dec = erfa.ae2hd(
        np.radians(azimuth_degrees), np.radians(altitude_degrees), np.radians(latitude_degrees)
    )
    return np.degrees(hour_angle), np.degrees(dec)


def parallactic_angle_degrees(
    hour_angle_degrees: Number, dec_degrees: Number, latitude_degrees: Number
) -> Number:
    """Return the position angle of the zenith at a point of the sky, -180 to 180, positive in the west."""
    return np.degrees(
        erfa.hd2pa(np.radians(hour_angle_degrees), np.radians(dec_degrees), np.radians(latitude_degrees))
    )
