"""How bright a star is that gives one count a second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ocs_sim.pipeline._detections import Detections
from ocs_sim.pipeline._errors import NoZeroPoint
from ocs_sim.pipeline._solution import Solution

FEWEST_STARS = 3
SIGMA_PER_MAD = 1.4826


@dataclass(frozen=True)
class ZeroPoint:
    """The magnitude of a star that gives one count (the image's unit) a second, from so many stars.

    scatter: standard deviation of a single star, by the median absolute deviation, in magnitudes.
    """

    magnitude: float
    scatter: float
    stars: int

    def magnitude_of(self, counts: float, exposure_seconds: float) -> float:
        """Return the magnitude of a star with so many counts."""
        return float(self.magnitude - 2.5 * np.log10(counts / exposure_seconds))


def zero_point(detections: Detections, solution: Solution, *, exposure_seconds: float) -> ZeroPoint:
    """Return the median of catalogue magnitude + 2.5 log10(flux per second) of the clean stars.

    Magnitudes are the catalogue's (V), whatever the filter. Raises NoZeroPoint with fewer than three stars.
    """
    matched = detections[solution.detected]
    usable = matched.clean & (matched.flux > 0)
    if np.count_nonzero(usable) < FEWEST_STARS:
        raise NoZeroPoint(needed=FEWEST_STARS, found=int(np.count_nonzero(usable)))
    each = solution.stars.magnitude[usable] + 2.5 * np.log10(matched.flux[usable] / exposure_seconds)
    middle = float(np.median(each))
    scatter = SIGMA_PER_MAD * float(np.median(np.abs(each - middle)))
    return ZeroPoint(middle, scatter, len(each))
