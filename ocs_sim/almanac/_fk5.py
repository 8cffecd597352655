"""Between ICRS and FK5 of equinox J2000, which are 0.02 arcsec apart."""

from __future__ import annotations

import erfa
import numpy as np

from ocs_sim.almanac._numbers import Number
from ocs_sim.almanac._scales import tt_julian


def fk5_to_icrs(ra_degrees: Number, dec_degrees: Number, unix: Number) -> tuple[Number, Number]:
    """Return ICRS right ascension and declination of FK5 J2000 coordinates of a moment."""
    ra, dec = erfa.fk5hz(np.radians(ra_degrees), np.radians(dec_degrees), *tt_julian(unix))
    return np.degrees(ra), np.degrees(dec)
