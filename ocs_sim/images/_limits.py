"""Between which values an image is shown.

Source of zscale: the display task of IRAF (`zscale` in pkg/images/tv/display).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_SAMPLES = 10_000
_FEW = 5
_CONTRAST = 0.25
_REJECT_SIGMAS = 2.5
_ROUNDS = 5
_PERCENT = (0.5, 99.5)


def sample(data: NDArray[Any], count: int = _SAMPLES) -> NDArray[np.float64]:
    """Return about `count` finite pixels, spread over the image, in growing order."""
    # An odd stride meets odd and even rows and columns alike, which detectors may tell apart.
    stride = int((data.size / count) ** 0.5) | 1
    some = np.asarray(data[stride // 2 :: stride, stride // 2 :: stride], dtype=np.float64).ravel()
    return np.sort(some[np.isfinite(some)])


def zscale(data: NDArray[Any], contrast: float = _CONTRAST) -> tuple[float, float]:
    """Return zscale's limits: around the median, by the slope of the sorted pixels without the stars."""
    values = sample(data)
    if values.size < _FEW:
        return (float(values[0]), float(values[-1])) if values.size else (0.0, 0.0)
    slope, kept = _slope(values)
    lowest, highest = float(values[0]), float(values[-1])
    # An image without noise, most pixels of which are equal, has no slope: all that it has is shown.
    if kept < values.size // 2 or not slope:
        return lowest, highest
    middle, median = (values.size - 1) // 2, float(np.median(values))
    low = median - (middle - 1) * slope / contrast
    high = median + (values.size - middle) * slope / contrast
    return max(low, lowest), min(high, highest)


def _slope(values: NDArray[np.float64]) -> tuple[float, int]:
    """Return the slope of a line through the sorted values, outliers rejected, and how many were kept."""
    x = np.arange(values.size, dtype=np.float64)
    good = np.ones(values.size, dtype=bool)
    slope = 0.0
    for _ in range(_ROUNDS):
        offsets, heights = x[good] - x[good].mean(), values[good] - values[good].mean()
        slope = float(offsets @ heights / (offsets @ offsets))
        residuals = values - values[good].mean() - slope * (x - x[good].mean())
        now = np.abs(residuals) <= _REJECT_SIGMAS * residuals[good].std()
        if now.sum() < _FEW or (now == good).all():
            break
        good = now
    return slope, int(good.sum())


def percentile(data: NDArray[Any], percent: tuple[float, float] = _PERCENT) -> tuple[float, float]:
    """Return the values below which these shares of the pixels are."""
    values = sample(data)
    low, high = np.percentile(values, percent).tolist() if values.size else (0.0, 0.0)
    return low, high
