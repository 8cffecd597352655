"""Autofocus with real exposures: what the search needs of the camera, and the way back when it fails."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ocs_sim.agent import Run

from ._autofocus import FocusSearch, SweepPlan, default_step, describe
from ._curve import FocusPoint, NoMinimum
from ._errors import FocusFailed
from ._exposing import Exposer
from ._focuser import FocusMover
from ._imaging import Prepared
from ._measure import StarSizes, measure_stars
from ._plan import SensorFacts
from ._telling import Telling

_LOOKS_AT_FLOOR = 1


@dataclass(frozen=True)
class Sweep:
    """What an observer wants of a sweep; `step` None for one that suits the optics, `centre` for here."""

    points: int
    step: int | None = None
    centre: int | None = None


def window(sensor: SensorFacts, pixels: int, binning: int) -> list[int]:
    """Return the middle of a sensor, `pixels` wide and high unbinned, as a subframe in binned pixels."""
    columns, rows = sensor.width // binning, sensor.height // binning
    width, height = min(pixels // binning, columns), min(pixels // binning, rows)
    return [(columns - width) // 2, (rows - height) // 2, width, height]


class Autofocus:
    """Finds the focus with one camera and focuser, or leaves the focuser where it was."""

    def __init__(
        self, exposer: Exposer, mover: FocusMover, on_point: Callable[[int, FocusPoint | None], None]
    ) -> None:
        self._exposer = exposer
        self._mover = mover
        self._on_point = on_point

    def find(self, run: Run, prepared: Prepared, sweep: Sweep) -> dict[str, Any]:
        """Return the result, as the run's data have it.

        Raises FocusFailed, with the focuser where it was; so it is after any other error, and after an abort.
        """
        before = self._mover.position()
        plan = self._plan(prepared, sweep, before)
        looks = itertools.count(1)
        search = FocusSearch(
            move_to=lambda position: self._mover.move_to(run, position),
            take=lambda: self._take(run, prepared, next(looks), plan.points + _LOOKS_AT_FLOOR),
            plan=plan,
            on_point=lambda position, point: self._tell(run, position, point),
        )
        try:
            curve, best = search.run()
        except NoMinimum as fault:
            self._mover.move_to(run, before)
            raise FocusFailed(fault=str(fault), position=before) from fault
        except BaseException:
            self._mover.send_back(before)
            raise
        return {
            **describe(curve, search.points),
            "position": best.position,
            "diameter": best.diameter_pixels,
            "before": before,
        }

    def _plan(self, prepared: Prepared, sweep: Sweep, before: int) -> SweepPlan:
        facts = self._mover.facts
        step = sweep.step or default_step(
            pixel_micrometres=prepared.camera.pixel_x_micrometres,
            focal_ratio=prepared.telescope.focal_ratio,
            step_micrometres=facts.step_micrometres,
            points=sweep.points,
        )
        centre = before if sweep.centre is None else sweep.centre
        self._mover.check(centre)
        return SweepPlan(centre, step, sweep.points, facts.most_steps)

    def _take(self, run: Run, prepared: Prepared, number: int, count: int) -> StarSizes:
        # Nobody knows beforehand how far a sweep will have to be extended.
        telling = Telling(run, number, max(number, count))
        raw = self._exposer.expose(telling, prepared.plan, threading.Event())
        sizes = measure_stars(raw.pixels, prepared.camera.most_adu)
        if sizes.diameter_pixels is None:
            return sizes
        unbinned = sizes.diameter_pixels * prepared.plan.binning
        return StarSizes(sizes.stars, unbinned, sizes.sky, sizes.noise)

    def _tell(self, run: Run, position: int, point: FocusPoint | None) -> None:
        self._on_point(position, point)
        if point is not None:
            run.data["points"] = [*run.data["points"], [point.position, point.diameter_pixels, point.stars]]
