"""The invented faint stars: the same ones for everybody, wherever and whenever they are asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ocs_sim.almanac import icrs_to_galactic
from ocs_sim.sky._counts import colour_of_quantile, cumulative_density, latitude_factor, magnitude_of_density
from ocs_sim.sky._grid import Cell, EqualAreaGrid
from ocs_sim.sky._stars import Floats, Stars, together

SKY_SEED = 0x5EED_0F_57A25
DRAWS_PER_STAR = 4


@dataclass(frozen=True)
class Layer:
    """The stars between two magnitudes, in cells which are large where stars are few.

    Within a cell the stars come in the order of brightness, each from the next four numbers of the cell's own
    random stream. So a cell is only drawn as deep as it is asked for, and a deeper look finds the same
    stars and fainter ones.
    """

    number: int
    brightest_magnitude: float
    faintest_magnitude: float
    grid: EqualAreaGrid

    def stars_near(
        self, ra_degrees: float, dec_degrees: float, radius_degrees: float, faintest_magnitude: float
    ) -> list[Stars]:
        """Return the stars of all cells around a position: also some that are farther than the radius."""
        faintest = min(faintest_magnitude, self.faintest_magnitude)
        if faintest <= self.brightest_magnitude:
            return []
        cells = self.grid.cells_near(ra_degrees, dec_degrees, radius_degrees)
        return [self._stars_of_cell(cell, faintest) for cell in cells]

    def _stars_of_cell(self, cell: Cell, faintest_magnitude: float) -> Stars:
        area = self.grid.cell_square_degrees * _density_of_cell(cell)
        first, last = (
            cumulative_density(magnitude) * area
            for magnitude in (self.brightest_magnitude, faintest_magnitude)
        )
        counts, uniforms = _arrivals(self.number, cell.number, last - first)
        ra = cell.west_degrees + cell.width_degrees * uniforms[:, 1]
        sine = cell.south_sine + (cell.north_sine - cell.south_sine) * uniforms[:, 2]
        return Stars(
            ra,
            np.degrees(np.arcsin(sine)),
            magnitude_of_density((first + counts) / area),
            colour_of_quantile(uniforms[:, 3]),
        )


def _density_of_cell(cell: Cell) -> float:
    ra = cell.west_degrees + cell.width_degrees / 2
    dec = float(np.degrees(np.arcsin((cell.south_sine + cell.north_sine) / 2)))
    _, latitude = icrs_to_galactic(ra, dec)
    return float(latitude_factor(np.sin(np.radians(latitude))))


def _arrivals(layer: int, cell: int, until: float) -> tuple[Floats, Floats]:
    """Return when the stars of a Poisson process of rate 1 come, and four uniform numbers of each."""
    number = int(until + 6 * np.sqrt(until) + 8)
    while True:
        uniforms = _uniforms(layer, cell, number)
        counts: Floats = np.cumsum(-np.log1p(-uniforms[:, 0]))
        if counts[-1] >= until:
            seen = int(np.searchsorted(counts, until))
            return counts[:seen], uniforms[:seen]
        number *= 2


def _uniforms(layer: int, cell: int, number: int) -> Floats:
    """Return the first numbers of a cell's stream, in [0, 1).

    They are made of Philox's raw output, which numpy promises to keep: the sky must not change with it.
    """
    stream = np.random.Philox(key=np.array([SKY_SEED, (layer << 40) | cell], dtype=np.uint64))
    raw = np.asarray(stream.random_raw(number * DRAWS_PER_STAR))
    uniforms: Floats = np.multiply(raw >> np.uint64(11), 2.0**-53, dtype=np.float64)
    return uniforms.reshape(number, DRAWS_PER_STAR)


BRIGHTEST_INVENTED_MAGNITUDE = 6.0
LAYERS = (
    Layer(1, BRIGHTEST_INVENTED_MAGNITUDE, 10.0, EqualAreaGrid(8.0)),
    Layer(2, 10.0, 14.0, EqualAreaGrid(1.6)),
    Layer(3, 14.0, 30.0, EqualAreaGrid(0.4)),
)


def faint_stars_near(
    ra_degrees: float, dec_degrees: float, radius_degrees: float, faintest_magnitude: float
) -> Stars:
    """Return the invented stars around a position: all within the radius, and some that are farther."""
    parts = [
        stars
        for layer in LAYERS
        for stars in layer.stars_near(ra_degrees, dec_degrees, radius_degrees, faintest_magnitude)
    ]
    nothing = np.empty(0)
    return together(parts) if parts else Stars(nothing, nothing, nothing, nothing)
