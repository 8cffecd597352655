"""Finds how one set of points lies on another, by letting pairs of equal length vote.

Each pair of detections is as long as some pairs of catalogue stars. If two such pairs are the same two
stars, they say by how much the image is turned and shifted. False pairs say anything, true ones all say
the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocs_sim.pipeline._detections import Floats

LENGTH_TOLERANCE = 0.015
ANGLE_BIN_DEGREES = 1.0
SMALLEST_SHIFT_BIN_PIXELS = 12.0
SHIFT_BIN_PER_EXTENT = 0.008  # the shifts of pairs in a large image scatter, if the scale is not quite right
SHORTEST_PAIR_PIXELS = 60.0
CANDIDATES_PER_SENSE = 6
MIRROR = np.diag([-1.0, 1.0])


@dataclass(frozen=True)
class Candidate:
    """A guess: point = turn @ detection + shift, all in pixels; it has so many votes."""

    turn: Floats
    shift: Floats
    votes: int


@dataclass(frozen=True)
class _Pairs:
    """Pairs of points by their length: length, direction in radians, middle."""

    length: Floats
    direction: Floats
    middle: Floats


def candidates(detected: Floats, catalogued: Floats, farthest_shift: float) -> list[Candidate]:
    """Return guesses, those with most votes first: both senses, any angle, shifts up to a limit in pixels."""
    guesses: list[Candidate] = []
    for sense in (np.eye(2), MIRROR):
        guesses.extend(_most_voted(detected @ sense.T, catalogued, farthest_shift, sense))
    return sorted(guesses, key=lambda guess: -guess.votes)


def _most_voted(
    detected: Floats, catalogued: Floats, farthest_shift: float, sense: Floats
) -> Iterator[Candidate]:
    votes = _votes(_pairs(detected), _pairs(catalogued), farthest_shift)
    if not len(votes):
        return
    shift_bin = max(SMALLEST_SHIFT_BIN_PIXELS, SHIFT_BIN_PER_EXTENT * float(np.hypot(*detected.T).max()))
    size = np.array([np.radians(ANGLE_BIN_DEGREES), shift_bin, shift_bin])
    # A second set of bins, half a bin aside, finds what the borders of the first one divide.
    for aside in (0.0, 0.5):
        bins = np.floor(votes / size + aside).astype(np.int64)
        for chosen in _fullest(bins):
            angle, *shift = votes[chosen].mean(axis=0)
            yield Candidate(_rotation(angle) @ sense, np.array(shift), int(np.count_nonzero(chosen)))


def _votes(detected: _Pairs, catalogued: _Pairs, farthest_shift: float) -> Floats:
    """Return what each two pairs of a length say: angle in radians, and the shift."""
    first = np.searchsorted(catalogued.length, detected.length * (1 - LENGTH_TOLERANCE))
    last = np.searchsorted(catalogued.length, detected.length * (1 + LENGTH_TOLERANCE))
    ours = np.repeat(np.arange(len(first)), last - first)
    matches = last - first
    within = np.arange(len(ours)) - np.repeat(np.cumsum(matches) - matches, matches)
    theirs = first[ours] + within
    angle = catalogued.direction[theirs] - detected.direction[ours]
    both_ways = np.concatenate([angle, angle + np.pi]) % (2 * np.pi)
    middle = np.tile(detected.middle[ours], (2, 1))
    cosine, sine = np.cos(both_ways), np.sin(both_ways)
    turned = np.column_stack(
        [cosine * middle[:, 0] - sine * middle[:, 1], sine * middle[:, 0] + cosine * middle[:, 1]]
    )
    shift = np.tile(catalogued.middle[theirs], (2, 1)) - turned
    near = np.hypot(*shift.T) <= farthest_shift
    votes: Floats = np.column_stack([both_ways, shift])[near]
    return votes


def _pairs(points: Floats) -> _Pairs:
    first, second = np.triu_indices(len(points), k=1)
    step = points[second] - points[first]
    length = np.hypot(*step.T)
    order = np.argsort(length)
    order = order[length[order] >= SHORTEST_PAIR_PIXELS]
    middle = (points[first] + points[second])[order] / 2
    return _Pairs(length[order], np.arctan2(step[order, 1], step[order, 0]), middle)


def _fullest(bins: NDArray[np.int64]) -> Iterator[NDArray[np.bool_]]:
    low = bins.min(axis=0)
    span = bins.max(axis=0) - low + 1
    keys = np.ravel_multi_index(tuple((bins - low).T), tuple(span))
    places, counts = np.unique(keys, return_counts=True)
    for best in np.argsort(-counts, kind="stable")[:CANDIDATES_PER_SENSE]:
        yield keys == places[best]


def _rotation(angle: float) -> Floats:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
