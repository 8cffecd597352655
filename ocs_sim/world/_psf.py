"""How a point of light spreads over pixels: stamps of its image for every phase of a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PHASES = 8  # cells to a pixel


@dataclass(frozen=True)
class Psf:
    """A point's image, of unit flux, in cells of an eighth of a pixel.

    `cells` is square, odd, with the point in the middle of the middle cell; `half_pixels` is how far stamps
    reach from the pixel that holds the star.
    """

    cells: Floats
    half_pixels: int

    @cached_property
    def boxes(self) -> Floats:
        """The flux in a whole pixel that begins at each cell."""
        sums = np.zeros((self.cells.shape[0] + 1, self.cells.shape[1] + 1))
        np.cumsum(np.cumsum(self.cells, axis=0, dtype=float), axis=1, out=sums[1:, 1:])
        low, high = slice(None, -PHASES), slice(PHASES, None)
        return (sums[high, high] - sums[low, high] - sums[high, low] + sums[low, low]).astype(np.float32)

    @cached_property
    def stamps(self) -> Floats:
        """Stamps by sub-pixel phase: [row phase, column phase, row, column]."""
        size = 2 * self.half_pixels + 1
        table = np.empty((PHASES, PHASES, size, size), np.float32)
        for row in range(PHASES):
            for column in range(PHASES):
                table[row, column] = self._stamp_at(row, column)
        return table

    @cached_property
    def core_stamps(self) -> tuple[Floats, float]:
        """The middle ninth of the stamps, with all of their light, and the most left out in a pixel."""
        core = max(self.half_pixels // 3, 1)
        inner = slice(self.half_pixels - core, self.half_pixels + core + 1)
        outside = self._stamp_at(PHASES // 2, PHASES // 2).copy()
        outside[inner, inner] = 0
        kept = np.ascontiguousarray(self.stamps[:, :, inner, inner])
        kept *= self.stamps.sum(axis=(2, 3), keepdims=True) / kept.sum(axis=(2, 3), keepdims=True)
        return kept, float(outside.max())

    def _stamp_at(self, row_phase: int, column_phase: int) -> Floats:
        size = 2 * self.half_pixels + 1
        rows = slice(PHASES - row_phase, None, PHASES)
        columns = slice(PHASES - column_phase, None, PHASES)
        return self.boxes[rows, columns][:size, :size]

    def stamp(self, row_offset: float, column_offset: float) -> Floats:
        """Return the stamp of a star that lies -0.5..0.5 pixel from the middle of its pixel, interpolated."""
        row, row_part = _cell(row_offset)
        column, column_part = _cell(column_offset)
        upper, lower = 1 - row_part, row_part
        left, right = 1 - column_part, column_part
        stamp: Floats = (
            self._stamp_at(row, column) * np.float32(upper * left)
            + self._stamp_at(row, column + 1) * np.float32(upper * right)
            + self._stamp_at(row + 1, column) * np.float32(lower * left)
            + self._stamp_at(row + 1, column + 1) * np.float32(lower * right)
        )
        return stamp

    @cached_property
    def fwhm_pixels(self) -> float:
        """The diameter of the circle whose area is that above half of the peak."""
        above = np.count_nonzero(self.boxes >= self.boxes.max() / 2)
        return float(np.sqrt(above * 4 / np.pi) / PHASES)

    @cached_property
    def half_flux_diameter_pixels(self) -> float:
        """The diameter of the circle around the centre that holds half of the light."""
        radii = np.sqrt(_squares(self.cells.shape[0]))
        # A cell's light is shared by the whole radii around its own, so that the curve of growth is smooth.
        inner = radii.astype(np.int64)
        share = (radii - inner).ravel()
        light, rings = self.cells.ravel(), inner.ravel()
        by_radius = np.bincount(rings, light * (1 - share), rings.max() + 2)
        by_radius += np.bincount(rings + 1, light * share, rings.max() + 2)
        growth = np.cumsum(by_radius)
        radius = np.interp(growth[-1] / 2, growth, np.arange(len(growth)) + 0.5)
        return float(2 * radius / PHASES)


def _cell(offset: float) -> tuple[int, float]:
    position = (offset + 0.5) * PHASES - 0.5
    whole = int(np.floor(position))
    return whole, position - whole


def _squares(size: int) -> NDArray[np.float64]:
    axis = (np.arange(size) - size // 2).astype(float) ** 2
    squares: NDArray[np.float64] = np.add.outer(axis, axis)
    return squares


def moffat_psf(fwhm_pixels: float, beta: float, half_pixels: int) -> Psf:
    """Return a Moffat profile (Moffat 1969, A&A 3, 455) of unit flux over the whole plane."""
    core = moffat_core_pixels(fwhm_pixels, beta) * PHASES
    size = cells_for(half_pixels)
    squares = _squares(size).astype(np.float32)
    squares *= np.float32(1 / core**2)
    squares += 1
    peak = (beta - 1) / (np.pi * core**2)
    return Psf(np.power(squares, np.float32(-beta)) * np.float32(peak), half_pixels)


def moffat_core_pixels(fwhm_pixels: float, beta: float) -> float:
    """Return the profile's radius alpha: FWHM = 2 alpha sqrt(2^(1/beta) - 1)."""
    return float(fwhm_pixels / (2 * np.sqrt(2 ** (1 / beta) - 1)))


def cells_for(half_pixels: int) -> int:
    """Return how many cells on a side stamps of this reach are cut from."""
    return 2 * PHASES * (half_pixels + 1) + 1
