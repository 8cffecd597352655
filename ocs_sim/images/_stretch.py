"""From pixels to grey levels.

Source of zscale: the display task of IRAF; of asinh: R. H. Lupton et al., "Preparing red-green-blue images
from CCD data", PASP 116 (2004), 133.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocs_sim.images._errors import UnknownStretch

Pixels = NDArray[Any]
_SAMPLES = 10_000
_CONTRAST = 0.25
_REJECT_SIGMAS = 2.5
_FIT_ROUNDS = 5
_SOFTENING = 0.1
_PERCENT = (0.5, 99.5)
_LEVELS = 4096


def sample(data: Pixels, count: int = _SAMPLES) -> NDArray[np.float64]:
    """Return about `count` finite pixels, spread over the image, in growing order."""
    stride = max(1, int((data.size / count) ** 0.5))
    # An odd stride in y meets both parities of rows and columns, which detectors tell apart.
    some = np.asarray(data[stride // 2 :: stride, stride // 2 :: stride], dtype=np.float64).ravel()
    return np.sort(some[np.isfinite(some)])


def zscale(data: Pixels, contrast: float = _CONTRAST) -> tuple[float, float]:
    """Return the limits of IRAF's zscale: a line fitted to the sorted pixels, without the stars."""
    values = sample(data)
    if values.size == 0:
        return 0.0, 1.0
    if values.size < 5:
        return float(values[0]), float(values[-1])
    slope, kept = _fitted_slope(values)
    middle = (values.size - 1) // 2
    median = float(np.median(values))
    if kept < values.size // 2:
        return float(values[0]), float(values[-1])
    low = median - (middle - 1) * slope / contrast
    high = median + (values.size - middle) * slope / contrast
    return max(low, float(values[0])), min(high, float(values[-1]))


def _fitted_slope(values: NDArray[np.float64]) -> tuple[float, int]:
    """Return the slope of a line through the sorted values, outliers rejected, and how many were kept."""
    x = np.arange(values.size, dtype=np.float64)
    good = np.ones(values.size, dtype=bool)
    slope = 0.0
    for _ in range(_FIT_ROUNDS):
        if good.sum() < 2:
            break
        slope, intercept = np.polyfit(x[good], values[good], 1)
        residuals = values - (slope * x + intercept)
        scatter = residuals[good].std()
        now = np.abs(residuals) <= _REJECT_SIGMAS * scatter if scatter > 0 else good
        if now.sum() == good.sum():
            break
        good = now
    return float(slope), int(good.sum())


def percentile(data: Pixels, percent: tuple[float, float] = _PERCENT) -> tuple[float, float]:
    """Return the values below which these shares of the pixels are."""
    values = sample(data)
    return tuple(np.percentile(values, percent).tolist()) if values.size else (0.0, 1.0)


def _linear(data: Pixels) -> NDArray[np.float32]:
    return _between(data, *zscale(data))


def _percentile(data: Pixels) -> NDArray[np.float32]:
    return _between(data, *percentile(data))


def _asinh(data: Pixels) -> NDArray[np.float32]:
    scaled = _between(data, *zscale(data))
    return np.asarray(np.arcsinh(scaled / _SOFTENING) / np.arcsinh(1 / _SOFTENING), dtype=np.float32)


def _histogram(data: Pixels) -> NDArray[np.float32]:
    values = sample(data, 10 * _SAMPLES)
    if values.size == 0 or values[0] == values[-1]:
        return _between(data, 0.0, 0.0)
    shares = np.linspace(0, 1, min(_LEVELS, values.size))
    levels = np.quantile(values, shares)
    greys = np.interp(np.nan_to_num(data, nan=levels[0]), levels, shares)
    return np.asarray(greys, dtype=np.float32)


def _between(data: Pixels, low: float, high: float) -> NDArray[np.float32]:
    if not high > low:
        return np.zeros(data.shape, dtype=np.float32)
    scaled = (np.asarray(data, dtype=np.float32) - np.float32(low)) * np.float32(1 / (high - low))
    np.clip(scaled, 0, 1, out=scaled)
    scaled[np.isnan(scaled)] = 0.0
    return scaled


STRETCHES: Mapping[str, Callable[[Pixels], NDArray[np.float32]]] = {
    "asinh": _asinh,
    "linear": _linear,
    "percentile": _percentile,
    "histogram": _histogram,
}


def stretched(data: Pixels, stretch: str = "asinh") -> NDArray[np.float32]:
    """Return pixels as 0 (black) to 1 (white); NaN is black. Raises UnknownStretch.

    asinh: zscale limits, faint light raised; linear: zscale limits; percentile: 0.5 to 99.5 % of the pixels;
    histogram: as many pixels of each grey.
    """
    if stretch not in STRETCHES:
        raise UnknownStretch(name=stretch, known=", ".join(STRETCHES))
    return STRETCHES[stretch](data)
