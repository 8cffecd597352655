"""What an image is like, in a few numbers that do not take long."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

_MOST_PIXELS = 4_000_000
_WINDOW_PIXELS = 1_024
_SPREAD_OF_NORMAL = 1.4826


def describe_pixels(pixels: Any, most_adu: int | None) -> dict[str, float]:
    """Return median, mean, robust scatter, smallest, largest, and the fraction that is saturated.

    Of an image of shape (rows, columns); a large one is sampled evenly, but for smallest and largest.
    """
    step = max(1, math.ceil(math.sqrt(pixels.size / _MOST_PIXELS)))
    sample = pixels[::step, ::step]
    median = float(np.median(sample))
    full = math.inf if most_adu is None else most_adu
    return {
        "median": median,
        "mean": float(sample.mean()),
        "scatter": _SPREAD_OF_NORMAL * float(np.median(np.abs(sample - np.float32(median)))),
        "smallest": float(pixels.min()),
        "largest": float(pixels.max()),
        "saturated": float((sample >= full).mean()),
    }


def describe_stars(pixels: Any, most_adu: int | None) -> dict[str, float | int | None]:
    """Return how many stars there are in the middle of an image, and their FWHM in its pixels."""
    # It takes sep along, for which nobody who only checks a site file should wait.
    from ocs_sim.pipeline import PipelineError, extract_stars

    try:
        stars = extract_stars(central(pixels, _WINDOW_PIXELS), saturation=most_adu)
    except PipelineError:
        return {"stars": 0, "fwhm": None}
    clean = int(stars.clean.sum())
    fwhm = stars.median_fwhm_pixels if clean else math.nan
    return {"stars": clean, "fwhm": fwhm if math.isfinite(fwhm) else None}


def central(pixels: Any, size: int) -> Any:
    """Return the middle of an image, at most `size` rows and columns."""
    rows, columns = pixels.shape
    top, left = max((rows - size) // 2, 0), max((columns - size) // 2, 0)
    return pixels[top : top + size, left : left + size]
