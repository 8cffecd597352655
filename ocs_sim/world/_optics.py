"""How sharp a telescope is: air, optics and focus."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._optics_profile import FilterProfile, OpticsProfile
from ocs_sim.world._psf import Floats, Psf, cells_for, moffat_psf
from ocs_sim.world._psf_blur import annulus, blurred

Values = NDArray[np.float64]

_REFERENCE_CELSIUS = 10.0
_SMALLEST_RING_PIXELS = 0.4
_WIDEST_HALF_PIXELS = 160


def seeing_fwhm_arcseconds(
    zenith_arcseconds: Values, airmass: Values, wavelength_nanometres: float
) -> Values:
    """Return the seeing disc off the zenith and in another colour than 500 nm.

    X^0.6 and the wavelength to the -0.2 come from Kolmogorov's turbulence
    (Roddier 1981, Progress in Optics 19, 281).
    """
    return np.asarray(zenith_arcseconds * airmass**0.6 * (wavelength_nanometres / 500.0) ** -0.2)


def best_focus_steps(optics: OpticsProfile, filter_: FilterProfile, temperature_celsius: float) -> float:
    """Return the focuser's position of the sharpest image."""
    drift = optics.focus_steps_per_celsius * (temperature_celsius - _REFERENCE_CELSIUS)
    return optics.best_focus_steps + drift + filter_.focus_offset_steps


def defocus_diameter_pixels(optics: OpticsProfile, micrometres_off: float, pixel_micrometres: float) -> float:
    """Return the diameter of the pupil's shadow that a point becomes: offset over focal ratio."""
    return abs(micrometres_off) / optics.focal_ratio / pixel_micrometres


def image_of_point(
    optics: OpticsProfile, fwhm_pixels: float, defocus_pixels: float, path: Floats | None = None
) -> Psf:
    """Return a star's image: a Moffat profile, a defocused pupil's ring, and its `path` as a kernel."""
    kernels = [path] if path is not None else []
    if defocus_pixels > _SMALLEST_RING_PIXELS:
        kernels.append(annulus(min(defocus_pixels, _WIDEST_HALF_PIXELS), optics.obstruction_fraction))
    reach = max(12.0, 6 * fwhm_pixels) + sum(kernel.shape[0] / 16 for kernel in kernels)
    half = int(np.ceil(min(reach, _WIDEST_HALF_PIXELS)))
    psf = moffat_psf(fwhm_pixels, optics.moffat_beta, half)
    fitting = [kernel for kernel in kernels if kernel.shape[0] <= cells_for(half)]
    return blurred(psf, *fitting)
