"""The plane which touches the sky, and the pixels of an image on it.

The gnomonic projection of FITS's TAN (Calabretta & Greisen 2002, A&A 395, 1077, section 5.1.3), in
arcseconds, xi to the east and eta to the north.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy.wcs import WCS

from ocs_sim.pipeline._detections import Floats

ARCSECONDS_PER_RADIAN = np.degrees(1.0) * 3600


@dataclass(frozen=True)
class Tangent:
    """A plane which touches the sky at an ICRS position."""

    ra_degrees: float
    dec_degrees: float

    def __str__(self) -> str:
        return f"RA {self.ra_degrees:.4f}, Dec {self.dec_degrees:+.4f} degrees"

    def project(self, ra_degrees: Floats, dec_degrees: Floats) -> Floats:
        """Return xi and eta in arcseconds as rows; nan for what is behind the plane."""
        ra = np.radians(np.subtract(ra_degrees, self.ra_degrees))
        dec, own = np.radians(dec_degrees), np.radians(self.dec_degrees)
        depth = np.sin(dec) * np.sin(own) + np.cos(dec) * np.cos(own) * np.cos(ra)
        depth = np.where(depth > 1e-6, depth, np.nan)
        xi = np.cos(dec) * np.sin(ra) / depth
        eta = (np.sin(dec) * np.cos(own) - np.cos(dec) * np.sin(own) * np.cos(ra)) / depth
        plane: Floats = np.stack([xi, eta], axis=-1) * ARCSECONDS_PER_RADIAN
        return plane

    def position(self, xi: float, eta: float) -> tuple[float, float]:
        """Return right ascension and declination of a point of the plane, in degrees."""
        x, y = xi / ARCSECONDS_PER_RADIAN, eta / ARCSECONDS_PER_RADIAN
        own = np.radians(self.dec_degrees)
        outward = np.cos(own) - y * np.sin(own)
        up = np.sin(own) + y * np.cos(own)
        ra = self.ra_degrees + np.degrees(np.arctan2(x, outward))
        return float(ra % 360.0), float(np.degrees(np.arctan2(up, np.hypot(x, outward))))


def centre_of(shape: tuple[int, int]) -> Floats:
    """Return x and y of the middle of an image of so many rows and columns."""
    return np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2])


def tangent_and_matrix(approximate: WCS, shape: tuple[int, int]) -> tuple[Tangent, Floats]:
    """Return the plane at the middle of an image, and the matrix which takes pixels from there to
    arcseconds on it.

    Whatever projection the WCS has, around the middle it is a matrix.
    """
    middle = centre_of(shape)
    pixels = middle + np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]])
    sky = np.array(approximate.celestial.pixel_to_world_values(*pixels.T)).T
    tangent = Tangent(float(sky[0, 0]), float(sky[0, 1]))
    plane = tangent.project(sky[:, 0], sky[:, 1])
    return tangent, np.column_stack([(plane[1] - plane[3]) / 2, (plane[2] - plane[4]) / 2])


def wcs_of(tangent: Tangent, matrix: Floats, shape: tuple[int, int]) -> WCS:
    """Return the TAN WCS (ICRS) of an image whose middle is the tangent point; matrix: pixels to
    arcseconds."""
    wcs: Any = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.cunit = ["deg", "deg"]
    wcs.wcs.crpix = centre_of(shape) + 1
    wcs.wcs.crval = [tangent.ra_degrees, tangent.dec_degrees]
    wcs.wcs.cd = matrix / 3600
    wcs.wcs.radesys = "ICRS"
    wcs.array_shape = shape
    wcs.wcs.set()
    return wcs
