"""A division of the sphere into cells of exactly the same area."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

SPHERE_SQUARE_DEGREES = 4 * np.pi * np.degrees(1.0) ** 2


class Cell(NamedTuple):
    """A part of the sky between two right ascensions and two sines of declination."""

    number: int
    west_degrees: float
    width_degrees: float
    south_sine: float
    north_sine: float


@dataclass(frozen=True)
class EqualAreaGrid:
    """Zones of declination, each cut into cells: all cells have one area, and are about square.

    The boundaries of the zones are placed where the cells south of them fill their part of the sphere:
    the area of a zone goes with the sine of declination.
    """

    cell_size_degrees: float

    @cached_property
    def _cells_in_zone(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        zones = max(2, round(180 / self.cell_size_degrees))
        middle = np.radians((np.arange(zones) + 0.5) * 180 / zones - 90)
        return np.maximum(3, np.round(360 * np.cos(middle) / self.cell_size_degrees)).astype(np.int64)

    @cached_property
    def _first_cell(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.concatenate([[0], np.cumsum(self._cells_in_zone)])

    @cached_property
    def _boundary_sines(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.linspace(-1.0, 1.0, int(self._first_cell[-1]) + 1)[self._first_cell]

    @cached_property
    def cell_square_degrees(self) -> float:
        """The area of each cell."""
        return float(SPHERE_SQUARE_DEGREES / self._first_cell[-1])

    def cells_near(self, ra_degrees: float, dec_degrees: float, radius_degrees: float) -> Iterator[Cell]:
        """Yield all cells that may have a point within a radius of a position, and a few that have not."""
        south, north = dec_degrees - radius_degrees, dec_degrees + radius_degrees
        sines = np.sin(np.radians([max(south, -90.0), min(north, 90.0)]))
        last = len(self._cells_in_zone) - 1
        zones = np.clip(np.searchsorted(self._boundary_sines, sines, side="right") - 1, 0, last)
        half_width = _half_width_degrees(dec_degrees, radius_degrees)
        for zone in range(zones[0], zones[1] + 1):
            yield from self._cells_of_zone(zone, ra_degrees, half_width)

    def _cells_of_zone(self, zone: int, ra_degrees: float, half_width_degrees: float) -> Iterator[Cell]:
        cells = int(self._cells_in_zone[zone])
        width = 360.0 / cells
        first = int(np.floor((ra_degrees - half_width_degrees) / width))
        last = int(np.floor((ra_degrees + half_width_degrees) / width))
        south, north = float(self._boundary_sines[zone]), float(self._boundary_sines[zone + 1])
        for column in range(first, min(last, first + cells - 1) + 1):
            place = column % cells
            yield Cell(int(self._first_cell[zone]) + place, place * width, width, south, north)


def _half_width_degrees(dec_degrees: float, radius_degrees: float) -> float:
    """Return how far in right ascension a circle reaches; 180 if it encloses a pole."""
    if abs(dec_degrees) + radius_degrees >= 90.0:
        return 180.0
    ratio = np.sin(np.radians(radius_degrees)) / np.cos(np.radians(dec_degrees))
    return float(np.degrees(np.arcsin(min(1.0, ratio))))
