"""The weather: known for any moment, the same for the same seed, with events laid over it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ocs_sim.world._climate_profile import WeatherProfile
from ocs_sim.world._part import Part, locked, moments
from ocs_sim.world._random_access import smooth_noise
from ocs_sim.world._timeline import Floats

_DAY_SECONDS = 86400.0
_YEAR_SECONDS = 365.2425 * _DAY_SECONDS
_WARMEST_HOUR = 15.0
_JULY_15_SECONDS = 195.0 * _DAY_SECONDS
_SEA_LEVEL_HPA = 1013.25
_SCALE_HEIGHT_METRES = 8430.0
_EVENT_SECONDS = 5.0  # in which an event comes and goes


class Conditions(NamedTuple):
    """The weather at some moments: arrays of their shape."""

    temperature_celsius: Floats
    humidity_percent: Floats
    dew_point_celsius: Floats
    pressure_hpa: Floats
    wind_speed_metres_per_second: Floats
    wind_gust_metres_per_second: Floats
    wind_direction_degrees: Floats  # where it comes from, north 360; 0 in a calm
    cloud_percent: Floats
    rain_millimetres_per_hour: Floats
    sky_temperature_celsius: Floats
    seeing_arcseconds: Floats  # at the zenith, 500 nm

    def of(self, index: int) -> Conditions:
        """Return the conditions of one of the moments."""
        return Conditions(*(each[index] for each in self))


class Weather(Part):
    """Correlated temperature, dew point, wind, cloud, rain and seeing.

    Each is a mean with its daily swing and a smooth noise that remembers for its own time. Clouds, rain, the
    temperature of the sky and the seeing share one noise, so that they come together.
    """

    def now(self) -> Conditions:
        """Return the weather of this moment: arrays without dimensions, which are floats to the eye."""
        return self.conditions(moments(self._world.now()))

    @locked
    def conditions(self, times: Floats) -> Conditions:
        """Return the weather at moments (unix seconds)."""
        at = moments(times)
        front = self._noise(at, "front", self._profile.memory_seconds)
        cloud = self._cloud(at, front)
        rain = self._rain(at, front)
        temperature = self._wet_temperature(at, rain)
        dew_point = self._dew_point(at, temperature, rain)
        speed = self.wind(at)
        return Conditions(
            temperature_celsius=temperature,
            humidity_percent=relative_humidity_percent(temperature, dew_point),
            dew_point_celsius=dew_point,
            pressure_hpa=self._pressure(at, front),
            wind_speed_metres_per_second=speed,
            wind_gust_metres_per_second=self._gust(at, speed),
            wind_direction_degrees=self._direction(at, speed),
            cloud_percent=cloud,
            rain_millimetres_per_hour=rain,
            # A clear sky is some 22 C colder to a thermopile than the air, an overcast one 2 C.
            sky_temperature_celsius=temperature - 22.0 + 20.0 * cloud / 100.0,
            seeing_arcseconds=self._seeing(at, speed),
        )

    @locked
    def air_celsius(self, times: Floats) -> Floats:
        """Return only the temperature of the conditions, for a fraction of what those cost."""
        at = moments(times)
        rain = self._rain(at, self._noise(at, "front", self._profile.memory_seconds))
        return self._wet_temperature(at, rain)

    @locked
    def temperature_celsius(self, times: Floats) -> Floats:
        """Return the temperature of the air at moments, but for what rain does to it."""
        return self._temperature(moments(times))

    @locked
    def wind(self, times: Floats) -> Floats:
        """Return the wind's mean speed in metres a second at moments."""
        at, profile = moments(times), self._profile
        noise = self._noise(at, "wind", profile.wind_memory_seconds)
        calm = profile.wind_metres_per_second * np.exp(profile.wind_spread * noise)
        return self._with_event(at, calm, "weather.gust", "metres_per_second", 0.7)

    @property
    def _profile(self) -> WeatherProfile:
        return self._world.profile.weather

    def _noise(self, at: Floats, what: str, memory_seconds: float) -> Floats:
        return smooth_noise(at, self._world.seed, f"weather.{what}", memory_seconds)

    def _temperature(self, at: Floats) -> Floats:
        profile, place = self._profile, self._world.place
        hour = (at / 3600.0 + place.longitude_degrees / 15.0) % 24.0
        season = np.cos(2 * np.pi * (at - _JULY_15_SECONDS) / _YEAR_SECONDS)
        hemisphere = math.copysign(1.0, place.latitude_degrees)
        return np.asarray(
            profile.mean_celsius
            + hemisphere * profile.yearly_swing_celsius * season
            + profile.daily_swing_celsius * np.cos(2 * np.pi * (hour - _WARMEST_HOUR) / 24.0)
            + profile.celsius_rms * self._noise(at, "temperature", profile.memory_seconds)
        )

    def _wet_temperature(self, at: Floats, rain: Floats) -> Floats:
        return self._temperature(at) - 2.0 * (rain > 0)

    def _dew_point(self, at: Floats, temperature: Floats, rain: Floats) -> Floats:
        profile = self._profile
        dry = profile.dew_point_celsius + profile.dew_point_rms_celsius * self._noise(
            at, "dew", 2 * profile.memory_seconds
        )
        wet = np.where(rain > 0, temperature - 0.3, dry)
        damp = self._strength(at, "weather.humidity")
        if damp is not None:
            percent, part = damp
            wet = np.maximum(wet, wet + part * (dew_point_celsius(temperature, percent) - wet))
        return np.minimum(wet, temperature - 0.1)

    def _pressure(self, at: Floats, front: Floats) -> Floats:
        mean = _SEA_LEVEL_HPA * math.exp(-self._world.place.elevation_metres / _SCALE_HEIGHT_METRES)
        slow = self._noise(at, "pressure", 8 * self._profile.memory_seconds)
        return np.asarray(mean + self._profile.pressure_rms_hpa * (0.8 * slow - 0.5 * front))

    def _gust(self, at: Floats, speed: Floats) -> Floats:
        own = speed * (1.25 + 0.15 * np.abs(self._noise(at, "gust", 30.0)))
        return self._with_event(at, own, "weather.gust", "metres_per_second", 1.0)

    def _direction(self, at: Floats, speed: Floats) -> Floats:
        swing = 40.0 * self._noise(at, "direction", 4 * self._profile.wind_memory_seconds)
        direction = (self._profile.wind_direction_degrees + swing) % 360.0
        return np.where(speed > 0, np.where(direction == 0.0, 360.0, direction), 0.0)

    def _cloud(self, at: Floats, front: Floats) -> Floats:
        own = 100.0 / (1.0 + np.exp(-3.0 * (front + self._profile.cloudiness)))
        clouded = self._with_event(at, own, "weather.cloud", "percent", 1.0)
        return np.where(self._rain(at, front) > 0, np.maximum(clouded, 97.0), clouded)

    def _rain(self, at: Floats, front: Floats) -> Floats:
        own = np.maximum(front - self._profile.rain_threshold, 0.0) * 4.0
        return self._with_event(at, own, "weather.rain", "millimetres_per_hour", 1.0)

    def _seeing(self, at: Floats, speed: Floats) -> Floats:
        profile = self._profile
        noise = self._noise(at, "seeing", profile.seeing_memory_seconds)
        windy = 1.0 + 0.02 * np.maximum(speed - 6.0, 0.0)
        return np.asarray(profile.seeing_arcseconds * np.exp(profile.seeing_spread * noise) * windy)

    def _with_event(self, at: Floats, own: Floats, name: str, key: str, share: float) -> Floats:
        event = self._strength(at, name, key)
        return own if event is None else np.maximum(own, share * event[0] * event[1])

    def _strength(self, at: Floats, name: str, key: str = "percent") -> tuple[Floats, Floats] | None:
        """Return the value of an event at moments, and how much of it has come, 0 to 1; None without any."""
        events = self._world.faults.all_of(name)
        if not events:
            return None
        total, part = np.zeros(at.shape), np.zeros(at.shape)
        for event in events:
            come = np.clip((at - event.since) / _EVENT_SECONDS, 0.0, 1.0)
            left = np.clip((at - event.until) / _EVENT_SECONDS, 0.0, 1.0)
            # As one goes the next may come: the sky changes from the one to the other without clearing up.
            total += np.clip(come - left, 0.0, 1.0) * event.values[key]
            part += np.clip(come - left, 0.0, 1.0)
        return total / np.maximum(part, 1e-9), np.minimum(part, 1.0)


def dew_point_celsius(temperature_celsius: Floats, humidity_percent: Floats | float) -> Floats:
    """Return the dew point by Magnus's formula, constants of Sonntag (1990)."""
    logarithm = np.log(np.maximum(humidity_percent, 0.1) / 100.0) + 17.62 * temperature_celsius / (
        243.12 + temperature_celsius
    )
    return np.asarray(243.12 * logarithm / (17.62 - logarithm))


def relative_humidity_percent(temperature_celsius: Floats, dew_point: Floats) -> Floats:
    """Return the relative humidity of air with a dew point, by Magnus's formula."""
    exponent = 17.62 * (
        dew_point / (243.12 + dew_point) - temperature_celsius / (243.12 + temperature_celsius)
    )
    return np.asarray(np.minimum(100.0 * np.exp(exponent), 100.0))
