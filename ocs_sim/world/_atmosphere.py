"""The air above the telescope: how bright it is, what it takes away, how much it blurs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocs_sim.almanac import airmass, moon, separation_degrees, sun
from ocs_sim.world._atmosphere_light import (
    add_magnitudes,
    airglow_magnitudes,
    twilight_gradient,
    twilight_magnitudes,
)
from ocs_sim.world._moonlight import magnitudes, moonlight_nanolamberts
from ocs_sim.world._optics import seeing_fwhm_arcseconds
from ocs_sim.world._optics_profile import FilterProfile
from ocs_sim.world._part import Part, locked, moments

Values = NDArray[np.float64]
Times = Values | float

_OVERCAST_MAGNITUDES = 6.0
_SCATTERED_BY_CLOUD = 0.35  # of moonlight and twilight still comes through an overcast sky
_FAINT = 1e-6  # nanolamberts, less than any sky


class Atmosphere(Part):
    """What the air does to light on its way down; all angles in degrees, moments in unix seconds."""

    @locked
    def sky_brightness(
        self, times: Times, altitude: Times, azimuth: Times, filter_: FilterProfile | None = None
    ) -> Values:
        """Return magnitudes per square arcsecond: airglow, moonlight, twilight, day, and clouds.

        Without a filter in V. The Moon's and the Sun's light have the same magnitudes in all filters.
        """
        seen = filter_ or FilterProfile("V")
        when, up, around = (moments(each) for each in (times, altitude, azimuth))
        through = 10 ** (-0.4 * self._cloud_magnitudes(when))
        own = airglow_magnitudes(seen.sky_magnitude, up, seen.extinction_magnitudes) - 2.5 * np.log10(through)
        shine = add_magnitudes(self._moonlight(when, up, around, seen), self._twilight(when, up, around))
        veiled = _SCATTERED_BY_CLOUD + (1 - _SCATTERED_BY_CLOUD) * through
        return add_magnitudes(own, shine - 2.5 * np.log10(veiled))

    @locked
    def extinction_magnitudes(
        self, times: Times, altitude: Times, filter_: FilterProfile | None = None
    ) -> Values:
        """Return how many magnitudes the air and the clouds take away at an altitude."""
        seen = filter_ or FilterProfile("V")
        clear = seen.extinction_magnitudes * np.asarray(airmass(moments(altitude)))
        return np.asarray(clear + self._cloud_magnitudes(moments(times)))

    @locked
    def cloud_magnitudes(self, times: Times) -> Values:
        """Return how many magnitudes the clouds take away."""
        return self._cloud_magnitudes(moments(times))

    @locked
    def seeing_arcseconds(
        self, times: Times, altitude: Times, wavelength_nanometres: float = 500.0
    ) -> Values:
        """Return the width (FWHM) of stars that the air alone makes, at an altitude and in a colour."""
        zenith = np.asarray(self._conditions(moments(times)).seeing_arcseconds, float)
        thickness = np.asarray(airmass(moments(altitude)), float)
        return seeing_fwhm_arcseconds(zenith, thickness, wavelength_nanometres)

    def _moonlight(self, times: Values, altitude: Values, azimuth: Values, seen: FilterProfile) -> Values:
        body = moon(self._world.place, times)
        height, around = np.asarray(body.altitude_degrees), np.asarray(body.azimuth_degrees)
        light = moonlight_nanolamberts(
            phase_angle_degrees=np.asarray(body.phase_angle_degrees),
            moon_altitude_degrees=height,
            altitude_degrees=altitude,
            separation_degrees=np.asarray(separation_degrees(around, height, azimuth, altitude)),
            extinction_magnitudes=seen.extinction_magnitudes,
        )
        return magnitudes(np.maximum(light, _FAINT))

    def _twilight(self, times: Values, altitude: Values, azimuth: Values) -> Values:
        body = sun(self._world.place, times)
        shape = twilight_gradient(altitude, azimuth - np.asarray(body.azimuth_degrees))
        return twilight_magnitudes(np.asarray(body.altitude_degrees)) - 2.5 * np.log10(shape)

    def _cloud_magnitudes(self, times: Values) -> Values:
        covered = np.asarray(self._conditions(times).cloud_percent, float) / 100
        return np.asarray(_OVERCAST_MAGNITUDES * covered**2)

    def _conditions(self, times: Values) -> Any:
        return self._world.weather.conditions(times)
