"""Where stars have moved to."""

from __future__ import annotations

import numpy as np

from ocs_sim.sky._stars import Floats

J2000_UNIX = 946_727_935.816  # 2000-01-01 12:00 TT
JULIAN_YEAR_SECONDS = 365.25 * 86_400
MILLIARCSECONDS_PER_RADIAN = np.degrees(1.0) * 3_600_000


def years_since_j2000(unix: float) -> float:
    """Return Julian years from J2000.0 to a moment."""
    return (unix - J2000_UNIX) / JULIAN_YEAR_SECONDS


def moved(
    ra_degrees: Floats,
    dec_degrees: Floats,
    pm_ra_milliarcseconds: Floats,
    pm_dec_milliarcseconds: Floats,
    years: float | Floats,
) -> tuple[Floats, Floats]:
    """Return ICRS positions so many years later, with yearly motions (the one in RA times cos dec).

    The motion is a straight line in space without radial velocity and parallax: good to 1" for centuries.
    """
    ra, dec = np.radians(ra_degrees), np.radians(dec_degrees)
    east = pm_ra_milliarcseconds * (years / MILLIARCSECONDS_PER_RADIAN)
    north = pm_dec_milliarcseconds * (years / MILLIARCSECONDS_PER_RADIAN)
    out = np.cos(dec) - north * np.sin(dec)
    x = out * np.cos(ra) - east * np.sin(ra)
    y = out * np.sin(ra) + east * np.cos(ra)
    z = np.sin(dec) + north * np.cos(dec)
    return np.degrees(np.arctan2(y, x)) % 360.0, np.degrees(np.arctan2(z, np.hypot(x, y)))
