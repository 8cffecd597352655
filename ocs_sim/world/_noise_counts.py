"""Counts of few electrons, by Poisson's law itself, faster than one draw after the other.

A tile's pixels have nearly the same expectation. What they have in common is drawn from one table for all
of them, the rest by thinning: events at a rate above every pixel's, each kept with the pixel's share of that
rate. The sum of two Poisson numbers is one, so both together are exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._psf import Floats

Counts = NDArray[np.int64]

_TILE_COLUMNS = 512
_SAMPLED = 32  # one pixel of so many tells what a tile is like
_UNDECIDED = 255

# What is drawn by thinning costs by the event, and what is above its ceiling by the pixel, in nanoseconds.
_EVENT_COST, _PIXEL_COST = 16.0, 100.0
_CEILINGS = np.array([0.7, 0.8, 0.88, 0.93, 0.96, 0.98, 0.995])

# Up to this mean the counts that are likely fit into the table's bytes.
_LARGEST_COMMON = 150.0


def count_electrons(electrons: Floats, numbers: np.random.Generator) -> None:
    """Replace expected electrons by counted ones, in place; quick for an even light of up to some 100."""
    for start in range(0, electrons.shape[1], _TILE_COLUMNS):
        tile = electrons[:, start : start + _TILE_COLUMNS]
        expected = np.maximum(tile, 0).ravel()
        np.copyto(tile, _counted(expected, numbers).reshape(tile.shape), casting="unsafe")


def _counted(expected: Floats, numbers: np.random.Generator) -> Counts:
    common, spread = _split(np.sort(expected[::_SAMPLED]))
    if common > _LARGEST_COMMON or _EVENT_COST * spread > _PIXEL_COST:
        # The glow of a very bright star in a dark image: its events would need much time and memory.
        return numbers.poisson(expected)
    rest = expected - np.float32(common)
    counts: Counts = _thinned(rest, spread, numbers)
    counts += _from_table(common, expected.size, numbers)
    odd = np.flatnonzero((rest < 0) | (rest > spread))
    counts[odd] = numbers.poisson(expected[odd])
    return counts


def _split(sample: Floats) -> tuple[float, float]:
    """Return what nearly all pixels expect, and the cheapest ceiling of what most expect beyond it."""
    common = float(sample[len(sample) // 100])
    beyond = sample[(_CEILINGS * (len(sample) - 1)).astype(int)] * 1.02 - common
    best = np.argmin(_EVENT_COST * beyond + _PIXEL_COST * (1 - _CEILINGS))
    return common, max(float(beyond[best]), 1e-9)


def _from_table(mean: float, size: int, numbers: np.random.Generator) -> Counts:
    """Draw Poisson numbers of one mean up to _LARGEST_COMMON: the distribution inverted at 32 random bits."""
    if mean <= 0:
        return np.zeros(size, np.int64)
    ceilings = _distribution(mean)
    bits = numbers.integers(0, 1 << 32, size, dtype=np.uint32)
    counts: Counts = np.take(_table(ceilings), bits >> 16).astype(np.int64)
    undecided = np.flatnonzero(counts == _UNDECIDED)
    counts[undecided] = np.searchsorted(ceilings, bits[undecided].astype(np.int64), side="right")
    return counts


def _distribution(mean: float) -> Counts:
    """Return for each count the number of 32 bits from which on there is more than that."""
    largest = int(mean + 12 * np.sqrt(mean) + 12)
    steps = np.log(mean) - np.log(np.arange(1, largest + 1))
    chances = np.exp(np.concatenate([[0.0], np.cumsum(steps)]) - mean)
    return np.asarray(np.rint(np.cumsum(chances) * 2.0**32), np.int64)


def _table(ceilings: Counts) -> NDArray[np.uint8]:
    """Return the count by the upper 16 bits, and _UNDECIDED where the lower ones matter."""
    cells = np.minimum(ceilings >> 16, 1 << 16)
    table = np.repeat(np.arange(len(ceilings) + 1, dtype=np.uint8), np.diff(cells, prepend=0, append=1 << 16))
    table[cells[cells < 1 << 16]] = _UNDECIDED
    return table


def _thinned(rates: Floats, cap: float, numbers: np.random.Generator) -> Counts:
    """Draw Poisson numbers of rates up to `cap`; those of other pixels are of no use."""
    events = numbers.poisson(cap * rates.size)
    places = numbers.integers(0, rates.size, events, dtype=np.int32)
    kept = numbers.random(events, dtype=np.float32) * np.float32(cap) < rates[places]
    return np.bincount(places[kept], minlength=rates.size)
