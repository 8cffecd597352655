"""The sky's frame for many moments at once, cheaply.

Precession, nutation and aberration are worked out once for each block of five minutes, in which they change
by less than 0.001 arcsec; the Earth turns at its mean rate meanwhile. The blocks are fixed, so that what
holds at a moment does not depend on what it is asked together with.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ocs_sim.almanac import Place, apparent_to_icrs, sidereal_time_hours
from ocs_sim.world._timeline import Floats
from ocs_sim.world._tracking import SIDEREAL_DEGREES_PER_SECOND

_BLOCK_SECONDS = 300.0


def sidereal_degrees(place: Place, times: Floats | float) -> Floats:
    """Return the local apparent sidereal time as an angle, 0 to below 360."""
    at = np.asarray(times, dtype=float)
    blocks = _blocks(at)
    known = {block: _sidereal_of_block(place, block) for block in np.unique(blocks).tolist()}
    begun = np.array([known[block] for block in blocks.ravel().tolist()]).reshape(at.shape)
    return np.asarray((begun + (at - blocks) * SIDEREAL_DEGREES_PER_SECOND) % 360.0)


def sidereal_degrees_at(place: Place, unix: float) -> float:
    """Return the same at one moment, without building arrays."""
    block = round(unix / _BLOCK_SECONDS) * _BLOCK_SECONDS
    return (_sidereal_of_block(place, block) + (unix - block) * SIDEREAL_DEGREES_PER_SECOND) % 360.0


def to_icrs(ra_degrees: Floats, dec_degrees: Floats, times: Floats) -> tuple[Floats, Floats]:
    """Return ICRS right ascension and declination of apparent places, each at its moment; shapes alike."""
    blocks = _blocks(np.asarray(times, dtype=float))
    ra, dec = np.empty(blocks.shape), np.empty(blocks.shape)
    for block in np.unique(blocks).tolist():
        chosen = blocks == block
        ra[chosen], dec[chosen] = apparent_to_icrs(ra_degrees[chosen], dec_degrees[chosen], block)
    return ra, dec


def _blocks(times: Floats) -> Floats:
    return np.asarray(np.round(times / _BLOCK_SECONDS) * _BLOCK_SECONDS)


@lru_cache(maxsize=4096)
def _sidereal_of_block(place: Place, block: float) -> float:
    return 15.0 * float(sidereal_time_hours(place, block))
