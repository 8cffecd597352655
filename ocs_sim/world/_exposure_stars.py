"""The stars that an exposure could show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._exposure_light import Light
from ocs_sim.world._exposure_motion import Motion
from ocs_sim.world._exposure_samples import Samples
from ocs_sim.world._optics_profile import FilterProfile
from ocs_sim.world._optics_projection import PixelMap
from ocs_sim.world._psf import Psf
from ocs_sim.world._render_stars import StarField

if TYPE_CHECKING:
    from ocs_sim.world._world import World

Values = NDArray[np.float64]

_FAINTEST_SIGMA = 0.6  # of a star's own noise: fainter ones add nothing that can be seen
_FAINTEST_MAGNITUDE = 23.0
_MOST_STARS_PER_MEGAPIXEL = 2500
_TRAIL_MAGNITUDE = 12.0
_TRAIL_FIELDS = 12


@dataclass(frozen=True)
class FieldStars:
    """Stars as the catalogue has them, and where they fell: arrays of one length, brightest first."""

    ra_degrees: Values
    dec_degrees: Values
    magnitude: Values
    colour: Values
    field: StarField


def field_stars(
    world: World,
    samples: Samples,
    reference: PixelMap,
    filter_: FilterProfile,
    light: Light,
    psf: Psf,
    moved: Motion,
) -> FieldStars:
    """Return the stars on the sensor and just beside it, with the electrons that each gives."""
    corner = np.hypot(*reference.centre) + psf.half_pixels + 2
    radius = float(corner) * reference.arcseconds_per_pixel / 3600
    faintest = _faintest(world, light, psf, radius)
    ra, dec, magnitude, colour = _catalogued(world, samples, reference, radius, faintest, moved)
    seen = magnitude + filter_.colour_term * colour
    electrons = 10 ** (-0.4 * (seen - light.zero_point_magnitudes)) * light.star_seconds
    x, y = reference.to_pixels(ra, dec)
    order = np.argsort(-electrons, kind="stable")
    field = StarField((x + moved.mean_x)[order], (y + moved.mean_y)[order], electrons[order])
    return FieldStars(ra[order], dec[order], magnitude[order], colour[order], field)


def _faintest(world: World, light: Light, psf: Psf, radius_degrees: float) -> float:
    """Return the magnitude at which stars drown in the noise, or of which there are too many."""
    area = 2.3 * psf.fwhm_pixels**2
    background = light.sky_electrons + light.lamp_electrons + world.profile.camera.read_noise_electrons**2
    drowned = max(_FAINTEST_SIGMA * float(np.sqrt(area * background)), 1.0)
    camera = world.profile.camera
    most = _MOST_STARS_PER_MEGAPIXEL * camera.width * camera.height / 1e6
    seconds = max(light.star_seconds, 1e-9)
    limit = light.zero_point_magnitudes - 2.5 * np.log10(drowned / seconds)
    crowded = 8 + np.log10(most / (np.pi * radius_degrees**2)) / 0.34
    return float(min(limit, crowded, _FAINTEST_MAGNITUDE))


def _catalogued(
    world: World, samples: Samples, reference: PixelMap, radius: float, faintest: float, moved: Motion
) -> tuple[Values, Values, Values, Values]:
    """Return position, magnitude and colour of stars: where the field moves far, of bright ones only."""
    if np.isfinite(moved.x).all() and max(np.ptp(moved.x), np.ptp(moved.y)) < reference.width:
        extra = float(max(np.ptp(moved.x), np.ptp(moved.y))) * reference.arcseconds_per_pixel / 3600
        middle = reference.ra_degrees, reference.dec_degrees
        return _near(world, *middle, radius + extra, faintest, float(samples.times[samples.middle]))
    asked = np.unique(np.linspace(0, len(samples.times) - 1, _TRAIL_FIELDS).astype(int)).tolist()
    found = [
        _near(
            world,
            float(samples.ra_degrees[index]),
            float(samples.dec_degrees[index]),
            max(radius, 1.0),
            min(faintest, _TRAIL_MAGNITUDE),
            float(samples.times[index]),
        )
        for index in asked
    ]
    ra, dec, magnitude, colour = (np.concatenate(each) for each in zip(*found, strict=True))
    _, first = np.unique(np.round(np.stack([ra, dec]), 6), axis=1, return_index=True)
    return ra[first], dec[first], magnitude[first], colour[first]


def _near(
    world: World, ra: float, dec: float, radius: float, faintest: float, unix: float
) -> tuple[Values, Values, Values, Values]:
    stars = world.catalogue.stars_near(ra, dec, radius, faintest, unix=unix)
    colour = np.nan_to_num(np.asarray(stars.colour, float))
    return stars.ra_degrees, stars.dec_degrees, stars.magnitude, colour
