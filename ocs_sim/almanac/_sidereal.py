"""How far the sky has turned."""

from __future__ import annotations

import erfa
import numpy as np

from ocs_sim.almanac._numbers import Number
from ocs_sim.almanac._place import Place
from ocs_sim.almanac._scales import tt_julian, ut1_julian


def sidereal_time_hours(place: Place, unix: Number) -> Number:
    """Return the local apparent sidereal time, 0 to 24 hours (IAU 2006/2000A)."""
    greenwich = erfa.gst06a(*ut1_julian(unix), *tt_julian(unix))
    return np.degrees(erfa.anp(greenwich + np.radians(place.longitude_degrees))) / 15.0


def hour_angle_degrees(place: Place, unix: Number, apparent_ra_degrees: Number) -> Number:
    """Return how far west of the meridian an apparent right ascension is, -180 to 180 degrees."""
    turned = 15.0 * sidereal_time_hours(place, unix) - apparent_ra_degrees
    return np.degrees(erfa.anpm(np.radians(turned)))
