"""How bright stars are."""

from __future__ import annotations

import numpy as np
import sep
from numpy.typing import NDArray

from ocs_sim.pipeline._detections import Flags, Floats

APERTURE_FACTOR, WHOLE_STAR_FACTOR = 1.5, 4.0
STARS_FOR_CORRECTION = 15


def photometry(
    image: NDArray[np.float32],
    x: Floats,
    y: Floats,
    fwhm_pixels: float,
    noise: float,
    unsaturated: Flags,
    electrons_per_adu: float | None,
) -> tuple[Floats, Floats, Flags]:
    """Return the whole flux of each star, its error, and whether the edge cuts its aperture.

    A small aperture has little noise of the sky. How much of a star is outside of it, bright stars say.
    """
    aperture = APERTURE_FACTOR * fwhm_pixels
    flux, error, flags = sep.sum_circle(image, x, y, aperture, err=noise, gain=electrons_per_adu, subpix=5)
    cut = (flags & sep.APER_TRUNC) != 0
    brightest = np.argsort(np.where(unsaturated & ~cut, -flux, 0.0))[:STARS_FOR_CORRECTION]
    correction = _correction(image, x[brightest], y[brightest], flux[brightest], fwhm_pixels)
    return flux * correction, error * correction, cut


def _correction(image: NDArray[np.float32], x: Floats, y: Floats, flux: Floats, fwhm: float) -> float:
    """Return how much more light stars have than their apertures hold; those with neighbours are outvoted."""
    whole, _, _ = sep.sum_circle(image, x, y, WHOLE_STAR_FACTOR * fwhm, subpix=5)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = whole / flux
    ratios = ratios[np.isfinite(ratios) & (ratios > 0.9) & (ratios < 1.5)]
    return float(np.median(ratios)) if len(ratios) else 1.0
