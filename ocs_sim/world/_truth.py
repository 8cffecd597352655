"""What an image was made from: the answers to everything that can be measured in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._detector import Detector
from ocs_sim.world._exposure import bias_adu, read_noise_electrons
from ocs_sim.world._exposure_scene import Scene, Sky
from ocs_sim.world._render_charge import rays_of
from ocs_sim.world._truth_tables import star_table, truth_header

if TYPE_CHECKING:
    from astropy.io.fits import BinTableHDU

Values = NDArray[np.float64]


@dataclass(frozen=True)
class StarTruth:
    """Stars of an image, brightest first; x and y count its binned pixels from 0, a pixel's centre."""

    ra_degrees: Values
    dec_degrees: Values
    magnitude: Values
    colour: Values
    x: Values
    y: Values
    electrons: Values

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class SkyTruth:
    """What came through the open shutter; directions are ICRS, of the middle of the exposure."""

    ra_degrees: float
    dec_degrees: float
    position_angle_degrees: float  # towards which rows count up
    commanded_ra_degrees: float
    commanded_dec_degrees: float
    altitude_degrees: float
    azimuth_degrees: float
    reference_pixel: tuple[float, float]  # of the image, binned, counted from 0
    matrix_degrees: Values  # FITS's CD, for binned pixels
    filter_name: str
    seeing_arcseconds: float  # the air's, at this altitude and in this colour
    fwhm_arcseconds: float  # of a star in the image
    half_flux_diameter_arcseconds: float
    trailed: bool  # stars are lines
    focus_steps: float
    best_focus_steps: float
    extinction_magnitudes: float
    clear_fraction: float  # of dome, cover and filter wheel
    zero_point_magnitudes: float  # of one electron a second, on the ground, through what was in the way
    sky_magnitudes: float
    sky_electrons: float  # in a binned pixel
    lamp_electrons: float  # in a binned pixel
    stars: StarTruth


@dataclass(frozen=True)
class Truth:
    """What an image was made from; `sky` is None for a bias, a dark and a shutter that did not open."""

    number: int
    seed: int
    opened_unix: float
    duration_seconds: float
    detector_celsius: float
    dark_electrons: float  # in a typical binned pixel
    electrons_per_adu: float
    read_noise_electrons: float  # of a binned pixel
    bias_adu: float  # of a binned pixel
    cosmic_rays: int
    sky: SkyTruth | None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain numbers, texts and lists, for a sidecar of JSON."""
        return {name: _plain(getattr(self, name)) for name in self.__dataclass_fields__}

    def to_hdu(self) -> BinTableHDU:
        """Return a FITS extension TRUTH: a table of the stars, and all else in its header."""
        from astropy.io.fits import BinTableHDU

        return BinTableHDU(star_table(self), header=truth_header(self), name="TRUTH")


def truth_of(scene: Scene, detector: Detector) -> Truth:
    """Return the truth about a scene, in the pixels of its image."""
    request, camera = scene.exposure.request, detector.camera
    bins = request.bin_x * request.bin_y
    return Truth(
        number=scene.exposure.number,
        seed=scene.seed,
        opened_unix=scene.exposure.opened_unix,
        duration_seconds=scene.exposure.duration_seconds,
        detector_celsius=scene.detector_celsius,
        dark_electrons=scene.dark_electrons * bins,
        electrons_per_adu=camera.electrons_per_adu,
        read_noise_electrons=read_noise_electrons(request, camera),
        bias_adu=bias_adu(request, camera),
        cosmic_rays=len(rays_of(scene, detector)),
        sky=_sky_truth(scene, scene.sky) if scene.sky else None,
    )


def _sky_truth(scene: Scene, sky: Sky) -> SkyTruth:
    request, light, field = scene.exposure.request, sky.light, sky.pixel_map
    middle = sky.samples.middle
    bins = request.bin_x * request.bin_y
    scale = field.arcseconds_per_pixel
    reference = _in_image(scene, *field.centre)
    return SkyTruth(
        ra_degrees=field.ra_degrees % 360,
        dec_degrees=field.dec_degrees,
        position_angle_degrees=field.angle_degrees,
        commanded_ra_degrees=sky.samples.commanded[0],
        commanded_dec_degrees=sky.samples.commanded[1],
        altitude_degrees=float(sky.samples.altitude_degrees[middle]),
        azimuth_degrees=float(sky.samples.azimuth_degrees[middle]),
        reference_pixel=(float(reference[0]), float(reference[1])),
        matrix_degrees=field.matrix_degrees() @ np.diag([request.bin_x, request.bin_y]),
        filter_name=sky.filter_.name,
        seeing_arcseconds=sky.focus.air_fwhm_arcseconds,
        fwhm_arcseconds=sky.psf.fwhm_pixels * scale,
        half_flux_diameter_arcseconds=sky.psf.half_flux_diameter_pixels * scale,
        trailed=sky.trails is not None or sky.motion.length_pixels > sky.focus.moffat_fwhm_pixels,
        focus_steps=sky.focus.position_steps,
        best_focus_steps=sky.focus.best_steps,
        extinction_magnitudes=light.extinction_magnitudes,
        clear_fraction=light.clear_fraction,
        zero_point_magnitudes=_zero_point(scene, sky),
        sky_magnitudes=light.sky_magnitudes,
        sky_electrons=light.sky_electrons * bins,
        lamp_electrons=light.lamp_electrons * bins,
        stars=_stars(scene, sky),
    )


def _zero_point(scene: Scene, sky: Sky) -> float:
    share = sky.light.star_seconds / scene.exposure.duration_seconds
    return sky.light.zero_point_magnitudes + 2.5 * float(np.log10(max(share, 1e-30)))


def _stars(scene: Scene, sky: Sky) -> StarTruth:
    request, stars = scene.exposure.request, sky.stars
    x, y = _in_image(scene, stars.field.x, stars.field.y)
    inside = (x > -0.5) & (x < (request.width or 0) - 0.5) & (y > -0.5) & (y < (request.height or 0) - 0.5)
    every = (
        stars.ra_degrees,
        stars.dec_degrees,
        stars.magnitude,
        stars.colour,
        x,
        y,
        stars.field.electrons,
    )
    return StarTruth(*(each[inside] for each in every))


def _in_image(scene: Scene, x: Values | float, y: Values | float) -> tuple[Values, Values]:
    """Return sensor pixels as pixels of the image, both counted from 0 at the centre of the first."""
    request = scene.exposure.request
    across = (np.asarray(x) - request.columns.start + 0.5) / request.bin_x - 0.5
    down = (np.asarray(y) - request.rows.start + 0.5) / request.bin_y - 0.5
    return across, down


def _plain(thing: Any) -> Any:
    if isinstance(thing, np.ndarray):
        return thing.tolist()
    if hasattr(thing, "__dataclass_fields__"):
        return {name: _plain(getattr(thing, name)) for name in thing.__dataclass_fields__}
    return list(thing) if isinstance(thing, tuple) else thing
