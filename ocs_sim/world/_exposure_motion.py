"""How the sky moved over the detector while the shutter was open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._exposure_samples import Samples
from ocs_sim.world._optics_projection import PixelMap
from ocs_sim.world._psf import Floats
from ocs_sim.world._psf_blur import trail

Values = NDArray[np.float64]

_NO_MOTION_PIXELS = 0.02
_LONGEST_KERNEL_PIXELS = 16.0
_TURNED_PIXELS = 0.3
_TURNS_ASKED = 9


@dataclass(frozen=True)
class Motion:
    """The path of the field's centre, in pixels from its mean; the same for all stars if `together`."""

    x: Values
    y: Values
    mean_x: float
    mean_y: float
    together: bool

    @property
    def length_pixels(self) -> float:
        """How long the path is; infinite where it leaves the projection."""
        length = float(np.hypot(np.ptp(self.x), np.ptp(self.y)))
        return length if np.isfinite(length) else np.inf

    def kernel(self, weights: Values) -> Floats | None:
        """Return the path as a kernel that blurs a star's image; None where nothing moved."""
        if not self.together or max(np.abs(self.x).max(), np.abs(self.y).max()) < _NO_MOTION_PIXELS:
            return None
        return trail(self.y, self.x, weights)


def motion(samples: Samples, reference: PixelMap, weights: Values) -> Motion:
    """Return how stars moved, seen from `reference`, the map of the middle; weights add up to one."""
    at_x, at_y = reference.to_pixels(samples.ra_degrees, samples.dec_degrees)
    x, y = reference.centre[0] - at_x, reference.centre[1] - at_y
    near = bool(np.isfinite(x).all() and max(np.ptp(x), np.ptp(y)) < 2 * _LONGEST_KERNEL_PIXELS)
    if not near:
        return Motion(x, y, 0.0, 0.0, together=False)
    mean_x, mean_y = float(x @ weights), float(y @ weights)
    together = _turned_pixels(samples, reference, x, y) < _TURNED_PIXELS
    return Motion(x - mean_x, y - mean_y, mean_x, mean_y, together=together)


def _turned_pixels(samples: Samples, reference: PixelMap, x: Values, y: Values) -> float:
    """Return how far a star in the corner strays from the path of the centre."""
    corner = reference.to_sky(0.0, 0.0)
    asked = np.unique(np.linspace(0, len(x) - 1, _TURNS_ASKED).astype(int))
    strayed = [0.0]
    for index in asked.tolist():
        at_x, at_y = map_at(samples, reference, index).to_pixels(*corner)
        strayed.append(float(np.hypot(at_x - x[index], at_y - y[index])))
    return max(strayed)


def map_at(samples: Samples, reference: PixelMap, index: int) -> PixelMap:
    """Return where the sky fell on the sensor at one of the moments."""
    return replace(
        reference,
        ra_degrees=float(samples.ra_degrees[index]),
        dec_degrees=float(samples.dec_degrees[index]),
        angle_degrees=float(samples.angle_degrees[index]),
    )
