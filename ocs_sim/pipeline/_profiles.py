"""How wide stars are."""

from __future__ import annotations

import numpy as np
import sep
from numpy.typing import NDArray

from ocs_sim.pipeline._detections import Floats

# Where the light of a star is sampled, in units of its half-light radius.
RING_EDGES = np.array([0.0, 0.5, 0.8, 1.1, 1.4])
RING_SQUARES = (RING_EDGES[1:] ** 2 + RING_EDGES[:-1] ** 2) / 2
PARABOLA = np.linalg.pinv(np.vander(RING_SQUARES, 3, increasing=True))
SMALLEST_RADIUS_PIXELS = 0.7
# A ring that cuts through pixels sees them as flat, which blurs once more: by the FWHM of a pixel, squared.
PIXEL_WIDTH_SQUARE = 8 * np.log(2.0) / 12
LARGEST_RADIUS_FACTOR = 6.0


def half_light_radii(image: NDArray[np.float32], x: Floats, y: Floats, widths: Floats) -> Floats:
    """Return the radii that hold half of each star's light, in pixels, from its second moments as a
    first guess."""
    with np.errstate(invalid="ignore"):
        radii, _ = sep.flux_radius(image, x, y, LARGEST_RADIUS_FACTOR * widths, 0.5, subpix=3)
    return np.asarray(radii, dtype=np.float64)


def full_widths_at_half_maximum(image: NDArray[np.float32], x: Floats, y: Floats, radii: Floats) -> Floats:
    """Return the FWHM of each star in pixels, nan where its profile has none.

    The logarithm of the mean brightness in rings is a straight line against the square of their radius for a
    Gaussian, and slightly bent for a Moffat profile: a parabola through it gives the peak, and where
    half is left.
    """
    units = np.maximum(radii, SMALLEST_RADIUS_PIXELS)
    inside = np.zeros((len(units), len(RING_EDGES)))
    for ring, edge in enumerate(RING_EDGES[1:], start=1):
        inside[:, ring] = sep.sum_circle(image, x, y, edge * units, subpix=0)[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        brightness = np.log(np.diff(inside, axis=1) / np.diff(RING_EDGES**2))
        _, slope, bend = PARABOLA @ brightness.T
        root = np.sqrt(slope**2 - 4 * bend * np.log(2.0))
        square = 2 * np.log(2.0) / (root - slope)
        width_square = 4 * units**2 * square - PIXEL_WIDTH_SQUARE
        return np.where(slope < 0, np.sqrt(width_square), np.nan)
