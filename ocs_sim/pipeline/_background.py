"""What the wings of stars have added to the background that was taken away."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

STEP = 4
WIDTHS_AROUND_STARS, LEAST_AROUND_STARS_PIXELS = 10.0, 8.0
FEWEST_PIXELS = 500


def residual_level(image: NDArray[np.float32], found: NDArray[Any]) -> float:
    """Return the median of an image, whose background was subtracted, away from its stars.

    One number for the whole image, from each 16th of its pixels: a mesh of medians is too bright wherever
    stars are, which apertures of many pixels feel. It is 0 where stars leave too little of the sky.
    """
    some = image[::STEP, ::STEP]
    sky = np.ones(some.shape, dtype=bool)
    reach = np.maximum(WIDTHS_AROUND_STARS * found["a"], LEAST_AROUND_STARS_PIXELS)
    low = np.floor(np.maximum(np.stack([found["y"] - reach, found["x"] - reach]), 0) / STEP).astype(int)
    high = np.ceil(np.stack([found["y"] + reach, found["x"] + reach]) / STEP).astype(int) + 1
    for top, left, bottom, right in zip(*low, *high, strict=True):
        sky[top:bottom, left:right] = False
    return float(np.median(some[sky])) if np.count_nonzero(sky) >= FEWEST_PIXELS else 0.0
