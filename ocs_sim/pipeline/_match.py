"""Which detections are which stars of the catalogue, and whether that can be chance."""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log, log1p

import numpy as np
from numpy.typing import NDArray

from ocs_sim.pipeline._detections import Floats
from ocs_sim.pipeline._pairs import Candidate

LARGEST_RADIUS_PIXELS, FINAL_RADIUS_PIXELS = 12.0, 3.0
RADIUS_PER_EXTENT = 0.008  # a scale that is wrong by so much shifts the stars at the edge by this
FEWEST_FOR_AFFINE = 12
LARGEST_SCALE_ERROR = 0.03
LARGEST_SHEAR = 0.01
FEWEST_MATCHES = 6
FITTED_STARS = 3  # so many stars any fit can be made to agree with
LARGEST_CHANCE_LOG10 = -9.0

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Match:
    """Detections and stars which belong together: point = matrix @ detection + shift, in pixels."""

    matrix: Floats
    shift: Floats
    detected: Indices
    catalogued: Indices
    chance_log10: float

    @property
    def is_certain(self) -> bool:
        """Whether so many matches cannot be had by chance."""
        return len(self.detected) >= FEWEST_MATCHES and self.chance_log10 <= LARGEST_CHANCE_LOG10


def refine(guess: Candidate, detected: Floats, catalogued: Floats, area: float) -> Match | None:
    """Return the match that a guess leads to, by nearest neighbours at shrinking radii; None if to none.

    `area` is that in which the catalogued points lie, in square pixels.
    """
    density = len(catalogued) / area
    matrix, shift = guess.turn, guess.shift
    ours = theirs = np.empty(0, dtype=np.int64)
    for radius in _radii(detected):
        ours, theirs = mutual_neighbours(detected @ matrix.T + shift, catalogued, radius)
        if len(ours) < _more_than_chance(len(detected) * density * np.pi * radius**2):
            return None
        matrix, shift = fit(detected[ours], catalogued[theirs], guess.turn)
        if not is_nearly_rigid(matrix):
            return None
    chance = chance_log10(len(ours), len(detected), density * np.pi * FINAL_RADIUS_PIXELS**2)
    return Match(matrix, shift, ours, theirs, chance)


def _more_than_chance(expected: float) -> float:
    """Return how many neighbours make a guess worth another look, if luck gives so many."""
    return FITTED_STARS + expected + 2 * float(np.sqrt(expected))


def _radii(detected: Floats) -> list[float]:
    radii = [max(LARGEST_RADIUS_PIXELS, RADIUS_PER_EXTENT * float(np.hypot(*detected.T).max()))]
    while radii[-1] > FINAL_RADIUS_PIXELS:
        radii.append(max(radii[-1] / 2, FINAL_RADIUS_PIXELS))
    return [*radii, FINAL_RADIUS_PIXELS]


def mutual_neighbours(points: Floats, others: Floats, radius: float) -> tuple[Indices, Indices]:
    """Return indices of those which are each other's nearest, and within the radius."""
    distance = (points[:, None, 0] - others[None, :, 0]) ** 2 + (points[:, None, 1] - others[None, :, 1]) ** 2
    nearest = distance.argmin(axis=1)
    ours = np.arange(len(points))
    mutual = (distance.argmin(axis=0)[nearest] == ours) & (distance[ours, nearest] <= radius**2)
    return ours[mutual], nearest[mutual]


def fit(points: Floats, targets: Floats, sense: Floats) -> tuple[Floats, Floats]:
    """Return matrix and shift which take points to targets, by least squares.

    Few stars only give shift, turn and scale, in the sense (mirrored or not) of the matrix `sense`; many
    give six numbers.
    """
    if len(points) >= FEWEST_FOR_AFFINE:
        design = np.column_stack([points, np.ones(len(points))])
        solution = np.asarray(np.linalg.lstsq(design, targets, rcond=None)[0], dtype=np.float64)
        return solution[:2].T, solution[2]
    return _turned_and_scaled(points, targets, sense)


def _turned_and_scaled(points: Floats, targets: Floats, sense: Floats) -> tuple[Floats, Floats]:
    parity = np.diag([np.sign(np.linalg.det(sense)), 1.0])
    own, goal = points.mean(axis=0), targets.mean(axis=0)
    ours = (points - own) @ parity
    ours_complex, goal_complex = ours @ [1, 1j], (targets - goal) @ [1, 1j]
    ratio = np.vdot(ours_complex, goal_complex) / max(np.vdot(ours_complex, ours_complex).real, 1e-30)
    matrix = np.array([[ratio.real, -ratio.imag], [ratio.imag, ratio.real]]) @ parity
    return matrix, goal - matrix @ own


def is_nearly_rigid(matrix: Floats) -> bool:
    """Return whether a matrix turns and mirrors, but neither scales nor shears more than an optic does."""
    largest, smallest = np.linalg.svd(matrix, compute_uv=False)
    scale = np.sqrt(largest * smallest)
    return bool(abs(scale - 1) <= LARGEST_SCALE_ERROR and (largest - smallest) / scale <= LARGEST_SHEAR)


def chance_log10(matches: int, tried: int, expected_each: float) -> float:
    """Return log10 of the bound on the chance of so many matches out of so many tried, if each is luck.

    It is the first term of the binomial distribution's tail, with the stars that the fit has used up
    taken out.
    """
    found, trials = matches - FITTED_STARS, tried - FITTED_STARS
    if found <= 0:
        return 0.0
    luck = min(max(expected_each, 1e-12), 0.999999)
    if found / trials <= luck:
        return 0.0
    ways = lgamma(trials + 1) - lgamma(found + 1) - lgamma(trials - found + 1)
    return (ways + found * log(luck) + (trials - found) * log1p(-luck)) / log(10)
