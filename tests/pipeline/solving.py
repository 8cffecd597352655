"""Detections as an image of a catalogue's stars would give them, without the image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy.wcs import WCS

from ocs_sim.pipeline import Detections

SHAPE = (2048, 2048)


@dataclass(frozen=True)
class Truth:
    """How an image lies on the sky."""

    ra: float = 120.0
    dec: float = 20.0
    rotation: float = 0.0
    scale: float = 1.0
    mirrored: bool = False
    shape: tuple[int, int] = SHAPE

    @property
    def wcs(self) -> WCS:
        wcs = WCS(naxis=2)
        wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
        wcs.wcs.crval = [self.ra, self.dec]
        wcs.wcs.crpix = [(self.shape[1] + 1) / 2, (self.shape[0] + 1) / 2]
        angle = np.radians(self.rotation)
        parity = 1 if self.mirrored else -1
        wcs.wcs.cd = (self.scale / 3600) * np.array(
            [[parity * np.cos(angle), np.sin(angle)], [-parity * np.sin(angle), np.cos(angle)]]
        )
        wcs.wcs.set()
        return wcs


def pixels_of(stars, truth: Truth):
    """Return x, y and magnitude of a catalogue's stars that fall onto an image."""
    x, y = truth.wcs.world_to_pixel_values(stars.ra_degrees, stars.dec_degrees)
    rows, columns = truth.shape
    inside = (x > 5) & (x < columns - 6) & (y > 5) & (y < rows - 6)
    return x[inside], y[inside], stars.magnitude[inside]


def seen(
    stars, truth: Truth, *, number=150, missing=0.1, spurious=0.05, noise=0.15, magnitude_noise=0.15, seed=1
) -> Detections:
    """Return what is detected of a catalogue's stars: noisy, some missing, some that are no stars."""
    rng = np.random.default_rng(seed)
    x, y, magnitude = (column[:number] for column in pixels_of(stars, truth))
    kept = rng.random(len(x)) >= missing
    false = round(spurious * np.count_nonzero(kept))
    x = np.concatenate([x[kept] + rng.normal(0, noise, kept.sum()), rng.uniform(0, truth.shape[1], false)])
    y = np.concatenate([y[kept] + rng.normal(0, noise, kept.sum()), rng.uniform(0, truth.shape[0], false)])
    magnitude = magnitude[kept] + rng.normal(0, magnitude_noise, kept.sum())
    magnitude = np.concatenate([magnitude, rng.choice(magnitude, false)])
    return detections(x, y, 10 ** (-0.4 * (magnitude - 20)), truth.shape)


def detections(x, y, flux, shape) -> Detections:
    order = np.argsort(-flux)
    same = np.full(len(x), 3.0)
    nothing = np.zeros(len(x), dtype=bool)
    return Detections(
        x[order], y[order], flux[order], same, same, same, same, same, nothing, nothing, shape, 0.0, 1.0
    )
