"""Stars that draw long trails, or turn about the field's centre: points along each path, then blurred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._exposure_samples import Samples
from ocs_sim.world._optics_projection import PixelMap
from ocs_sim.world._psf import Floats, Psf
from ocs_sim.world._psf_blur import deposit, fast_size

Values = NDArray[np.float64]

_MOST_MOMENTS = 3000
_MOST_POINTS = 4_000_000
_MOST_PARTS = 40  # of a step between two moments


@dataclass(frozen=True)
class Trails:
    """Points of light on the unbinned sensor: columns, rows and electrons."""

    x: Values
    y: Values
    electrons: Values


def trails(
    samples: Samples, reference: PixelMap, stars: tuple[Values, Values, Values], weights: Values, margin: int
) -> Trails:
    """Return the points that stars (right ascension, declination, electrons; brightest first) pass."""
    moments = _moments(samples, reference)
    ra, dec, electrons = (each[: max(_MOST_POINTS // len(moments), 1)] for each in stars)
    shares = np.interp(moments, np.arange(len(weights)), weights)
    shares /= max(shares.sum(), 1e-30)
    inside = reference.width + margin, reference.height + margin
    found = [Trails(np.empty(0), np.empty(0), np.empty(0))]
    before: tuple[Values, Values] | None = None
    for pointing, share in zip(_between(samples, moments), shares * weights.sum(), strict=True):
        x, y = _at(reference, *pointing).to_pixels(ra, dec)
        found.append(_laid(before or (x, y), (x, y), electrons * share, -margin, inside))
        before = x, y
    x, y, light = (
        np.concatenate([getattr(each, name) for each in found]) for name in ("x", "y", "electrons")
    )
    order = np.argsort(y, kind="stable")
    return Trails(x[order], y[order], light[order])


def _laid(
    before: tuple[Values, Values],
    now: tuple[Values, Values],
    electrons: Values,
    low: float,
    high: tuple[float, float],
) -> Trails:
    """Return the light of one step of all stars, along the straight lines from where they were."""
    x_step, y_step = now[0] - before[0], now[1] - before[1]
    longest = float(np.nanmax(np.hypot(x_step, y_step), initial=0.0))
    parts = int(np.clip(np.ceil(longest), 1, _MOST_PARTS))
    share = (np.arange(parts)[:, None] + 1.0) / parts
    x, y = before[0] + share * x_step, before[1] + share * y_step
    seen = (x > low) & (x < high[0]) & (y > low) & (y < high[1])
    return Trails(x[seen], y[seen], np.broadcast_to(electrons / parts, x.shape)[seen])


def _moments(samples: Samples, reference: PixelMap) -> Values:
    """Return fractions of sample indices, about a pixel of motion apart."""
    vectors = _vectors(samples.ra_degrees, samples.dec_degrees)
    moved = np.linalg.norm(np.diff(vectors, axis=0), axis=1).sum()
    moved += (
        np.radians(np.abs(_steps(samples.angle_degrees))).sum()
        * np.hypot(*reference.centre)
        * _scale(reference)
    )
    count = int(np.clip(moved / _scale(reference), len(samples.times), _MOST_MOMENTS))
    return np.linspace(0, len(samples.times) - 1, count)


def _between(samples: Samples, moments: Values) -> list[tuple[float, float, float]]:
    vectors = _vectors(samples.ra_degrees, samples.dec_degrees)
    index = np.arange(len(samples.times))
    x, y, z = (np.interp(moments, index, vectors[:, axis]) for axis in range(3))
    ra, dec = np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))
    angle = samples.angle_degrees[0] + np.concatenate([[0.0], np.cumsum(_steps(samples.angle_degrees))])
    return list(zip(ra.tolist(), dec.tolist(), np.interp(moments, index, angle).tolist(), strict=True))


def _at(reference: PixelMap, ra: float, dec: float, angle: float) -> PixelMap:
    scale, width, height = reference.arcseconds_per_pixel, reference.width, reference.height
    return PixelMap(ra, dec, angle, scale, width, height, reference.mirrored)


def _vectors(ra_degrees: Values, dec_degrees: Values) -> Values:
    ra, dec = np.radians(ra_degrees), np.radians(dec_degrees)
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)


def _steps(angle_degrees: Values) -> Values:
    return (np.diff(angle_degrees) + 180) % 360 - 180


def _scale(reference: PixelMap) -> float:
    return float(np.radians(reference.arcseconds_per_pixel / 3600))


def add_trails(canvas: Floats, drawn: Trails, psf: Psf, first_row: int, first_column: int) -> None:
    """Add trails to a canvas whose first pixel is that of the sensor's `first_row` and `first_column`."""
    half = psf.half_pixels
    low, high = np.searchsorted(drawn.y, [first_row - half, first_row + canvas.shape[0] + half])
    if low == high:
        return
    shape = canvas.shape[0] + 2 * half, canvas.shape[1] + 2 * half
    rows, columns = drawn.y[low:high] - first_row + half, drawn.x[low:high] - first_column + half
    points = deposit(rows, columns, drawn.electrons[low:high], shape).astype(np.float32)
    size = fast_size(shape[0] + 2 * half), fast_size(shape[1] + 2 * half)
    spectrum = np.fft.rfft2(points, size)
    spectrum *= np.fft.rfft2(psf.stamp(0.0, 0.0), size)
    light = np.fft.irfft2(spectrum, size)
    canvas += np.maximum(light[2 * half :, 2 * half :][: canvas.shape[0], : canvas.shape[1]], 0)
