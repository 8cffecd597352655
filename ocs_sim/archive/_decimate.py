"""Minimum, mean and maximum per bin, from the pyramids of sealed files where they are fine enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._sealed_file import SealedFile
from ocs_sim.archive._segments import Segment, StoredBlock, select

_BINS_PER_POINT = 4
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bins:
    """Where the output bins are."""

    start: float
    end: float
    points: int

    @property
    def width(self) -> float:
        """Seconds per bin."""
        return (self.end - self.start) / self.points

    @property
    def centres(self) -> Floats:
        """The middle of each bin, unix seconds."""
        return self.start + (np.arange(self.points, dtype=np.float64) + 0.5) * self.width

    def of(self, times: Floats) -> NDArray[np.int64]:
        """Return the bin of each time; the end belongs to the last."""
        return np.clip(((times - self.start) / self.width).astype(np.int64), 0, self.points - 1)


@dataclass(frozen=True)
class Summary:
    """Times (k,) and, for each field, minima, means, maxima and counts (fields, k)."""

    times: Floats
    low: Floats
    mean: Floats
    high: Floats
    count: Floats


def summarise(segment: Segment, block: StoredBlock, names: Sequence[str], bins: Bins) -> list[Summary]:
    """Return what a file has of a block in the range, as coarse as `bins` allow."""
    factor = _factor(block, bins)
    whole = bins.start <= block.first_time and block.last_time < bins.end
    if not factor or not isinstance(segment, SealedFile) or not (whole or block.is_sorted):
        return _raw(segment, block, names, bins)
    if whole:
        return [_level(segment, block, names, factor, slice(None))]
    selection, found = select(segment, block, bins.start, bins.end)
    if not found or not isinstance(selection, slice):
        return []
    first, last = -(-selection.start // factor), selection.stop // factor
    if first >= last:
        return [_samples(segment, block, names, selection)]
    return [
        _samples(segment, block, names, slice(selection.start, first * factor)),
        _level(segment, block, names, factor, slice(first, last)),
        _samples(segment, block, names, slice(last * factor, selection.stop)),
    ]


def _factor(block: StoredBlock, bins: Bins) -> int:
    seconds = max(block.last_time - block.first_time, 1e-9)
    per_bin = block.samples * bins.width / seconds
    return max((factor for factor in block.decimated if per_bin >= factor * _BINS_PER_POINT), default=0)


def _raw(segment: Segment, block: StoredBlock, names: Sequence[str], bins: Bins) -> list[Summary]:
    selection, found = select(segment, block, bins.start, bins.end)
    return [_samples(segment, block, names, selection)] if found else []


def _samples(
    segment: Segment, block: StoredBlock, names: Sequence[str], selection: slice | NDArray[np.bool_]
) -> Summary:
    columns = [segment.values(block, block.fields[name], selection).astype(np.float64) for name in names]
    values = np.stack(columns)
    known = ~np.isnan(values)
    return Summary(segment.times(block)[selection], values, values, values, known.astype(np.float64))


def _level(
    segment: SealedFile, block: StoredBlock, names: Sequence[str], factor: int, bins: slice
) -> Summary:
    rows = [block.numeric.index(name) for name in names]
    values, spans = segment.level(block, factor, rows)
    values, spans = values[:, :, bins], spans[:, bins]
    return Summary(spans.mean(axis=0), values[:, 0], values[:, 1], values[:, 2], values[:, 3])


def combine(summaries: Iterable[Summary], bins: Bins, fields: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return minima, means, maxima and counts, each of shape (fields, points)."""
    low, mean, high = (np.full((fields, bins.points), np.nan) for _ in range(3))
    count = np.zeros((fields, bins.points))
    parts = [part for part in summaries if len(part.times)]
    if not parts:
        return low, mean, high, count
    where = bins.of(np.concatenate([part.times for part in parts]))
    order = None if (where[1:] >= where[:-1]).all() else np.argsort(where, kind="stable")
    lows, means, highs, counts = (
        _sorted(np.concatenate([getattr(part, name) for part in parts], axis=1), order)
        for name in ("low", "mean", "high", "count")
    )
    filled, starts = np.unique(where if order is None else where[order], return_index=True)
    low[:, filled] = np.fmin.reduceat(lows, starts, axis=1)
    high[:, filled] = np.fmax.reduceat(highs, starts, axis=1)
    count[:, filled] = np.add.reduceat(counts, starts, axis=1)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        sums = np.add.reduceat(np.where(counts > 0, means * counts, 0.0), starts, axis=1)
        mean[:, filled] = sums / count[:, filled]
    return low, mean, high, count


def _sorted(values: Floats, order: NDArray[np.int64] | None) -> Floats:
    return values if order is None else values[:, order]


def spread(summary: Summary, names: Sequence[str], wanted: Sequence[str]) -> Summary:
    """Return a summary with a row for each of `wanted`; those that it lacks are without samples."""
    rows = [wanted.index(name) for name in names]
    shape = (len(wanted), len(summary.times))
    low, mean, high, count = (np.full(shape, empty) for empty in (np.nan, np.nan, np.nan, 0.0))
    low[rows], mean[rows], high[rows], count[rows] = summary.low, summary.mean, summary.high, summary.count
    return Summary(summary.times, low, mean, high, count)
