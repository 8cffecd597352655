"""All that an exposure's pixels depend on, gathered from the world: after this nothing else is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._detector import dark_electrons_per_second
from ocs_sim.world._exposure import Exposure
from ocs_sim.world._exposure_light import Light, gather_light
from ocs_sim.world._exposure_motion import Motion, motion
from ocs_sim.world._exposure_samples import Samples, pixel_map, sample
from ocs_sim.world._exposure_stars import FieldStars, field_stars
from ocs_sim.world._optics import (
    best_focus_steps,
    defocus_diameter_pixels,
    image_of_point,
)
from ocs_sim.world._optics_profile import FilterProfile
from ocs_sim.world._optics_projection import PixelMap
from ocs_sim.world._psf import Psf
from ocs_sim.world._render_trails import Trails, trails

if TYPE_CHECKING:
    from ocs_sim.world._world import World

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Focus:
    """How sharp the air and the focuser let stars be."""

    position_steps: float
    best_steps: float
    air_fwhm_arcseconds: float
    moffat_fwhm_pixels: float
    defocus_pixels: float


@dataclass(frozen=True)
class Sky:
    """What came in through an open shutter."""

    samples: Samples
    pixel_map: PixelMap
    filter_: FilterProfile
    light: Light
    focus: Focus
    motion: Motion
    stars: FieldStars
    psf: Psf
    trails: Trails | None


@dataclass(frozen=True)
class Scene:
    """An exposure ready to be rendered; `sky` is None where the shutter stayed shut."""

    exposure: Exposure
    seed: int
    detector_celsius: float
    dark_electrons: float  # in a typical unbinned pixel, over the exposure
    sky: Sky | None


def gather(world: World, exposure: Exposure, detector_celsius: Values, *, open_shutter: bool) -> Scene:
    """Return the scene of an exposure; the detector's temperatures are those of equal parts of it."""
    rate = float(np.mean(dark_electrons_per_second(world.profile.camera, detector_celsius)))
    dark = rate * exposure.duration_seconds
    lit = open_shutter and exposure.duration_seconds > 0
    return Scene(
        exposure, world.seed, float(np.mean(detector_celsius)), dark, _sky(world, exposure) if lit else None
    )


def _sky(world: World, exposure: Exposure) -> Sky:
    samples = sample(world, exposure)
    profile = world.profile
    filter_ = profile.filters[min(samples.slot, len(profile.filters) - 1)]
    light = gather_light(world, samples, filter_, exposure.duration_seconds)
    reference = pixel_map(world, samples, samples.middle)
    moved = motion(samples, reference, light.shares)
    focus = _focus(world, samples, filter_)
    psf = image_of_point(
        profile.optics, focus.moffat_fwhm_pixels, focus.defocus_pixels, moved.kernel(light.shares)
    )
    stars = field_stars(world, samples, reference, filter_, light, psf, moved)
    drawn = None
    if not moved.together:
        listed = stars.ra_degrees, stars.dec_degrees, stars.field.electrons
        drawn = trails(samples, reference, listed, light.shares, psf.half_pixels)
    return Sky(samples, reference, filter_, light, focus, moved, stars, psf, drawn)


def _focus(world: World, samples: Samples, filter_: FilterProfile) -> Focus:
    profile = world.profile
    scale = profile.optics.arcseconds_per_pixel(profile.camera.pixel_micrometres)
    up = samples.altitude_degrees
    air = float(np.mean(world.atmosphere.seeing_arcseconds(samples.times, up, filter_.wavelength_nanometres)))
    position = float(np.mean(world.focuser.position_steps(samples.times)))
    tube = float(np.mean(world.focuser.tube_celsius(samples.times)))
    step = profile.focuser.step_micrometres
    best = best_focus_steps(profile.optics, filter_, tube)
    return Focus(
        position,
        best,
        air,
        float(np.hypot(air, profile.optics.optics_blur_arcseconds)) / scale,
        defocus_diameter_pixels(profile.optics, (position - best) * step, profile.camera.pixel_micrometres),
    )
