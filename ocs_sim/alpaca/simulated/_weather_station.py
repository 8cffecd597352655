"""How a weather station measures: every few seconds, and as means over a time when that is asked for."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world import World

LONGEST_AVERAGE_HOURS = 24.0
_INTERVAL_SECONDS = 5.0
_GUST_SECONDS = 120.0
_SAMPLES = 32
# The luminance of a sky of 0 magnitudes per square arcsecond: Garstang 1986, PASP 98, 364.
_CANDELAS_AT_MAGNITUDE_0 = 10.8e4


class WeatherStation:
    """Instruments in the weather of a world, all of which measure at the same moments."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._asked_at = float("-inf")
        self.average_hours = 0.0

    def measure(self) -> None:
        """Measure now, before it is time."""
        self._asked_at = self._world.now()

    def measured_at(self) -> float:
        """Return the moment of the latest measurement as unix seconds."""
        now = self._world.now()
        regular = math.floor(now / _INTERVAL_SECONDS) * _INTERVAL_SECONDS
        return max(regular, min(self._asked_at, now))

    def age_seconds(self) -> float:
        """Return the age of the latest measurement."""
        return max(0.0, self._world.now() - self.measured_at())

    def mean(self, quantity: str) -> float:
        """Return a quantity of the weather, as a mean over the average period."""
        return float(np.mean(getattr(self._world.weather.conditions(self._times()), quantity)))

    def gust(self) -> float:
        """Return the strongest wind of the last two minutes in m/s."""
        at = self.measured_at()
        times = np.linspace(at - _GUST_SECONDS, at, _SAMPLES)
        return float(np.max(self._world.weather.conditions(times).wind_gust_metres_per_second))

    def wind_direction(self) -> float:
        """Return where the mean wind comes from: 0 < angle <= 360 degrees, or 0 when there is none."""
        conditions = self._world.weather.conditions(self._times())
        speed = np.asarray(conditions.wind_speed_metres_per_second)
        angle = np.radians(np.asarray(conditions.wind_direction_degrees))
        north, east = float(np.mean(speed * np.cos(angle))), float(np.mean(speed * np.sin(angle)))
        if np.mean(speed) <= 0.0:
            return 0.0
        return math.degrees(math.atan2(east, north)) % 360.0 or 360.0

    def sky_magnitude(self) -> float:
        """Return the brightness of the zenith in magnitudes per square arcsecond."""
        return float(np.mean(self._world.atmosphere.sky_brightness(self._times(), 90.0, 0.0)))

    def sky_lux(self) -> float:
        """Return the light on the ground under a sky as bright everywhere as at the zenith, in lux."""
        luminance = _CANDELAS_AT_MAGNITUDE_0 * math.pow(10.0, -0.4 * self.sky_magnitude())
        return math.pi * luminance

    def _times(self) -> NDArray[np.float64]:
        at = self.measured_at()
        if self.average_hours <= 0.0:
            return np.array([at])
        return np.linspace(at - self.average_hours * 3600.0, at, _SAMPLES)
