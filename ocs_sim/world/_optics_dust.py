"""Shadows on the way to the detector: vignetting, and specks of dust on its window and on the filters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ocs_sim.world._noise import stream
from ocs_sim.world._psf import Floats

_WINDOW, _DUST = -1, 6


@dataclass(frozen=True)
class Shadow:
    """A speck out of focus: a ring, as the pupil is, of pixels which see less light."""

    x: float
    y: float
    radius: float
    hole: float
    depth: float


def shadows(seed: int, slot: int, count: int, width: int, height: int) -> list[Shadow]:
    """Return the specks in the light through filter `slot`: half of them are the window's."""
    return _specks(seed, _WINDOW, count - count // 2, width, height) + _specks(
        seed, slot, count // 2, width, height
    )


def _specks(seed: int, surface: int, count: int, width: int, height: int) -> list[Shadow]:
    numbers = stream(seed, _DUST, surface + 2)
    size = min(width, height)
    return [
        Shadow(
            x=numbers.uniform(0, width),
            y=numbers.uniform(0, height),
            radius=size * numbers.uniform(0.008, 0.03) * (1 if surface == _WINDOW else 1.8),
            hole=numbers.uniform(0.3, 0.45),
            depth=numbers.uniform(0.01, 0.05),
        )
        for _ in range(count)
    ]


def vignetting(fraction: float, rows: slice, width: int, height: int) -> Floats:
    """Return the light that arrives relative to the mean: corners lose `fraction`, growing as radius squared.

    Relative to the mean, so that a zero point holds for an image divided by a flat of mean 1.
    """
    corner = (width / 2) ** 2 + (height / 2) ** 2
    down = (np.arange(rows.start, rows.stop, dtype=np.float32) - (height - 1) / 2) ** 2
    across = (np.arange(width, dtype=np.float32) - (width - 1) / 2) ** 2
    lost: Floats = np.add.outer(down, across).astype(np.float32)
    lost *= np.float32(-fraction / corner)
    lost += 1
    lost /= np.float32(1 - fraction / 3)
    return lost


def darken(light: Floats, specks: list[Shadow], first_row: int) -> None:
    """Take away from `light`, rows from `first_row` on, what the specks hold back."""
    for speck in specks:
        top, bottom = _cut(speck.y - first_row, speck.radius, light.shape[0])
        left, right = _cut(speck.x, speck.radius, light.shape[1])
        if top < bottom and left < right:
            rows = (np.arange(top, bottom) + first_row - speck.y) ** 2
            radius = np.sqrt(np.add.outer(rows, (np.arange(left, right) - speck.x) ** 2))
            edge = (
                np.clip(speck.radius - radius, 0, 2)
                / 2
                * np.clip(radius - speck.radius * speck.hole, 0, 2)
                / 2
            )
            light[top:bottom, left:right] *= (1 - speck.depth * edge).astype(np.float32)


def _cut(middle: float, radius: float, size: int) -> tuple[int, int]:
    return max(int(middle - radius), 0), min(int(middle + radius) + 2, size)
