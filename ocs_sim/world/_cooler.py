"""A camera's cooler: exponentials towards what it can reach, and its moods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._errors import OutOfRange
from ocs_sim.world._part import Part, locked, moments

if TYPE_CHECKING:
    from ocs_sim.world._faults import Fault
    from ocs_sim.world._world import World

Values = NDArray[np.float64]

MODES = ("normal", "overshoot", "underdamped", "never_reaches")
_FAILURES = ("camera.cooler_failure", "power.lost")
_SHORT_OF_GOAL = 0.15  # of the way, in the mode that never reaches
_WARMING_SLOWER = 3.0
_SINK_CELSIUS = 8.0  # above the air at full power


@dataclass(frozen=True)
class _Stretch:
    """From `start` on the cooler follows one rule, `away_celsius` from its goal to begin with."""

    start: float
    away_celsius: float
    driven: bool
    set_point: float
    mode: str


class Cooler(Part):
    """Cools a detector; degrees Celsius and unix seconds throughout."""

    def __init__(self, world: World) -> None:
        """Begin off, at the temperature of the air."""
        super().__init__(world)
        self._camera = world.profile.camera
        self._on, self._set_point = False, self._camera.set_point_celsius
        self._stretches: list[_Stretch] = []
        for name in (*_FAILURES, *(f"camera.cooler_{mode}" for mode in MODES[1:])):
            world.faults.on(name, self._turn, self._turn)

    @property
    @locked
    def on(self) -> bool:
        """Whether it is switched on."""
        return self._on

    @property
    @locked
    def set_point_celsius(self) -> float:
        """The temperature that was asked for."""
        return self._set_point

    @locked
    def switch(self, *, on: bool) -> None:
        """Switch it on or off from now on."""
        self._on = on
        self._begin(self._world.now())

    @locked
    def aim_at(self, celsius: float) -> None:
        """Set the temperature to reach; raises OutOfRange."""
        low, high = self._camera.min_set_point_celsius, self._camera.max_set_point_celsius
        if not low <= celsius <= high:
            raise OutOfRange(what="The set-point", value=f"{celsius} C", allowed=f"{low} to {high} C")
        self._set_point = float(celsius)
        self._begin(self._world.now())

    @locked
    def celsius(self, times: Values | float) -> Values:
        """Return the detector's temperature at one or many moments."""
        when = moments(times)
        air = self._air(when)
        found = air
        for stretch in self._stretches:
            found = np.where(when >= stretch.start, self._along(stretch, when, air), found)
        return found

    @locked
    def power_percent(self) -> float:
        """Return how hard it works now: full on the way down, then what holds the difference to the air."""
        now = moments(self._world.now())
        return self._power(now, self._air(now))

    @locked
    def heat_sink_celsius(self) -> float:
        """Return the temperature of the warm side now."""
        now = moments(self._world.now())
        air = self._air(now)
        return float(air) + _SINK_CELSIUS * self._power(now, air) / 100

    def _power(self, now: Values, air: Values) -> float:
        stretch = self._stretches[-1] if self._stretches else None
        if stretch is None or not stretch.driven:
            return 0.0
        goal = self._goal(stretch, air)
        pull = air - goal + _WARMING_SLOWER * (self._along(stretch, now, air) - goal)
        return float(np.clip(100 * pull / self._camera.cooler_max_difference_celsius, 0, 100))

    def _turn(self, at: float, _: Fault) -> None:
        self._begin(at)

    def _begin(self, at: float) -> None:
        """Follow what now holds, from the temperature that there is."""
        celsius = float(self.celsius(at))
        faults = self._world.faults
        failed = any(faults.is_active(name, at) for name in _FAILURES)
        moods = [mode for mode in MODES[1:] if faults.is_active(f"camera.cooler_{mode}", at)]
        mode = moods[0] if moods else self._camera.cooler_mode
        stretch = _Stretch(at, 0.0, self._on and not failed, self._set_point, mode)
        away = celsius - float(self._goal(stretch, self._air(moments(at))))
        self._stretches = [each for each in self._stretches if each.start < at]
        self._stretches.append(replace(stretch, away_celsius=away))
        self._forget()

    def _forget(self) -> None:
        since = self._world.keep_since()
        while len(self._stretches) > 1 and self._stretches[1].start < since:
            del self._stretches[0]

    def _along(self, stretch: _Stretch, when: Values, air: Values) -> Values:
        pace = self._camera.cooler_time_constant_seconds * (1.0 if stretch.driven else _WARMING_SLOWER)
        elapsed = np.maximum(when - stretch.start, 0) / pace
        left = _response(stretch.mode if stretch.driven else "normal", elapsed)
        return self._goal(stretch, air) + stretch.away_celsius * left

    def _goal(self, stretch: _Stretch, air: Values) -> Values:
        """Return where it would settle: the set-point, so far as the cooler can hold it, or the air."""
        if not stretch.driven:
            return air
        coldest = air - self._camera.cooler_max_difference_celsius
        goal = np.minimum(np.maximum(stretch.set_point, coldest), air)
        short = _SHORT_OF_GOAL if stretch.mode == "never_reaches" else 0.0
        return np.asarray(goal + short * (air - goal))

    def _air(self, when: Values) -> Values:
        return np.asarray(self._world.weather.air_celsius(when), dtype=float)


def _response(mode: str, elapsed: Values) -> Values:
    """Return what is left of the way, 1 at the start, by time in units of the time constant."""
    if mode == "overshoot":
        return np.asarray(np.exp(-elapsed) * (1 - 0.8 * elapsed))
    if mode == "underdamped":
        return np.asarray(np.exp(-0.15 * elapsed) * np.cos(1.5 * elapsed))
    return np.exp(-elapsed)
