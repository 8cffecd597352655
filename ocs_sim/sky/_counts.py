"""How many stars there are, and of which colours."""

from __future__ import annotations

import numpy as np

from ocs_sim.sky._stars import Floats

SLOPE = 0.34
UNIT_MAGNITUDE = 8.0  # the mean count of the whole sky is 1.0 per square degree brighter than this
PLANE_EXCESS = 4.0
PLANE_WIDTH = 0.3  # in the sine of the galactic latitude

# Quantiles of B-V of the stars in a field, from blue to red: between those of a magnitude-limited sample
# and of the solar neighbourhood. Good enough to give filters something to do.
COLOUR_QUANTILES = (0.0, 0.03, 0.15, 0.35, 0.55, 0.75, 0.9, 0.97, 1.0)
COLOURS = (-0.25, -0.05, 0.2, 0.45, 0.62, 0.9, 1.2, 1.5, 1.7)


def latitude_factor(sine_of_latitude: Floats) -> Floats:
    """Return the density of stars relative to the mean of the sky, which is exactly 1.

    It falls from 2.3 in the galactic plane to 0.5 at the poles, which is about what Allen's Astrophysical
    Quantities has for magnitude 8. (In the real sky the contrast grows for fainter stars.)
    """
    mean = 1 + PLANE_EXCESS * PLANE_WIDTH * -np.expm1(-1 / PLANE_WIDTH)
    factor: Floats = (1 + PLANE_EXCESS * np.exp(-np.abs(sine_of_latitude) / PLANE_WIDTH)) / mean
    return factor


def cumulative_density(magnitude: float) -> float:
    """Return how many stars per square degree of the whole sky are brighter than a magnitude."""
    return float(10 ** (SLOPE * (magnitude - UNIT_MAGNITUDE)))


def magnitude_of_density(density: Floats) -> Floats:
    """Return the magnitude up to which there are so many stars per square degree of the sky."""
    magnitude: Floats = UNIT_MAGNITUDE + np.log10(density) / SLOPE
    return magnitude


def colour_of_quantile(quantile: Floats) -> Floats:
    """Return B-V of a star which is redder than this part (0 to 1) of all."""
    colour: Floats = np.interp(quantile, COLOUR_QUANTILES, COLOURS)
    return colour
