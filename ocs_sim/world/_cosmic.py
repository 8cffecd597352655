"""Cosmic rays: straight tracks of charge, some long, at random places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._psf_blur import deposit

_MEDIAN_ELECTRONS_PER_PIXEL = (
    900.0  # a minimum-ionising particle frees about 80 e- for each micrometre of silicon
)
_MEAN_LENGTH_PIXELS = 4.0
_LONGEST_PIXELS = 300.0


def cosmic_rays(expected: float, shape: tuple[int, int], numbers: np.random.Generator) -> list[CosmicRay]:
    """Return the tracks of a Poisson number of particles on a sensor of `shape`, unbinned."""
    return [_track(shape, numbers) for _ in range(int(numbers.poisson(expected)))]


class CosmicRay:
    """One track: where its charge lies, `electrons` [rows, columns] from `row`, `column` on."""

    def __init__(self, row: int, column: int, electrons: NDArray[np.float64]) -> None:
        self.row, self.column, self.electrons = row, column, electrons


def _track(shape: tuple[int, int], numbers: np.random.Generator) -> CosmicRay:
    length = min(numbers.exponential(_MEAN_LENGTH_PIXELS), _LONGEST_PIXELS)
    angle = numbers.uniform(0, 2 * np.pi)
    density = _MEDIAN_ELECTRONS_PER_PIXEL * numbers.lognormal(0, 0.6)
    along = np.arange(0, length + 0.5, 0.5)
    rows = numbers.uniform(0, shape[0]) + along * np.sin(angle)
    columns = numbers.uniform(0, shape[1]) + along * np.cos(angle)
    flux = density * 0.5 * numbers.lognormal(0, 0.3, along.size)
    row, column = int(np.floor(rows.min())), int(np.floor(columns.min()))
    size = int(rows.max()) - row + 2, int(columns.max()) - column + 2
    return CosmicRay(row, column, deposit(rows - row, columns - column, flux, size))
