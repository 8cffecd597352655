"""What is known of an image that was solved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy.wcs import WCS
from numpy.typing import NDArray

from ocs_sim.pipeline._tangent import Tangent
from ocs_sim.sky import Stars


@dataclass(frozen=True)
class Solution:
    """Where an image points: `matches` stars agree with its WCS (TAN, ICRS) within rms_arcseconds on the sky.

    offset_arcseconds: how far the middle of the image is from where the approximate WCS had it: dRA cos dec
    to the east, dDec to the north. rotation_degrees: the direction of the image's +y on the sky, from
    north to east. mirrored: with +y up and +x to the right, east is clockwise of north (the sky has it
    the other way). detected: indices of the matched detections; stars: what the catalogue has for each
    of these.
    """

    wcs: WCS
    matches: int
    rms_arcseconds: float
    offset_arcseconds: tuple[float, float]
    rotation_degrees: float
    scale_arcseconds: float
    mirrored: bool
    detected: NDArray[np.int64]
    stars: Stars

    @property
    def centre_degrees(self) -> tuple[float, float]:
        """ICRS right ascension and declination of the middle of the image."""
        ra, dec = self.wcs.wcs.crval
        return float(ra), float(dec)

    @property
    def distance_arcseconds(self) -> float:
        """How far the middle of the image is from where the approximate WCS had it."""
        return float(np.hypot(*self.offset_arcseconds))

    def off_arcseconds(self, ra_degrees: float, dec_degrees: float) -> tuple[float, float]:
        """Return how far to the east and to the north of a place the middle of the image is."""
        plane = Tangent(ra_degrees, dec_degrees).project(*self.wcs.wcs.crval)
        return float(plane[0]), float(plane[1])
