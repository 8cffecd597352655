"""Which positions lie within a radius of another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocs_sim.sky._stars import Floats


def within(
    ra_degrees: Floats,
    dec_degrees: Floats,
    centre_ra_degrees: float,
    centre_dec_degrees: float,
    radius_degrees: float,
) -> NDArray[np.bool_]:
    """Return which positions are at most a radius away (haversine: right for small and large radii)."""
    if radius_degrees >= 180.0:
        return np.ones(np.shape(ra_degrees), dtype=bool)
    half_dec = np.radians(np.subtract(dec_degrees, centre_dec_degrees)) / 2
    half_ra = np.radians(np.subtract(ra_degrees, centre_ra_degrees)) / 2
    cosines = np.cos(np.radians(dec_degrees)) * np.cos(np.radians(centre_dec_degrees))
    haversine = np.sin(half_dec) ** 2 + cosines * np.sin(half_ra) ** 2
    inside: NDArray[np.bool_] = haversine <= np.sin(np.radians(radius_degrees) / 2) ** 2
    return inside
