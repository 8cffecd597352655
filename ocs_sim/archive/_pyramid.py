"""Minimum, mean, maximum and count of every 64 samples, so that a day is plotted without reading it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FACTORS = (64, 4096)
_FEWEST_BINS = 16


@dataclass(frozen=True)
class Level:
    """One level of a block's pyramid; the last bin may hold fewer than `factor` samples.

    `values` has shape (fields, 4, bins): minimum, mean, maximum, count of samples that are not NaN.
    `spans` has shape (2, bins): the earliest and the latest time in each bin.
    """

    factor: int
    values: NDArray[np.float64]
    spans: NDArray[np.float64]


def pyramid(times: NDArray[np.float64], columns: Sequence[NDArray[np.float64]]) -> list[Level]:
    """Return the levels that are worth having for `columns`, each of the shape of `times`."""
    levels: list[Level] = []
    for factor in factors(len(times)) if columns else ():
        values = np.empty((len(columns), 4, -(-len(times) // factor)))
        for row, column in enumerate(columns):
            summarise_column(column, factor, values[row])
        levels.append(Level(factor, values, time_spans(times, factor)))
    return levels


def factors(samples: int) -> tuple[int, ...]:
    """Return the levels that are worth having for so many samples."""
    return tuple(factor for factor in FACTORS if samples >= factor * _FEWEST_BINS)


def time_spans(times: NDArray[np.float64], factor: int) -> NDArray[np.float64]:
    """Return the earliest and the latest time of each bin, shape (2, bins)."""
    return np.stack([_reduce(np.minimum, times, factor), _reduce(np.maximum, times, factor)])


def summarise_column(column: NDArray[np.float64], factor: int, out: NDArray[np.float64]) -> None:
    """Write minimum, mean, maximum and count of each bin to `out`, shape (4, bins)."""
    sizes = np.full(out.shape[1], factor, dtype=np.float64)
    sizes[-1] = len(column) - factor * (out.shape[1] - 1)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        sums = _reduce(np.add, column, factor)
        if np.isnan(sums).any():
            known = ~np.isnan(column)
            sizes = _reduce(np.add, known.astype(np.float64), factor)
            sums = _reduce(np.add, np.where(known, column, 0.0), factor)
            out[0], out[2] = _reduce(np.fmin, column, factor), _reduce(np.fmax, column, factor)
        else:
            out[0], out[2] = _reduce(np.minimum, column, factor), _reduce(np.maximum, column, factor)
        out[1] = sums / sizes
    out[3] = sizes


def _reduce(function: np.ufunc, values: NDArray[np.float64], factor: int) -> NDArray[np.float64]:
    whole = len(values) // factor * factor
    bins: NDArray[np.float64] = function.reduce(values[:whole].reshape(-1, factor), axis=1)
    return bins if whole == len(values) else np.append(bins, function.reduce(values[whole:]))
