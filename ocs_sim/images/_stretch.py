"""From pixels to grey levels.

Source of asinh: R. H. Lupton et al., "Preparing red-green-blue images from CCD data", PASP 116 (2004), 133.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocs_sim.images._errors import UnknownStretch
from ocs_sim.images._limits import percentile, sample, zscale

_WHITE_PERCENT = (0.0, 99.8)
_HISTOGRAM_SAMPLES = 100_000
_HISTOGRAM_LEVELS = 1024
_STEPS = 65_536
_WHITE = 255

Curve = Callable[[NDArray[np.float32]], NDArray[Any]]


class Stretch(NamedTuple):
    """How an image is shown: `low` is black, `high` is white, and `curve` maps 0..1 to 0..1 between them."""

    low: float
    high: float
    curve: Curve


def _asinh(data: NDArray[Any]) -> Stretch:
    low, high = zscale(data)
    white = max(high, percentile(data, _WHITE_PERCENT)[1])
    # Linear in the noise of the sky, logarithmic in the stars above it.
    span = (white - low) / (high - low) if high > low else 1.0
    return Stretch(low, white, lambda x: np.arcsinh(x * np.float32(span)) / np.arcsinh(span))


def _linear(data: NDArray[Any]) -> Stretch:
    return Stretch(*zscale(data), lambda x: x)


def _percentile(data: NDArray[Any]) -> Stretch:
    return Stretch(*percentile(data), lambda x: x)


def _histogram(data: NDArray[Any]) -> Stretch:
    values = sample(data, _HISTOGRAM_SAMPLES)
    if values.size == 0:
        return Stretch(0.0, 0.0, lambda x: x)
    shares = np.linspace(0, 1, _HISTOGRAM_LEVELS)
    # A value that many pixels have gets the middle of their greys.
    levels, which = np.unique(np.quantile(values, shares), return_inverse=True)
    shares = np.bincount(which, shares) / np.bincount(which)
    low, high = float(levels[0]), float(levels[-1])
    return Stretch(low, high, lambda x: np.interp(low + x * (high - low), levels, shares))


STRETCHES: Mapping[str, Callable[[NDArray[Any]], Stretch]] = {
    "asinh": _asinh,
    "linear": _linear,
    "percentile": _percentile,
    "histogram": _histogram,
}


def stretch_for(data: NDArray[Any], name: str = "asinh") -> Stretch:
    """Return how to show an image; raises UnknownStretch.

    asinh: from zscale's black to the brightest 0.2 %, faint light raised; linear: zscale's limits;
    percentile: 0.5 to 99.5 % of the pixels; histogram: equally many pixels of each grey.
    """
    if name not in STRETCHES:
        raise UnknownStretch(name=name, known=", ".join(STRETCHES))
    return STRETCHES[name](data)


def stretched(data: NDArray[Any], stretch: str = "asinh") -> NDArray[np.float32]:
    """Return pixels as 0 (black) to 1 (white); NaN is black. Raises UnknownStretch."""
    chosen = stretch_for(data, stretch)
    return np.asarray(chosen.curve(_between(data, chosen)), dtype=np.float32)


def greys(data: NDArray[Any], stretch: Stretch) -> NDArray[np.uint8]:
    """Return pixels as 0 (black) to 255 (white), by a table, which is some times faster than `stretched`."""
    steps = np.linspace(0, 1, _STEPS, dtype=np.float32)
    table = np.round(stretch.curve(steps) * _WHITE).astype(np.uint8)
    position = _between(data, stretch)
    position *= np.float32(_STEPS - 1)
    return np.take(table, position.astype(np.uint16))


def _between(data: NDArray[Any], stretch: Stretch) -> NDArray[np.float32]:
    if not stretch.high > stretch.low:
        return np.zeros(data.shape, dtype=np.float32)
    scaled: NDArray[np.float32] = np.subtract(data, np.float32(stretch.low), dtype=np.float32)
    scaled *= np.float32(1 / (stretch.high - stretch.low))
    np.clip(scaled, 0, 1, out=scaled)
    if data.dtype.kind == "f":
        np.nan_to_num(scaled, copy=False, nan=0.0)
    return scaled
