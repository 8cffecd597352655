"""Charge on the chip: summed by binning, and hit by cosmic rays."""

from __future__ import annotations

import numpy as np

from ocs_sim.world._cosmic import CosmicRay, cosmic_rays
from ocs_sim.world._detector import Detector
from ocs_sim.world._exposure_scene import Scene
from ocs_sim.world._noise import stream
from ocs_sim.world._psf import Floats

_COSMIC = 102


def binned(values: Floats, bin_y: int, bin_x: int) -> Floats:
    """Return the sums of bins; the values themselves where nothing is binned."""
    if bin_y == bin_x == 1:
        return values
    total = np.zeros((values.shape[0] // bin_y, values.shape[1] // bin_x), np.float32)
    for row in range(bin_y):
        for column in range(bin_x):
            total += values[row::bin_y, column::bin_x]
    return total


def rays_of(scene: Scene, detector: Detector) -> list[CosmicRay]:
    """Return the cosmic rays that hit the sensor in an exposure and while it was read."""
    camera, exposure = detector.camera, scene.exposure
    side = camera.pixel_micrometres * 1e-4
    area = camera.width * camera.height * side**2
    minutes = (exposure.duration_seconds + (exposure.read_unix - exposure.closed_unix) / 2) / 60
    expected = camera.cosmic_rays_per_square_centimetre_minute * area * minutes
    return cosmic_rays(expected, (camera.height, camera.width), stream(scene.seed, _COSMIC, exposure.number))


def add_rays(chip: Floats, rays: list[CosmicRay], origin: tuple[int, int], bins: tuple[int, int]) -> None:
    """Add the charge of rays to a band of binned pixels that begins at `origin` of the sensor."""
    for ray in rays:
        if ray.row + ray.electrons.shape[0] <= origin[0] or ray.row >= origin[0] + chip.shape[0] * bins[0]:
            continue
        rows = (ray.row + np.arange(ray.electrons.shape[0]) - origin[0]) // bins[0]
        columns = (ray.column + np.arange(ray.electrons.shape[1]) - origin[1]) // bins[1]
        row, column = np.meshgrid(rows, columns, indexing="ij")
        inside = (row >= 0) & (row < chip.shape[0]) & (column >= 0) & (column < chip.shape[1])
        np.add.at(chip, (row[inside], column[inside]), ray.electrons[inside].astype(np.float32))
