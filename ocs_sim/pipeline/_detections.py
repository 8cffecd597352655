"""The stars that were found in an image."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Detections:
    """Stars of an image as columns of one length, those with the largest flux first.

    x and y are pixels, 0 is the centre of the first pixel: data[y, x]. Fluxes are in the image's unit,
    summed, and background_level and background_noise (1 sigma of a pixel) are the medians of the image.
    """

    x: Floats
    y: Floats
    flux: Floats
    flux_error: Floats
    peak: Floats
    fwhm_pixels: Floats
    half_flux_diameter_pixels: Floats
    elongation: Floats
    saturated: Flags
    on_edge: Flags
    shape: tuple[int, int]
    background_level: float
    background_noise: float

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, chosen: Any) -> Detections:
        """Return the stars that a mask, a slice or an array of indices chooses."""
        columns = {
            each.name: value[chosen] if isinstance(value := getattr(self, each.name), np.ndarray) else value
            for each in fields(self)
        }
        return Detections(**columns)

    @property
    def clean(self) -> Flags:
        """Which stars are neither saturated nor cut by the edge: those that can be measured."""
        return ~(self.saturated | self.on_edge)

    @property
    def median_fwhm_pixels(self) -> float:
        """The FWHM of the image: the median of the brighter half of its clean stars; nan without any."""
        return _median_of_brighter_half(self.fwhm_pixels[self.clean])

    @property
    def median_half_flux_diameter_pixels(self) -> float:
        """The half-flux diameter of the image, also right out of focus; nan without clean stars."""
        return _median_of_brighter_half(self.half_flux_diameter_pixels[self.clean])


def _median_of_brighter_half(values: Floats) -> float:
    brighter = values[: max(1, len(values) // 2)]
    brighter = brighter[np.isfinite(brighter)]
    return float(np.median(brighter)) if len(brighter) else float("nan")
