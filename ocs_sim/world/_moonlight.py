"""The brightness of a moonlit sky: Krisciunas & Schaefer 1991, PASP 103, 1033."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def moonlight_nanolamberts(
    *,
    phase_angle_degrees: Values | float,
    moon_altitude_degrees: Values | float,
    altitude_degrees: Values | float,
    separation_degrees: Values | float,
    extinction_magnitudes: float,
) -> Values:
    """Return what the Moon adds to the sky's brightness, their equations 15, 20 and 21; 0 with the Moon down.

    The phase angle is 0 at full Moon. Good to 8-23 % in V by the authors' account.
    """
    moonlight = moon_illuminance(phase_angle_degrees)
    scattered = scattering(separation_degrees)
    towards_moon = 10 ** (-0.4 * extinction_magnitudes * scattering_airmass(moon_altitude_degrees))
    out_of_beam = 1 - 10 ** (-0.4 * extinction_magnitudes * scattering_airmass(altitude_degrees))
    brightness = scattered * moonlight * towards_moon * out_of_beam
    return np.asarray(np.where(np.asarray(moon_altitude_degrees) > 0, brightness, 0.0))


def moon_illuminance(phase_angle_degrees: Values | float) -> Values:
    """Return the Moon's illuminance outside the atmosphere, equation 20, in their units."""
    angle = np.abs(np.asarray(phase_angle_degrees, float))
    return np.asarray(10 ** (-0.4 * (3.84 + 0.026 * angle + 4e-9 * angle**4)))


def scattering(separation_degrees: Values | float) -> Values:
    """Return the scattering function f(rho), equations 17, 18 and 21: Rayleigh, Mie, and the aureole."""
    angle = np.maximum(np.asarray(separation_degrees, float), 0.25)
    rayleigh = 10**5.36 * (1.06 + np.cos(np.radians(angle)) ** 2)
    mie = np.where(angle >= 10, 10 ** (6.15 - angle / 40), 6.2e7 * angle**-2)
    return np.asarray(rayleigh + mie)


def scattering_airmass(altitude_degrees: Values | float) -> Values:
    """Return the air mass of a glowing layer, equation 3: (1 - 0.96 sin2 z)^-0.5."""
    zenith = np.radians(90 - np.clip(np.asarray(altitude_degrees, float), 0, 90))
    return np.asarray((1 - 0.96 * np.sin(zenith) ** 2) ** -0.5)


def nanolamberts(magnitudes: Values | float) -> Values:
    """Return a V surface brightness in magnitudes per square arcsecond as nanolamberts, equation 1."""
    return np.asarray(34.08 * np.exp(20.7233 - 0.92104 * np.asarray(magnitudes, float)))


def magnitudes(nanolambert: Values | float) -> Values:
    """Return a brightness in nanolamberts as V magnitudes per square arcsecond."""
    return np.asarray((20.7233 - np.log(np.asarray(nanolambert, float) / 34.08)) / 0.92104)
