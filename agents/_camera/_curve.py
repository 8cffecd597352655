"""The V-curve: star sizes against focus positions, and where its floor is.

Half-flux diameters follow HFD^2 = floor^2 + (slope (x - x0))^2: what the atmosphere does and what defocus
does add in quadrature. The square is a parabola, which least squares fit without a starting guess.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ocs_sim.agent import OperationFailed

FEWEST_POINTS = 5
_COEFFICIENTS = 3
_OUTLIER_SIGMAS = 4.0
_ROUNDS = 3
_SMALLEST_SCATTER = 0.01


class NoMinimum(OperationFailed):
    """{text}"""


@dataclass(frozen=True, slots=True)
class FocusPoint:
    """One step of a sweep: the focuser's position, half-flux diameter in unbinned pixels, stars measured."""

    position: int
    diameter_pixels: float
    stars: int


@dataclass(frozen=True, slots=True)
class FocusCurve:
    """The fitted hyperbola; `slope` in pixels a step, `error_steps` one standard error of the position."""

    best_position: float
    floor_pixels: float
    slope: float
    error_steps: float
    used: int

    def diameter_at(self, position: float) -> float:
        """Return the half-flux diameter, in pixels, that the curve has at a position."""
        return math.hypot(self.floor_pixels, self.slope * (position - self.best_position))


def fit_curve(points: Sequence[FocusPoint]) -> FocusCurve:
    """Fit the hyperbola to a sweep, leaving out what lies far from it; raises NoMinimum, which says why."""
    kept = sorted(points, key=lambda each: each.position)
    for _ in range(_ROUNDS):
        if len(kept) < FEWEST_POINTS:
            raise NoMinimum(
                f"Stars were measured at {len(kept)} positions; {FEWEST_POINTS} are needed to find the focus."
            )
        curve = _fit(kept)
        near = _without_outliers(kept, curve)
        if len(near) == len(kept):
            break
        kept = near
    return curve


def _fit(points: Sequence[FocusPoint]) -> FocusCurve:
    positions = np.array([each.position for each in points], dtype=float)
    squares = np.array([each.diameter_pixels for each in points]) ** 2
    # Positions near 0 and of the order of 1 keep the equations well conditioned.
    centre, spread = positions.mean(), max(np.ptp(positions), 1.0)
    scaled = (positions - centre) / spread
    # The error of a square grows with its root.
    weights = 1.0 / np.sqrt(np.maximum(squares, 1e-6))
    design = np.vander(scaled, _COEFFICIENTS, increasing=True)
    (zeroth, first, second), covariance = _least_squares(design, squares, weights)
    if second <= 0:
        raise NoMinimum("Stars do not grow on both sides of any position: sweep over a wider range.")
    lowest = -first / (2 * second)
    floor = math.sqrt(max(zeroth - first**2 / (4 * second), 0.0))
    return FocusCurve(
        best_position=float(centre + spread * lowest),
        floor_pixels=floor,
        slope=math.sqrt(second) / float(spread),
        error_steps=float(spread) * _error_of_lowest(first, second, covariance),
        used=len(points),
    )


def _least_squares(design: Any, values: Any, weights: Any) -> tuple[Any, Any]:
    weighted, wanted = design * weights[:, None], values * weights
    solution, _, rank, _ = np.linalg.lstsq(weighted, wanted, rcond=None)
    if rank < _COEFFICIENTS:
        raise NoMinimum("Stars were measured at fewer than three different positions.")
    left = wanted - weighted @ solution
    freedom = max(len(values) - _COEFFICIENTS, 1)
    return solution, np.linalg.inv(weighted.T @ weighted) * float(left @ left) / freedom


def _error_of_lowest(first: float, second: float, covariance: Any) -> float:
    gradient = np.array([0.0, -1 / (2 * second), first / (2 * second**2)])
    return float(math.sqrt(max(gradient @ covariance @ gradient, 0.0)))


def _without_outliers(points: Sequence[FocusPoint], curve: FocusCurve) -> list[FocusPoint]:
    off = np.array([math.log(each.diameter_pixels / curve.diameter_at(each.position)) for each in points])
    scatter = max(1.4826 * float(np.median(np.abs(off - np.median(off)))), _SMALLEST_SCATTER)
    return [
        each for each, by in zip(points, off, strict=True) if abs(by) < _OUTLIER_SIGMAS * max(scatter, 0.03)
    ]
