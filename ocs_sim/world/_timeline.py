"""What a quantity was, is and will be: a row of parabolas, each valid from its start to that of the next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Value = TypeVar("Value")
_ALWAYS = float("-inf")


class Piece(NamedTuple):
    """From `start` (unix seconds) on: position + rate * dt + acceleration / 2 * dt**2, dt = time - start."""

    start: float
    position: float
    rate: float = 0.0
    acceleration: float = 0.0


class Timeline:
    """A piecewise parabolic quantity, known for every moment since `keep_since` of its last change.

    `play` is the backlash of what is driven: `driven` lags behind by at most half of it on either side.
    """

    def __init__(self, position: float, play: float = 0.0) -> None:
        """Stand at `position` since ever."""
        self._pieces = [Piece(_ALWAYS, position)]
        self._lags = [0.0]
        self._play = play
        self._columns: tuple[Floats, ...] | None = None

    def replace(self, pieces: Iterable[Piece], keep_since: float = _ALWAYS) -> None:
        """Let `pieces`, in the order of their starts, be what happens from the first one's start on.

        What lies wholly before `keep_since` is forgotten.
        """
        new = list(pieces)
        kept = max(bisect_right(self._pieces, new[0].start, key=lambda piece: piece.start), 1)
        while kept > 1 and self._pieces[kept - 1].start >= new[0].start:
            kept -= 1
        del self._pieces[kept:], self._lags[kept:]
        for piece in new:
            self._lags.append(self._lag_at(len(self._pieces) - 1, piece.start))
            self._pieces.append(piece)
        self._forget(keep_since)
        self._columns = None

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All that is known, oldest first."""
        return tuple(self._pieces)

    @overload
    def value(self, times: float) -> float: ...
    @overload
    def value(self, times: Floats) -> Floats: ...
    def value(self, times: float | Floats) -> float | Floats:
        """Return the quantity at one or many moments (unix seconds)."""
        if isinstance(times, np.ndarray):
            start, position, rate, acceleration, _ = self._at(times)
            since = _since(times, start)
            return np.asarray(position + since * (rate + since * acceleration / 2))
        return _position(self._pieces[self._index(times)], times)

    @overload
    def rate(self, times: float) -> float: ...
    @overload
    def rate(self, times: Floats) -> Floats: ...
    def rate(self, times: float | Floats) -> float | Floats:
        """Return how much the quantity changes in a second at one or many moments."""
        if isinstance(times, np.ndarray):
            start, _, rate, acceleration, _ = self._at(times)
            return np.asarray(rate + _since(times, start) * acceleration)
        piece = self._pieces[self._index(times)]
        return piece.rate + (
            piece.acceleration * max(times - piece.start, 0.0) if piece.acceleration else 0.0
        )

    def driven(self, times: Floats) -> Floats:
        """Return where the driven part is: the quantity but for the backlash."""
        start, position, rate, acceleration, lag = self._at(times)
        since = _since(times, start)
        moved = since * (rate + since * acceleration / 2)
        turned = _turning(rate, acceleration, since)
        first = turned * (rate + turned * acceleration / 2)
        half = self._play / 2
        lag = np.clip(lag - first, -half, half)
        return np.asarray(position + moved + np.clip(lag - (moved - first), -half, half))

    def _index(self, time: float) -> int:
        last = len(self._pieces) - 1
        if time >= self._pieces[last].start:
            return last
        return max(bisect_right(self._pieces, time, key=lambda piece: piece.start) - 1, 0)

    def _at(self, times: Floats) -> tuple[Floats, ...]:
        if self._columns is None:
            rows = np.array(self._pieces, dtype=float).T
            self._columns = (*rows, np.array(self._lags))
        index = np.maximum(np.searchsorted(self._columns[0], times, side="right") - 1, 0)
        return tuple(column[index] for column in self._columns)

    def _lag_at(self, index: int, time: float) -> float:
        piece, half = self._pieces[index], self._play / 2
        if not half or piece.start == _ALWAYS:
            return self._lags[index]
        since = time - piece.start
        turned = float(_turning(np.array(piece.rate), np.array(piece.acceleration), np.array(since)))
        first = turned * (piece.rate + turned * piece.acceleration / 2)
        rest = since * (piece.rate + since * piece.acceleration / 2) - first
        lag = min(max(self._lags[index] - first, -half), half)
        return min(max(lag - rest, -half), half)

    def _forget(self, before: float) -> None:
        old = bisect_right(self._pieces, before, key=lambda piece: piece.start) - 1
        if old > 0:
            del self._pieces[:old], self._lags[:old]


class Steps:
    """A quantity that jumps: which of its values held at which time."""

    def __init__(self, value: float) -> None:
        """Have `value` since ever."""
        self._line = Timeline(value)

    def set(self, start: float, value: float, keep_since: float = _ALWAYS) -> None:
        """Have `value` from `start` on."""
        self._line.replace([Piece(start, value)], keep_since)

    @overload
    def value(self, times: float) -> float: ...
    @overload
    def value(self, times: Floats) -> Floats: ...
    def value(self, times: float | Floats) -> float | Floats:
        """Return the value at one or many moments (unix seconds)."""
        return self._line.value(times)


def _position(piece: Piece, time: float) -> float:
    if not piece.rate and not piece.acceleration:
        return piece.position
    since = max(time - piece.start, 0.0)
    return piece.position + since * (piece.rate + since * piece.acceleration / 2)


def _since(times: Floats, start: Floats) -> Floats:
    # Before all that is remembered it stood where that begins.
    return np.where(
        np.isfinite(start), np.maximum(times - np.where(np.isfinite(start), start, 0.0), 0.0), 0.0
    )


def _turning(rate: Floats, acceleration: Floats, since: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = np.where(acceleration != 0.0, -rate / acceleration, 0.0)
    return np.clip(turn, 0.0, since)
