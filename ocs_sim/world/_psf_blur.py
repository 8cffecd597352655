"""What spreads a star's image beside the air: defocus, and a telescope that moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._psf import PHASES, Floats, Psf


def blurred(psf: Psf, *kernels: Floats) -> Psf:
    """Return `psf` convolved with kernels of unit flux, each square, odd, no larger than the PSF's cells."""
    if not kernels:
        return psf
    size = psf.cells.shape[0]
    # With half of each kernel's width as margin nothing wraps round into the cells.
    padded = fast_size(size + sum(kernel.shape[0] // 2 + 1 for kernel in kernels))
    spectrum = np.fft.rfft2(psf.cells, (padded, padded))
    for kernel in kernels:
        spectrum *= np.fft.rfft2(_centred(kernel, padded))
    cells = np.fft.irfft2(spectrum, (padded, padded))[:size, :size]
    return Psf(np.maximum(cells, 0).astype(np.float32), psf.half_pixels)


def annulus(diameter_pixels: float, obstruction_fraction: float) -> Floats:
    """Return a defocused pupil's shadow: a ring, its edges softened over one cell."""
    outer = diameter_pixels / 2 * PHASES
    reach = int(np.ceil(outer)) + 1
    axis = np.arange(-reach, reach + 1, dtype=np.float32) ** 2
    radius = np.sqrt(np.add.outer(axis, axis))
    ring = np.clip(outer + 0.5 - radius, 0, 1) - np.clip(outer * obstruction_fraction + 0.5 - radius, 0, 1)
    return np.asarray(ring / ring.sum(), np.float32)


def trail(rows: NDArray[np.float64], columns: NDArray[np.float64], weights: NDArray[np.float64]) -> Floats:
    """Return the path of a star's centre, in pixels from its mean, as a kernel; weights add up to one.

    Between two moments the light is laid along the straight line.
    """
    reach = int(np.ceil(PHASES * max(np.abs(rows).max(), np.abs(columns).max()))) + 2
    steps = 1 + int(PHASES * max(_longest_step(rows), _longest_step(columns)))
    moments = np.linspace(0, len(rows) - 1, (len(rows) - 1) * steps + 1) if len(rows) > 1 else np.zeros(1)
    index = np.arange(len(rows), dtype=float)
    y, x = (np.interp(moments, index, each) * PHASES + reach for each in (rows, columns))
    flux = np.interp(moments, index, weights)
    kernel = deposit(y, x, flux / flux.sum(), (2 * reach + 1, 2 * reach + 1))
    return kernel.astype(np.float32)


def deposit(
    rows: NDArray[np.float64], columns: NDArray[np.float64], flux: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Share point fluxes out among the four nearest cells of a grid; outside it is lost."""
    top, left = np.floor(rows).astype(np.int64), np.floor(columns).astype(np.int64)
    lower, right = rows - top, columns - left
    total = np.zeros(shape[0] * shape[1])
    for row_step, row_share in ((0, 1 - lower), (1, lower)):
        for column_step, column_share in ((0, 1 - right), (1, right)):
            row, column = top + row_step, left + column_step
            inside = (row >= 0) & (row < shape[0]) & (column >= 0) & (column < shape[1])
            place = row[inside] * shape[1] + column[inside]
            total += np.bincount(place, (flux * row_share * column_share)[inside], minlength=total.size)
    return total.reshape(shape)


def _longest_step(path: NDArray[np.float64]) -> float:
    return float(np.abs(np.diff(path)).max(initial=0.0))


def _centred(kernel: Floats, size: int) -> Floats:
    padded = np.zeros((size, size), np.float32)
    rows, columns = kernel.shape
    padded[:rows, :columns] = kernel
    return np.roll(padded, (-(rows // 2), -(columns // 2)), (0, 1))


def fast_size(least: int) -> int:
    """Return the next length that is a product of 2, 3 and 5, which transforms quickly."""
    size = least
    while True:
        rest = size
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return size
        size += 1
