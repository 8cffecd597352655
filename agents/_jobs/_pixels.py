"""Where in the sky a point of an image is, by the image's own header.

Source: the tangent projection of the FITS standard (WCS paper II, section 5.1.3).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ocs_sim.errors import ObservatoryError

_NEEDED = ("NAXIS1", "NAXIS2", "CRVAL1", "CRVAL2", "CRPIX1", "CRPIX2", "CD1_1", "CD1_2", "CD2_1", "CD2_2")


class NoCoordinates(ObservatoryError):
    """The header of the image does not say where its pixels are: it has no {missing}."""


def sky_of_pixel(header: Mapping[str, Any], x_fraction: float, y_fraction: float) -> tuple[float, float]:
    """Return right ascension and declination, in degrees, of a point of an image.

    The point is given as fractions of width and height from the corner of the first pixel, which is at the
    bottom left. Raises NoCoordinates.
    """
    missing = [key for key in _NEEDED if not isinstance(header.get(key), int | float)]
    if missing:
        raise NoCoordinates(missing=", ".join(missing))
    value = {key: float(header[key]) for key in _NEEDED}
    x = x_fraction * value["NAXIS1"] + 0.5 - value["CRPIX1"]
    y = y_fraction * value["NAXIS2"] + 0.5 - value["CRPIX2"]
    xi = math.radians(value["CD1_1"] * x + value["CD1_2"] * y)
    eta = math.radians(value["CD2_1"] * x + value["CD2_2"] * y)
    dec = math.radians(value["CRVAL2"])
    along = math.cos(dec) - eta * math.sin(dec)
    ra = math.radians(value["CRVAL1"]) + math.atan2(xi, along)
    declination = math.atan2(math.sin(dec) + eta * math.cos(dec), math.hypot(xi, along))
    return math.degrees(ra) % 360.0, math.degrees(declination)
