"""Stars on a canvas: stamps by the phase of a pixel, finer ones for the bright."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._psf import PHASES, Floats, Psf, moffat_core_pixels

Whole = NDArray[np.int64]

_BRIGHT_ELECTRONS = 30000.0  # so many make a sixteenth of a pixel matter
_MOST_BRIGHT = 1000
_CORE_ELECTRONS = 0.2  # in a pixel: so much of a star may be left out
_WING_ELECTRONS = 0.5  # in a pixel: below, a star's outskirts are lost in the noise
_WIDEST_WING_PIXELS = 900


@dataclass(frozen=True)
class StarField:
    """Stars on the unbinned sensor, brightest first: columns x, rows y of the whole frame, electrons."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    electrons: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.x)


def add_stars(canvas: Floats, stars: StarField, psf: Psf, first_row: int, first_column: int) -> None:
    """Add stars to a canvas whose first pixel is that of the sensor's `first_row` and `first_column`."""
    column, x_phase = _phases(stars.x - first_column)
    row, y_phase = _phases(stars.y - first_row)
    half, (rows, columns) = psf.half_pixels, canvas.shape
    near = (row >= -half) & (row < rows + half) & (column >= -half) & (column < columns + half)
    core, left_out = psf.core_stamps
    bright = stars.electrons > _BRIGHT_ELECTRONS
    bright[_MOST_BRIGHT:] = False
    faint = stars.electrons * left_out < _CORE_ELECTRONS
    electrons = stars.electrons.astype(np.float32)
    for table, chosen in ((psf.stamps, near & ~bright & ~faint), (core, near & faint & ~bright)):
        places = row[chosen], column[chosen], y_phase[chosen], x_phase[chosen]
        _add_stamps(canvas, table, places, electrons[chosen])
    for each in np.flatnonzero(near & bright).tolist():
        y, x = stars.y[each] - first_row, stars.x[each] - first_column
        stamp = psf.stamp(y - np.rint(y), x - np.rint(x)) * electrons[each]
        _add_cut(canvas, stamp, int(np.rint(y)) - half, int(np.rint(x)) - half)


def _add_stamps(canvas: Floats, table: Floats, places: tuple[Whole, ...], electrons: Floats) -> None:
    """Add stamps about rows and columns, of row and column phases, each times its electrons."""
    size = table.shape[2]
    half, (rows, columns) = size // 2, canvas.shape
    for row, column, y_phase, x_phase, flux in zip(
        *(each.tolist() for each in places), electrons, strict=True
    ):
        top, left = row - half, column - half
        stamp = table[y_phase, x_phase] * flux
        if top >= 0 and left >= 0 and top + size <= rows and left + size <= columns:
            canvas[top : top + size, left : left + size] += stamp
        else:
            _add_cut(canvas, stamp, top, left)


def _phases(position: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    cell = np.floor((position + 0.5) * PHASES).astype(np.int64)
    return cell // PHASES, cell % PHASES


def add_wings(
    canvas: Floats, stars: StarField, half: int, fwhm_pixels: float, beta: float, origin: tuple[int, int]
) -> None:
    """Add what of the brightest stars lies beyond their stamps: a Moffat profile goes on for ever."""
    core = moffat_core_pixels(fwhm_pixels, beta)
    peak = (beta - 1) / (np.pi * core**2)
    for each in np.flatnonzero(
        stars.electrons * peak * (half / core) ** (-2 * beta) > _WING_ELECTRONS
    ).tolist():
        y, x = stars.y[each] - origin[0], stars.x[each] - origin[1]
        flux = float(stars.electrons[each]) * peak
        reach = min(core * (flux / _WING_ELECTRONS) ** (1 / (2 * beta)), _WIDEST_WING_PIXELS)
        rows = slice(max(int(y - reach), 0), max(min(int(y + reach) + 2, canvas.shape[0]), 0))
        columns = slice(max(int(x - reach), 0), max(min(int(x + reach) + 2, canvas.shape[1]), 0))
        down = (np.arange(rows.start, rows.stop, dtype=np.float32) - np.float32(y)) / np.float32(core)
        across = (np.arange(columns.start, columns.stop, dtype=np.float32) - np.float32(x)) / np.float32(core)
        light = (1 + np.add.outer(down**2, across**2)) ** np.float32(-beta) * np.float32(flux)
        inner_rows = np.abs(np.arange(rows.start, rows.stop) - int(np.rint(y))) <= half
        inner_columns = np.abs(np.arange(columns.start, columns.stop) - int(np.rint(x))) <= half
        light[np.logical_and.outer(inner_rows, inner_columns)] = 0
        canvas[rows, columns] += light


def _add_cut(canvas: Floats, stamp: Floats, top: int, left: int) -> None:
    rows = slice(max(-top, 0), max(min(stamp.shape[0], canvas.shape[0] - top), 0))
    columns = slice(max(-left, 0), max(min(stamp.shape[1], canvas.shape[1] - left), 0))
    part = stamp[rows, columns]
    if part.size:
        top, left = top + rows.start, left + columns.start
        canvas[top : top + part.shape[0], left : left + part.shape[1]] += part
