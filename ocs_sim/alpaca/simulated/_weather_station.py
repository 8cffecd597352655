"""How a weather station measures: every few seconds, and as means over a time when that is asked for."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ocs_sim.world import Conditions, World

LONGEST_AVERAGE_HOURS = 24.0
_INTERVAL_SECONDS = 5.0
_GUST_SECONDS = 120.0
_SAMPLES = 32
# The luminance of a sky of 0 magnitudes per square arcsecond: Garstang 1986, PASP 98, 364.
_CANDELAS_AT_MAGNITUDE_0 = 10.8e4


class Measurement:
    """What all instruments found at one moment, each worked out when it is first asked for."""

    def __init__(self, world: World, at: float, average_hours: float) -> None:
        self.at = at
        self.average_hours = average_hours
        self._world = world
        self._times = np.array([at])
        if average_hours > 0.0:
            self._times = np.linspace(at - average_hours * 3600.0, at, _SAMPLES)

    def mean(self, quantity: str) -> float:
        """Return a quantity of the weather, as a mean over the average period."""
        return float(np.mean(getattr(self._conditions, quantity)))

    @cached_property
    def gust(self) -> float:
        """The strongest wind of the last two minutes in m/s."""
        times = np.linspace(self.at - _GUST_SECONDS, self.at, _SAMPLES)
        return float(np.max(self._world.weather.conditions(times).wind_gust_metres_per_second))

    @property
    def wind_direction(self) -> float:
        """Where the mean wind comes from: 0 < angle <= 360 degrees, or 0 when there is none."""
        speed = self._conditions.wind_speed_metres_per_second
        angle = np.radians(self._conditions.wind_direction_degrees)
        north, east = float(np.mean(speed * np.cos(angle))), float(np.mean(speed * np.sin(angle)))
        if not np.any(speed > 0.0):
            return 0.0
        return math.degrees(math.atan2(east, north)) % 360.0 or 360.0

    @cached_property
    def sky_magnitude(self) -> float:
        """The brightness of the zenith in magnitudes per square arcsecond."""
        return float(np.mean(self._world.atmosphere.sky_brightness(self._times, 90.0, 0.0)))

    @property
    def sky_lux(self) -> float:
        """The light on the ground under a sky as bright everywhere as at the zenith, in lux."""
        return math.pi * _CANDELAS_AT_MAGNITUDE_0 * math.pow(10.0, -0.4 * self.sky_magnitude)

    @cached_property
    def _conditions(self) -> Conditions:
        return self._world.weather.conditions(self._times)


class WeatherStation:
    """Instruments in the weather of a world, all of which measure at the same moments."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._asked_at = float("-inf")
        self._latest: Measurement | None = None
        self.average_hours = 0.0

    def measure(self) -> None:
        """Measure now, before it is time."""
        self._asked_at = self._world.now()

    def latest(self) -> Measurement:
        """Return the latest measurement."""
        at = self._measured_at()
        found = self._latest
        if found is None or found.at != at or found.average_hours != self.average_hours:
            found = self._latest = Measurement(self._world, at, self.average_hours)
        return found

    def age_seconds(self) -> float:
        """Return the age of the latest measurement."""
        return max(0.0, self._world.now() - self._measured_at())

    def _measured_at(self) -> float:
        regular = math.floor(self._world.now() / _INTERVAL_SECONDS) * _INTERVAL_SECONDS
        return max(regular, self._asked_at)
