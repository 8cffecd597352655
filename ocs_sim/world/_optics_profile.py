"""What a telescope's optics and filters are, as numbers of a profile."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from ocs_sim.world._nodes import Fraction, NotNegative, Positive, Range


@dataclass(frozen=True)
class FilterProfile:
    """One slot of the filter wheel, with everything between a star's magnitude and electrons."""

    name: str
    wavelength_nanometres: Positive = 550.0
    #: Electrons per second and square metre from a star of magnitude 0 above the atmosphere:
    #: about 1e7 photons/s/m2/nm x bandwidth x mirrors, filter and quantum efficiency.
    zero_magnitude_electrons: NotNegative = 4.4e9
    extinction_magnitudes: NotNegative = 0.15  # for each unit of air mass
    sky_magnitude: float = 21.6  # at a dark zenith, for each square arcsecond
    colour_term: float = 0.0  # instrumental minus catalogue magnitude, for each magnitude of colour
    focus_offset_steps: float = 0.0
    calibrator_electrons: NotNegative = 20000.0  # per second and unbinned pixel at full brightness


@dataclass(frozen=True)
class OpticsProfile:
    """A telescope between the sky and the detector."""

    aperture_metres: Positive = 0.3
    obstruction_fraction: Annotated[float, Range(0, 0.99)] = (
        0.35  # the secondary's diameter over the primary's
    )
    focal_length_metres: Positive = 1.8564
    moffat_beta: Annotated[float, Range(1, above=True)] = 3.0
    optics_blur_arcseconds: NotNegative = 0.5  # FWHM in perfect air and focus
    vignetting_fraction: Fraction = 0.12  # light lost in the corners
    dust_shadows: Annotated[int, Range(0, 10000)] = 14
    best_focus_steps: float = 5000.0  # at 10 C, without a filter
    focus_steps_per_celsius: float = -10.0
    camera_angle_degrees: float = (
        0.0  # position angle of the detector's columns at rotator 0, tube up = north
    )
    mirrored: bool = False  # an odd number of reflections

    @property
    def collecting_square_metres(self) -> float:
        """The area of the aperture that the secondary leaves."""
        return math.pi / 4 * self.aperture_metres**2 * (1 - self.obstruction_fraction**2)

    @property
    def focal_ratio(self) -> float:
        """Focal length over aperture."""
        return self.focal_length_metres / self.aperture_metres

    def arcseconds_per_pixel(self, pixel_micrometres: float) -> float:
        """Return the scale in the middle of the field for pixels of this size, unbinned."""
        return math.degrees(pixel_micrometres * 1e-6 / self.focal_length_metres) * 3600
