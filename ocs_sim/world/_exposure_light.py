"""How much of the light of stars, sky and flat panel arrived during an exposure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._exposure_samples import Samples
from ocs_sim.world._optics_profile import FilterProfile

if TYPE_CHECKING:
    from ocs_sim.world._world import World

Values = NDArray[np.float64]

_SKIES_ASKED = 8


@dataclass(frozen=True)
class Light:
    """What arrived: `shares` says how stars' light is spread over the samples, and adds up to one."""

    shares: Values
    extinction_magnitudes: float  # air and cloud, mean
    clear_fraction: float  # dome, cover and wheel, mean
    zero_point_magnitudes: float  # of a star that gives one electron a second, above air, dome and cover
    star_seconds: float  # so many seconds of unhindered light came from each star
    sky_magnitudes: float  # for each square arcsecond
    sky_electrons: float  # in an unbinned pixel
    lamp_electrons: float  # in an unbinned pixel


def gather_light(world: World, samples: Samples, filter_: FilterProfile, seconds: float) -> Light:
    """Sum up what arrived in an exposure."""
    optics, camera = world.profile.optics, world.profile.camera
    taken = world.atmosphere.extinction_magnitudes(samples.times, samples.altitude_degrees, filter_)
    through = np.asarray(10 ** (-0.4 * taken))
    arrived = samples.clear * through
    skies = _sky_fluxes(world, samples, filter_)
    rate = filter_.zero_magnitude_electrons * optics.collecting_square_metres
    square = optics.arcseconds_per_pixel(camera.pixel_micrometres) ** 2
    return Light(
        shares=arrived / arrived.sum() if arrived.sum() > 0 else np.full(len(arrived), 1 / len(arrived)),
        extinction_magnitudes=float(-2.5 * np.log10(np.mean(through))),
        clear_fraction=float(np.mean(samples.clear)),
        zero_point_magnitudes=float(2.5 * np.log10(rate)),
        star_seconds=float(np.mean(arrived)) * seconds,
        sky_magnitudes=float(-2.5 * np.log10(np.mean(skies))),
        sky_electrons=float(np.mean(skies * samples.clear)) * rate * square * seconds,
        lamp_electrons=float(np.mean(samples.lamp)) * filter_.calibrator_electrons * seconds,
    )


def _sky_fluxes(world: World, samples: Samples, filter_: FilterProfile) -> Values:
    """Return the sky's brightness in units of magnitude 0 for each square arcsecond at each sample."""
    asked = np.unique(np.linspace(0, len(samples.times) - 1, _SKIES_ASKED).astype(int))
    where = samples.times[asked], samples.altitude_degrees[asked], samples.azimuth_degrees[asked]
    flux = 10 ** (-0.4 * world.atmosphere.sky_brightness(*where, filter_))
    return np.asarray(np.interp(samples.times, samples.times[asked], flux))
