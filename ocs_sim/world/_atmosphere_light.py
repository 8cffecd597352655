"""Light that the atmosphere itself sends down: airglow and twilight, in magnitudes per square arcsecond."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._moonlight import scattering_airmass

Values = NDArray[np.float64]

_DAYLIGHT = 4.0  # a clear blue sky in V
_LAST_OF_FIT = 102.0  # zenith distance of the Sun from which the night's own light counts in the measurements


def airglow_magnitudes(zenith_magnitudes: float, altitude_degrees: Values, extinction: float) -> Values:
    """Return a dark, moonless sky: Krisciunas & Schaefer 1991, PASP 103, 1033, equation 2."""
    layer = scattering_airmass(altitude_degrees)
    return np.asarray(zenith_magnitudes - 2.5 * np.log10(layer) + extinction * (layer - 1))


def twilight_magnitudes(sun_altitude_degrees: Values) -> Values:
    """Return the Sun's scattered light at the zenith in V, by the Sun's altitude.

    Source: Patat, Ugolnikov & Postylyakov 2006, A&A 455, 385, table 1: 11.84 + 1.518 p - 0.057 p^2 with
    p = zenith distance - 95. Outside of 95..102 degrees it goes on straight, to no brighter than day.
    """
    beyond = 90.0 - np.asarray(sun_altitude_degrees, float) - 95.0
    end = _LAST_OF_FIT - 95.0
    inside = np.clip(beyond, 0.0, end)
    curve = 11.84 + 1.518 * inside - 0.057 * inside**2
    before = 1.518 * np.minimum(beyond, 0.0)
    after = (1.518 - 2 * 0.057 * end) * np.maximum(beyond - end, 0.0)
    return np.maximum(curve + before + after, _DAYLIGHT)


def twilight_gradient(altitude_degrees: Values, from_sun_azimuth_degrees: Values) -> Values:
    """Return how many times brighter than the zenith twilight is: most low above the Sun.

    A plain shape, 3 times at the horizon above the Sun and 0.6 opposite: no measured model.
    """
    low = np.cos(np.radians(np.clip(altitude_degrees, 0, 90)))
    towards = np.cos(np.radians(from_sun_azimuth_degrees))
    return np.asarray(1 + low**2 * (0.8 + 1.2 * towards))


def add_magnitudes(*brightnesses: Values) -> Values:
    """Return the brightness of several lights together."""
    return np.asarray(-2.5 * np.log10(sum(10 ** (-0.4 * each) for each in brightnesses)))
