"""How large stars are in an image: the diameter that holds half of their light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sep

_DETECTION_SIGMAS = 5.0
_FEWEST_PIXELS = 9
# Stars out of focus are rings: what is split would look small.
_NO_DEBLENDING = 1.0
_MOST_STARS = 80
_BOX_PIXELS = 64
# A hot pixel has nearly all of its light in one place, which no star has.
_SPIKE = 0.6
# Detectors are not linear up to their last step.
_LINEAR = 0.95
_LARGEST_RADIUS_PIXELS = 60.0


@dataclass(frozen=True, slots=True)
class StarSizes:
    """How many stars were measured, the median diameter that holds half of a star's light, and the sky."""

    stars: int
    diameter_pixels: float | None
    sky: float
    noise: float


def measure_stars(image: Any, saturation: float | None = None) -> StarSizes:
    """Measure the stars in an image, shape (rows, columns), in its own pixels and units.

    Left out are stars with pixels near `saturation`, those that the border cuts, and hot pixels. None is
    measured where they cannot be told from each other.
    """
    data = np.ascontiguousarray(image, dtype=np.float32)
    background = sep.Background(data, bw=_BOX_PIXELS, bh=_BOX_PIXELS)
    sky, noise = float(background.globalback), float(background.globalrms)
    background.subfrom(data)
    found = _extract(data, max(noise, 1e-3))
    found = found[_is_whole(found, data.shape) & _is_unsaturated(found, sky, saturation) & _is_spread(found)]
    found = found[np.argsort(found["flux"])[::-1][:_MOST_STARS]]
    diameters = _half_flux_diameters(data, found)
    return StarSizes(len(diameters), float(np.median(diameters)) if len(diameters) else None, sky, noise)


def _extract(data: Any, noise: float) -> Any:
    sep.set_extract_pixstack(max(300_000, data.size // 4))
    how = {"err": noise, "minarea": _FEWEST_PIXELS, "deblend_cont": _NO_DEBLENDING}
    try:
        return sep.extract(data, _DETECTION_SIGMAS, **how)
    except Exception as fault:
        # sep raises plain Exception where so many stars overlap that its buffers are too small.
        if type(fault) is not Exception:
            raise
        return sep.extract(np.zeros((16, 16), np.float32), _DETECTION_SIGMAS, **how)


def _is_whole(found: Any, shape: tuple[int, ...]) -> Any:
    rows, columns = shape
    return (
        (found["xmin"] > 0) & (found["ymin"] > 0) & (found["xmax"] < columns - 1) & (found["ymax"] < rows - 1)
    )


def _is_unsaturated(found: Any, sky: float, saturation: float | None) -> Any:
    return (
        np.ones(len(found), dtype=bool) if saturation is None else found["peak"] + sky < _LINEAR * saturation
    )


def _is_spread(found: Any) -> Any:
    return found["peak"] < _SPIKE * found["flux"]


def _half_flux_diameters(data: Any, found: Any) -> Any:
    if not len(found):
        return np.array([])
    # The circle in which all light is looked for has to hold the ring of a star far out of focus.
    extents = np.maximum(found["xmax"] - found["xmin"], found["ymax"] - found["ymin"])
    radii = np.minimum(1.2 * extents + 4.0, _LARGEST_RADIUS_PIXELS)
    half, flags = sep.flux_radius(data, found["x"], found["y"], radii, 0.5, subpix=5)
    good = (flags & sep.APER_TRUNC == 0) & np.isfinite(half) & (half > 0)
    return 2.0 * half[good]
