"""Between ICRS and galactic coordinates."""

from __future__ import annotations

import erfa
import numpy as np

from ocs_sim.almanac._numbers import Number


def icrs_to_galactic(ra_degrees: Number, dec_degrees: Number) -> tuple[Number, Number]:
    """Return galactic longitude and latitude (as the Hipparcos catalogue defines them)."""
    longitude, latitude = erfa.icrs2g(np.radians(ra_degrees), np.radians(dec_degrees))
    return np.degrees(longitude), np.degrees(latitude)


def galactic_to_icrs(longitude_degrees: Number, latitude_degrees: Number) -> tuple[Number, Number]:
    """Return ICRS right ascension and declination of galactic coordinates."""
    ra, dec = erfa.g2icrs(np.radians(longitude_degrees), np.radians(latitude_degrees))
    return np.degrees(ra), np.degrees(dec)
