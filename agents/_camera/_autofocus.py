"""Finding the focus: a sweep of exposures, the floor of their V-curve, and a look at whether it is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ocs_sim.agent import OperationFailed

from ._curve import FEWEST_POINTS, FocusCurve, FocusPoint, NoMinimum, fit_curve
from ._measure import StarSizes

_MOST_EXTENSIONS = 2
_FEWEST_STARS = 3
# What a star may be larger, at the position that was found, than the curve promises.
_VERIFIED_WITHIN = 1.25
_TRIES = 2
_BLUR_PIXELS = 12.0


class Mover(Protocol):
    """Brings the focuser to a position and waits."""

    def __call__(self, position: int) -> None: ...


@dataclass(frozen=True)
class SweepPlan:
    """Where to look: `points` positions `step` steps apart around `centre`, within 0 and `most_steps`."""

    centre: int
    step: int
    points: int
    most_steps: int

    def positions(self) -> list[int]:
        """Return the positions, upwards."""
        first = self.centre - self.step * (self.points // 2)
        return [
            each
            for each in range(first, first + self.step * self.points, self.step)
            if 0 <= each <= self.most_steps
        ]


@dataclass
class FocusSearch:
    """Looks for the focus; `points` are what it has seen so far, also when it fails."""

    move_to: Mover
    take: Callable[[], StarSizes]
    plan: SweepPlan
    on_point: Callable[[int, FocusPoint | None], None]
    points: list[FocusPoint] = field(default_factory=list)
    looked_at: set[int] = field(default_factory=set)

    def run(self) -> tuple[FocusCurve, FocusPoint]:
        """Return the curve, and what was seen at its floor, where the focuser is then; raises NoMinimum."""
        self._sweep(self.plan.positions())
        curve = self._extended()
        return curve, self._verified(curve)

    def _extended(self) -> FocusCurve:
        for _ in range(_MOST_EXTENSIONS):
            further = self._further()
            if not further:
                break
            self._sweep(further)
        curve = self._fit_near(fit_curve(self.points))
        if curve.error_steps > self.plan.step:
            raise NoMinimum(
                "The stars' size does not depend on the focus: is there enough light, and no cloud?"
            )
        if not min(self.looked_at) <= curve.best_position <= max(self.looked_at):
            raise NoMinimum(
                f"The stars are smallest near {curve.best_position:.0f}, beyond the sweep: begin there."
            )
        return curve

    def _fit_near(self, first: FocusCurve) -> FocusCurve:
        """Return the curve of what was seen around the floor: far from it stars are no hyperbola any more."""
        reach = self.plan.step * (self.plan.points // 2 + 0.5)
        near = [each for each in self.points if abs(each.position - first.best_position) <= reach]
        return fit_curve(near) if len(near) >= FEWEST_POINTS else first

    def _further(self) -> list[int]:
        """Return where else to look for the floor to lie within the sweep; mostly nowhere."""
        side = self._side_of_floor()
        if side == 0:
            return []
        edge = max(self.looked_at) if side > 0 else min(self.looked_at)
        further = [edge + side * self.plan.step * number for number in range(1, self.plan.points // 2 + 1)]
        return sorted(each for each in further if 0 <= each <= self.plan.most_steps)

    def _side_of_floor(self) -> int:
        low, high = min(self.looked_at), max(self.looked_at)
        try:
            best = fit_curve(self.points).best_position
        except NoMinimum:
            return self._side_of_smallest()
        margin = 1.5 * self.plan.step
        return 1 if best > high - margin else -1 if best < low + margin else 0

    def _side_of_smallest(self) -> int:
        if not self.points:
            return 0
        smallest = min(self.points, key=lambda each: each.diameter_pixels).position
        return 1 if smallest > (min(self.looked_at) + max(self.looked_at)) / 2 else -1

    def _sweep(self, positions: Sequence[int]) -> None:
        for position in positions:
            point = self._look_at(position)
            if point is not None:
                self.points.append(point)
            self.on_point(position, point)

    def _look_at(self, position: int) -> FocusPoint | None:
        self.move_to(position)
        self.looked_at.add(position)
        sizes = self.take()
        if sizes.diameter_pixels is None or sizes.stars < _FEWEST_STARS:
            return None
        return FocusPoint(position, sizes.diameter_pixels, sizes.stars)

    def _verified(self, curve: FocusCurve) -> FocusPoint:
        best = round(curve.best_position)
        seen: list[float] = []
        for _ in range(_TRIES):
            point = self._look_at(best)
            if point is None:
                continue
            seen.append(point.diameter_pixels)
            if point.diameter_pixels <= _VERIFIED_WITHIN * self._promised(curve):
                return point
        found = f"stars of {min(seen):.1f} pixels" if seen else "no stars"
        raise NoMinimum(
            f"At {best} there should be stars of {self._promised(curve):.1f} pixels, and there are {found}."
        )

    def _promised(self, curve: FocusCurve) -> float:
        # A floor that was fitted too low must not make a good focus look bad.
        return max(curve.floor_pixels, min(each.diameter_pixels for each in self.points))


def default_step(
    *,
    pixel_micrometres: float | None,
    focal_ratio: float | None,
    step_micrometres: float | None,
    points: int,
) -> int:
    """Return the steps between a sweep's positions that blur stars by 12 pixels at its ends.

    A star out of focus by z is z / focal_ratio wide. Raises OperationFailed for optics that are unknown.
    """
    if not pixel_micrometres or not focal_ratio or not step_micrometres:
        raise OperationFailed(
            "The focuser's step in micrometres or the focal ratio is not known: give `step`, in steps."
        )
    reach = _BLUR_PIXELS * pixel_micrometres * focal_ratio / step_micrometres
    return max(1, round(reach / max(points // 2, 1)))


def describe(curve: FocusCurve, points: Sequence[FocusPoint]) -> dict[str, Any]:
    """Return a curve and its points as a run's data have them."""
    return {
        "curve": [
            {"position": each.position, "diameter": each.diameter_pixels, "stars": each.stars}
            for each in sorted(points, key=lambda each: each.position)
        ],
        "best_position": curve.best_position,
        "floor": curve.floor_pixels,
        "slope": curve.slope,
        "error_steps": curve.error_steps,
    }
