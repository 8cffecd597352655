"""When a mount that goes on as it does has to stop."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ocs_sim.almanac import to_horizontal
from ocs_sim.world._axis import Axis
from ocs_sim.world._horizon import Horizon
from ocs_sim.world._mount_axes import MountAxes, Truths
from ocs_sim.world._timeline import Floats

_SAMPLES = 1600
_DEGREES_BETWEEN_SAMPLES = 0.25
_LONGEST_STEP_SECONDS = 60.0
_SHORTEST_STEP_SECONDS = 0.01
_HALVINGS = 24


class Breach(NamedTuple):
    """When a mount has to begin to stop (unix seconds), and why."""

    at: float
    reason: str


class Limits:
    """The end of the hour axis's way, and the horizon."""

    def __init__(self, axes: MountAxes, horizon: Horizon, latitude_degrees: float) -> None:
        """Watch a mount of this geometry."""
        self._axes = axes
        self._horizon = horizon
        self._latitude = latitude_degrees

    def above_horizon(self, hour_axis: Floats | float, dec_axis: Floats | float) -> Truths:
        """Return whether the tube looks above what stands in the way."""
        hour_angle, dec = self._axes.to_sky(hour_axis, dec_axis)
        altitude, azimuth = to_horizontal(hour_angle, dec, self._latitude)
        return np.asarray(altitude >= self._horizon.lowest_altitude_degrees(azimuth) - 1e-6)

    def allowed(self, hour_axis: Floats | float, dec_axis: Floats | float) -> Truths:
        """Return whether the axes may stand there."""
        return np.asarray(self._axes.in_range(hour_axis, dec_axis) & self.above_horizon(hour_axis, dec_axis))

    def next_breach(self, since: float, hour: Axis, dec: Axis, zeros: tuple[float, float]) -> Breach | None:
        """Return when axes that go on as they do have to brake to stay within what is allowed, or None."""
        rate = max(_fastest(hour, since), _fastest(dec, since))
        if not rate:
            return None
        step = min(max(_DEGREES_BETWEEN_SAMPLES / rate, _SHORTEST_STEP_SECONDS), _LONGEST_STEP_SECONDS)
        times: Floats = since + step * np.arange(_SAMPLES, dtype=float)

        def stands(moments: Floats) -> tuple[Floats, Floats]:
            return hour.timeline.value(moments) + zeros[0], dec.timeline.value(moments) + zeros[1]

        good = self.allowed(*stands(times))
        left = np.flatnonzero(good[:-1] & ~good[1:])
        if not left.size:
            return None
        first, after = float(times[left[0]]), float(times[left[0] + 1])
        leaves = _bisected(lambda moments: self.allowed(*stands(moments)), first, after)
        beyond = np.array(after)
        reason = "horizon" if self._axes.in_range(*stands(beyond)) else "end of an axis"
        rate = max(abs(hour.rate(leaves)), abs(dec.rate(leaves)))
        return Breach(max(leaves - rate / (2 * hour.acceleration), since), reason)


def _fastest(axis: Axis, since: float) -> float:
    return max(abs(axis.rate(since)), abs(axis.rate(max(since, axis.timeline.pieces[-1].start))))


def _bisected(fine: Callable[[Floats], Truths], low: float, high: float) -> float:
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if math.isclose(low, high, rel_tol=0, abs_tol=1e-4):
            break
        low, high = (middle, high) if bool(fine(np.array([middle]))[0]) else (low, middle)
    return low
