"""Joins what several files hold of the same fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._data import HousekeepingData, Series
from ocs_sim.archive._holdings import Part
from ocs_sim.archive._segments import select

_EXACT = 2**53


@dataclass
class _Pieces:
    unit: str = ""
    description: str = ""
    sources: list[int] = field(default_factory=list)
    values: list[NDArray[Any]] = field(default_factory=list)


def join(parts: Iterable[Part], start: float = -np.inf, end: float = np.inf) -> HousekeepingData:
    """Return the samples in start <= time < end of every field, sorted by time."""
    pieces: dict[str, _Pieces] = {}
    times: list[NDArray[np.float64]] = []
    for part in parts:
        segment, block = part.segment, part.block
        selection, found = select(segment, block, start, end)
        if not found:
            continue
        for known in part.fields:
            piece = pieces.setdefault(f"{block.name}.{known.name}", _Pieces())
            piece.unit, piece.description = known.unit or piece.unit, known.description or piece.description
            piece.sources.append(len(times))
            piece.values.append(segment.values(block, known, selection))
        times.append(segment.times(block)[selection])
    merged = _Merged(times)
    return HousekeepingData({name: merged.series(name, pieces[name]) for name in sorted(pieces)})


class _Merged:
    """Sorts the times of a set of sources once, however many fields come from them."""

    def __init__(self, times: list[NDArray[np.float64]]) -> None:
        self._times = times
        self._known: dict[tuple[int, ...], tuple[NDArray[np.float64], NDArray[np.int64] | None]] = {}

    def series(self, name: str, pieces: _Pieces) -> Series:
        sources = tuple(pieces.sources)
        if sources not in self._known:
            self._known[sources] = self._merge(sources)
        times, order = self._known[sources]
        values = concatenate(pieces.values)
        return Series(
            name, times, values if order is None else values[order], pieces.unit, pieces.description
        )

    def _merge(self, sources: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
        times = np.concatenate([self._times[source] for source in sources])
        if (times[1:] >= times[:-1]).all():
            return times, None
        order = np.argsort(times, kind="stable")
        return times[order], order


def concatenate(pieces: list[NDArray[Any]]) -> NDArray[Any]:
    """Join columns whose types may differ: integers become floats where exact, else all are objects."""
    kinds = {piece.dtype.kind for piece in pieces}
    if len(kinds) == 1:
        return np.concatenate(pieces)
    if kinds == {"f", "i"} and all(_exact(piece) for piece in pieces if piece.dtype.kind == "i"):
        return np.concatenate([piece.astype(np.float64, copy=False) for piece in pieces])
    joined = np.empty(sum(map(len, pieces)), dtype=object)
    joined[:] = [value for piece in pieces for value in piece.tolist()]
    return joined


def _exact(values: NDArray[Any]) -> bool:
    return bool(values.max() <= _EXACT and values.min() >= -_EXACT)
