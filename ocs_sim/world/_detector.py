"""What never changes about a detector: its bias, the response of its pixels and their dark current."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._detector_profile import CameraProfile
from ocs_sim.world._noise import stream
from ocs_sim.world._optics_dust import darken, shadows, vignetting
from ocs_sim.world._optics_profile import OpticsProfile
from ocs_sim.world._psf import Floats

BLOCK_ROWS = 64
_RESPONSE, _DARK, _HOT, _COLUMNS = 1, 2, 3, 4
_CACHED_PIXELS = 1 << 23
_KEPT_FILTERS = 3
_HOT_TIMES_TYPICAL = 60.0


class Detector:
    """The fixed maps of one camera behind one telescope, functions of the seed alone.

    Those of a sensor up to 8 megapixels are kept, larger ones are made again for the rows that are asked for.
    """

    def __init__(self, camera: CameraProfile, optics: OpticsProfile, seed: int) -> None:
        """Be the detector of this seed."""
        self.camera, self.optics, self.seed = camera, optics, seed
        self._small = camera.width * camera.height <= _CACHED_PIXELS
        self._kept: dict[int, Floats] = {}
        self._dark: Floats | None = None
        numbers = stream(seed, _COLUMNS)
        self._columns = numbers.normal(0, camera.bias_structure_adu, camera.width)
        ramp = np.exp(-np.arange(camera.height) / (0.08 * camera.height))
        self._rows = 2 * camera.bias_structure_adu * ramp

    def bias_adu(self, rows: slice, columns: slice, bin_x: int, bin_y: int) -> tuple[Floats, Floats]:
        """Return the bias of each binned row and of each binned column: a pixel has the sum of both."""
        down = self._rows[rows].reshape(-1, bin_y).mean(axis=1) + self.camera.bias_adu
        across = self._columns[columns].reshape(-1, bin_x).mean(axis=1)
        return down.astype(np.float32), across.astype(np.float32)

    def response(self, slot: int, rows: slice) -> Floats:
        """Return what pixels make of light through filter `slot`, near 1: [rows, all columns]."""
        if not self._small:
            return self._response(slot, rows)
        if slot not in self._kept:
            while len(self._kept) >= _KEPT_FILTERS:
                del self._kept[next(iter(self._kept))]
            self._kept[slot] = self._response(slot, slice(0, self.camera.height))
        return self._kept[slot][rows]

    def dark(self, rows: slice) -> Floats:
        """Return pixels' dark current relative to the typical one, hot ones included: [rows, all columns]."""
        if not self._small:
            return self._blocks(rows, self._dark_block)
        if self._dark is None:
            self._dark = self._blocks(slice(0, self.camera.height), self._dark_block)
        return self._dark[rows]

    def _response(self, slot: int, rows: slice) -> Floats:
        camera, optics = self.camera, self.optics
        light = self._blocks(rows, self._response_block)
        light *= vignetting(optics.vignetting_fraction, rows, camera.width, camera.height)
        specks = shadows(self.seed, slot, optics.dust_shadows, camera.width, camera.height)
        darken(light, specks, rows.start)
        return light

    def _blocks(self, rows: slice, make: Callable[[int], Floats]) -> Floats:
        """Return rows of a map that is made in blocks, each with random numbers of its own."""
        total = np.empty((rows.stop - rows.start, self.camera.width), np.float32)
        for block in range(rows.start // BLOCK_ROWS, -(-rows.stop // BLOCK_ROWS)):
            first = block * BLOCK_ROWS
            begin, end = max(first, rows.start), min(first + BLOCK_ROWS, rows.stop)
            total[begin - rows.start : end - rows.start] = make(block)[begin - first : end - first]
        return total

    def _response_block(self, block: int) -> Floats:
        normal = self._normal(_RESPONSE, block)
        normal *= np.float32(self.camera.pixel_response_rms)
        normal += 1
        return np.maximum(normal, 0, out=normal)

    def _dark_block(self, block: int) -> Floats:
        normal = self._normal(_DARK, block)
        normal *= np.float32(self.camera.dark_nonuniformity_rms)
        normal += 1
        np.maximum(normal, 0, out=normal)
        numbers = stream(self.seed, _HOT, block)
        count = numbers.poisson(self.camera.hot_pixel_fraction * normal.size)
        places = numbers.integers(0, normal.size, count)
        normal.ravel()[places] = _HOT_TIMES_TYPICAL * numbers.lognormal(0, 1, count)
        return normal

    def _normal(self, purpose: int, block: int) -> Floats:
        numbers = stream(self.seed, purpose, block)
        return numbers.standard_normal((BLOCK_ROWS, self.camera.width), dtype=np.float32)


def dark_electrons_per_second(
    camera: CameraProfile, temperature_celsius: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """Return a typical pixel's dark current: it doubles every so many degrees."""
    doublings = np.asarray(temperature_celsius, float) / camera.dark_doubling_celsius
    return np.asarray(camera.dark_electrons_per_second * 2.0**doublings)
