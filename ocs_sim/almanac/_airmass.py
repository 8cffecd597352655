"""Through how much air one looks."""

from __future__ import annotations

import numpy as np

from ocs_sim.almanac._numbers import Number


def airmass(altitude_degrees: Number) -> Number:
    """Return the airmass at an apparent altitude, 1 at the zenith; below the horizon it stays at 38.7.

    For altitudes without refraction, as the almanac gives them, it is 1 % too large at 10 degrees.

    Source: K. A. Pickering, "The Southern Limits of the Ancient Star Catalog", DIO 12 (2002), p. 20.
    """
    altitude = np.clip(altitude_degrees, 0.0, 90.0)
    return 1.0 / np.sin(np.radians(altitude + 244.0 / (165.0 + 47.0 * altitude**1.1)))
