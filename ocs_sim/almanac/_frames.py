"""Between ICRS and the apparent place of date."""

from __future__ import annotations

import functools
from typing import Any

import erfa
import numpy as np

from ocs_sim.almanac._numbers import Number
from ocs_sim.almanac._scales import tt_julian


def icrs_to_apparent(ra_degrees: Number, dec_degrees: Number, unix: Number) -> tuple[Number, Number]:
    """Return apparent right ascension and declination: precession, nutation, aberration, light deflection.

    Seen from the Earth's centre (diurnal aberration, 0.3 arcsec at most, is left out), without refraction.
    """
    star_independent, equation_of_origins = _terms(unix)
    ra, dec = erfa.atciqz(np.radians(ra_degrees), np.radians(dec_degrees), star_independent)
    return np.degrees(erfa.anp(ra - equation_of_origins)), np.degrees(dec)


def apparent_to_icrs(ra_degrees: Number, dec_degrees: Number, unix: Number) -> tuple[Number, Number]:
    """Return ICRS right ascension and declination of an apparent place: the inverse of icrs_to_apparent."""
    star_independent, equation_of_origins = _terms(unix)
    intermediate_ra = erfa.anp(np.radians(ra_degrees) + equation_of_origins)
    ra, dec = erfa.aticq(intermediate_ra, np.radians(dec_degrees), star_independent)
    return np.degrees(ra), np.degrees(dec)


def _terms(unix: Number) -> Any:
    return _terms_of_moment(float(unix)) if np.ndim(unix) == 0 else erfa.apci13(*tt_julian(unix))


@functools.lru_cache(maxsize=16)
def _terms_of_moment(unix: float) -> Any:
    return erfa.apci13(*tt_julian(unix))
