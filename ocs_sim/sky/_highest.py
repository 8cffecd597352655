"""Which star is worth pointing at now."""

from __future__ import annotations

import numpy as np

from ocs_sim.almanac import Place, icrs_to_apparent, sidereal_time_hours, to_horizontal
from ocs_sim.sky._bright import named_stars
from ocs_sim.sky._stars import Stars

# A star that is about to culminate would have a German mount change sides between two looks at it.
BEFORE_MERIDIAN_DEGREES, AFTER_MERIDIAN_DEGREES = 30.0, 3.0
# Close to the zenith a dome's slit and an alt-azimuth mount have to be fast.
HIGHEST_ALTITUDE_DEGREES = 86.0


def highest_named_star(
    place: Place, unix: float, *, brightest_magnitude: float = 2.5, faintest_magnitude: float = 5.0
) -> Stars:
    """Return the one star with a name, of these magnitudes, that stands highest and is easy to follow.

    Easy are those which have just passed the meridian or will not do so for two hours, and are not in the
    zenith. The position is ICRS at that moment.
    """
    stars = named_stars(unix)
    ra, dec = icrs_to_apparent(stars.ra_degrees, stars.dec_degrees, unix)
    hour_angle = (15.0 * sidereal_time_hours(place, unix) - ra + 180.0) % 360.0 - 180.0
    altitude, _ = to_horizontal(hour_angle, dec, place.latitude_degrees)
    suits = (stars.magnitude >= brightest_magnitude) & (stars.magnitude <= faintest_magnitude)
    suits &= (hour_angle < -BEFORE_MERIDIAN_DEGREES) | (hour_angle > AFTER_MERIDIAN_DEGREES)
    suits &= altitude < HIGHEST_ALTITUDE_DEGREES
    best = int(np.argmax(np.where(suits, altitude, -90.0)))
    return stars[best : best + 1]
