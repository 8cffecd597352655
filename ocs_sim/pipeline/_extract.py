"""Finds and measures the stars of an image."""

from __future__ import annotations

from typing import Any

import numpy as np
import sep
from numpy.typing import NDArray

from ocs_sim.pipeline._background import residual_level
from ocs_sim.pipeline._detections import Detections, Floats
from ocs_sim.pipeline._errors import BadImage
from ocs_sim.pipeline._photometry import photometry
from ocs_sim.pipeline._profiles import full_widths_at_half_maximum, half_light_radii
from ocs_sim.pipeline._sharpness import LONGEST_STAR, SHARPER_THAN_STARS, sharp, typical_fwhm

BACKGROUND_BOX_PIXELS = 64
SMALLEST_SIDE_PIXELS = 16
SIGMA_PER_HALF_LIGHT_RADIUS = 1 / 1.1774


def extract_stars(
    data: NDArray[Any],
    *,
    threshold_sigma: float = 5.0,
    saturation: float | None = None,
    electrons_per_adu: float | None = None,
) -> Detections:
    """Return the stars of an image [rows, columns], brightest first.

    Background and detection are SExtractor's (Bertin & Arnouts 1996, by sep), centres are windowed
    centroids. Fluxes are of a round aperture of 1.5 FWHM, scaled to the whole star by what bright stars
    have out to 4 FWHM. `saturation` is the pixel value from which on a star is flagged; without it the
    largest of an integer type, or the plateau that the image has. `electrons_per_adu` adds the stars'
    own noise to flux_error. Hot pixels and cosmic rays are left out, as far as they are sharper than stars.

    Raises BadImage.
    """
    image = _as_float(data)
    background = sep.Background(image, bw=BACKGROUND_BOX_PIXELS, bh=BACKGROUND_BOX_PIXELS)
    limit = _saturation_level(data, background) if saturation is None else saturation
    level, noise = float(background.globalback), float(background.globalrms)
    background.subfrom(image)
    found = _found(image, threshold_sigma, noise)
    image -= residual_level(image, found)
    x, y, radii = _centres(image, found)
    fwhm = full_widths_at_half_maximum(image, x, y, radii)
    peak, elongation = found["peak"].astype(np.float64), found["a"] / np.maximum(found["b"], 1e-3)
    saturated = np.asarray(data[found["ypeak"], found["xpeak"]], dtype=np.float64) >= limit
    spikes = sharp(image, x, y, peak, fwhm) & ~saturated
    width = typical_fwhm(fwhm, found["flux"], ~(spikes | saturated | (elongation > LONGEST_STAR)))
    flux, error, cut = photometry(image, x, y, width, noise, ~(spikes | saturated), electrons_per_adu)
    stars = Detections(
        x=x,
        y=y,
        flux=flux,
        flux_error=error,
        peak=peak,
        fwhm_pixels=fwhm,
        half_flux_diameter_pixels=2 * radii,
        elongation=elongation,
        saturated=saturated,
        on_edge=cut | ((found["flag"] & sep.OBJ_TRUNC) != 0),
        shape=(image.shape[0], image.shape[1]),
        background_level=level,
        background_noise=noise,
    )
    spikes |= ~saturated & (fwhm < SHARPER_THAN_STARS * width)
    real = np.flatnonzero((flux > 0) & ~spikes)
    return stars[real[np.argsort(-flux[real], kind="stable")]]


def _as_float(data: NDArray[Any]) -> NDArray[np.float32]:
    if data.ndim != 2 or min(data.shape) < SMALLEST_SIDE_PIXELS:
        raise BadImage(what=f"an array of shape {data.shape}", fault="it needs rows and columns, 16 at least")
    image = np.array(data, dtype=np.float32, order="C")
    if not np.isfinite(image).all():
        image[~np.isfinite(image)] = np.nanmedian(image)
    return image


def _saturation_level(data: NDArray[Any], background: sep.Background) -> float:
    """Return the value at which the image is clipped; infinity if nothing shows that it is."""
    if np.issubdtype(data.dtype, np.integer) and data.max() == np.iinfo(data.dtype).max:
        return float(data.max())
    largest = float(np.nanmax(data))
    stands_out = largest > background.globalback + 50 * background.globalrms
    return largest if stands_out and np.count_nonzero(data == largest) >= 4 else np.inf


def _found(image: NDArray[np.float32], threshold_sigma: float, noise: float) -> NDArray[Any]:
    try:
        found = sep.extract(image, threshold_sigma * noise, minarea=5, deblend_cont=0.005)
    except Exception as error:  # sep raises plain Exception when its buffers are too small
        raise BadImage(what="this array", fault=f"sep says {error}") from error
    return np.asarray(found)


def _centres(image: NDArray[np.float32], found: NDArray[Any]) -> tuple[Floats, Floats, Floats]:
    widths = np.maximum(found["a"], 0.7).astype(np.float64)
    radii = half_light_radii(image, found["x"], found["y"], widths)
    sigma = np.maximum(radii * SIGMA_PER_HALF_LIGHT_RADIUS, 0.7)
    x, y, flags = sep.winpos(image, found["x"], found["y"], sigma, subpix=3)
    lost = (flags != 0) | (np.hypot(x - found["x"], y - found["y"]) > 2 * radii + 1) | ~np.isfinite(x + y)
    return np.where(lost, found["x"], x), np.where(lost, found["y"], y), radii
