"""Where stars have moved to since J2000."""

from __future__ import annotations

import numpy as np

from ocs_sim.sky._stars import Floats

J2000_UNIX = 946_727_935.816  # 2000-01-01 12:00 TT
JULIAN_YEAR_SECONDS = 365.25 * 86_400
MILLIARCSECONDS_PER_RADIAN = np.degrees(1.0) * 3_600_000


def moved(
    ra_degrees: Floats,
    dec_degrees: Floats,
    pm_ra_milliarcseconds: Floats,
    pm_dec_milliarcseconds: Floats,
    unix: float,
) -> tuple[Floats, Floats]:
    """Return ICRS positions at a moment, from those of J2000.0 and yearly motions (in RA times cos dec).

    The motion is a straight line in space without radial velocity and parallax: good to 1" for centuries.
    """
    years = (unix - J2000_UNIX) / JULIAN_YEAR_SECONDS
    ra, dec = np.radians(ra_degrees), np.radians(dec_degrees)
    east = pm_ra_milliarcseconds * (years / MILLIARCSECONDS_PER_RADIAN)
    north = pm_dec_milliarcseconds * (years / MILLIARCSECONDS_PER_RADIAN)
    out = np.cos(dec) - north * np.sin(dec)
    x = out * np.cos(ra) - east * np.sin(ra)
    y = out * np.sin(ra) + east * np.cos(ra)
    z = np.sin(dec) + north * np.cos(dec)
    return np.degrees(np.arctan2(y, x)) % 360.0, np.degrees(np.arctan2(z, np.hypot(x, y)))
