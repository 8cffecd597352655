"""The sky of the simulator: real stars as far as the eye sees, invented ones below."""

from __future__ import annotations

import numpy as np

from ocs_sim.sky._bright import bright_stars
from ocs_sim.sky._cone import within
from ocs_sim.sky._faint import faint_stars_near
from ocs_sim.sky._stars import Stars, together

# Nothing is invented so close to where a real star was at J2000, in degrees.
KEEP_CLEAR_DEGREES = 30 / 3600


class SyntheticSky:
    """Real stars brighter than V = 6 (and all with names), and invented ones below. The same for everybody.

    The invented stars follow realistic counts (log N = 0.34 m, more towards the Milky Way, about 1.0 per
    square degree brighter than V = 8 over the whole sky), but none of them exists: this catalogue serves for
    simulated images and for solving these, not for the real sky.
    """

    def stars_near(
        self,
        ra_degrees: float,
        dec_degrees: float,
        radius_degrees: float,
        faintest_magnitude: float,
        *,
        unix: float | None = None,
    ) -> Stars:
        """Return the stars within a radius of an ICRS position, brightest first; see Catalogue."""
        real = bright_stars().near(ra_degrees, dec_degrees, radius_degrees, unix)
        invented = faint_stars_near(ra_degrees, dec_degrees, radius_degrees, faintest_magnitude)
        invented = invented[
            within(invented.ra_degrees, invented.dec_degrees, ra_degrees, dec_degrees, radius_degrees)
        ]
        invented = _away_from_real_ones(invented, ra_degrees, dec_degrees, radius_degrees)
        return together([real[real.magnitude <= faintest_magnitude], invented]).brightest_first()


def _away_from_real_ones(
    invented: Stars, ra_degrees: float, dec_degrees: float, radius_degrees: float
) -> Stars:
    real = bright_stars().near(ra_degrees, dec_degrees, radius_degrees + KEEP_CLEAR_DEGREES, None)
    by_dec = np.argsort(invented.dec_degrees)
    reach = np.array([[-KEEP_CLEAR_DEGREES], [KEEP_CLEAR_DEGREES]])
    first, last = np.searchsorted(invented.dec_degrees[by_dec], real.dec_degrees + reach)
    clear = np.ones(len(invented), dtype=bool)
    for star in np.flatnonzero(last > first):
        some = by_dec[first[star] : last[star]]
        place = (real.ra_degrees[star], real.dec_degrees[star])
        clear[some] &= ~within(
            invented.ra_degrees[some], invented.dec_degrees[some], *place, KEEP_CLEAR_DEGREES
        )
    return invented if clear.all() else invented[clear]
