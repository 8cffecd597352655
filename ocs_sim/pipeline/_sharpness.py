"""Tells stars from hot pixels and cosmic rays, which know nothing of seeing."""

from __future__ import annotations

import numpy as np
import sep
from numpy.typing import NDArray

from ocs_sim.pipeline._detections import Flags, Floats

# No optics puts half of a star's light into one pixel; a hot pixel has nearly all of its own.
SPIKE_FRACTION = 0.5
SPIKE_RADIUS_PIXELS = 3.0
SHARPEST_STAR_PIXELS = 1.4
SHARPER_THAN_STARS = 0.6
LONGEST_STAR = 2.0
USUAL_FWHM_PIXELS = 3.0


def sharp(image: NDArray[np.float32], x: Floats, y: Floats, peak: Floats, fwhm: Floats) -> Flags:
    """Return which are sharper than light through any optics."""
    around, _, _ = sep.sum_circle(image, x, y, SPIKE_RADIUS_PIXELS, subpix=5)
    return np.asarray((peak > SPIKE_FRACTION * around) | (fwhm < SHARPEST_STAR_PIXELS))


def typical_fwhm(fwhm: Floats, brightness: Floats, starlike: Flags) -> float:
    """Return the FWHM of the stars of an image: the median of the brighter half of what looks like one."""
    usable = np.flatnonzero(starlike & np.isfinite(fwhm))
    if not len(usable):
        return USUAL_FWHM_PIXELS
    brighter = usable[np.argsort(-brightness[usable])][: (len(usable) + 1) // 2]
    return float(np.clip(np.median(fwhm[brighter]), 1.0, 100.0))
