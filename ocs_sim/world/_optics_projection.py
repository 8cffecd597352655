"""From the sky to pixels: a gnomonic projection about where the telescope truly points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class PixelMap:
    """Where on the whole, unbinned sensor a direction of the sky falls.

    The pointing (ICRS degrees) falls on the middle of the sensor; pixels are counted from 0 at the centre of
    the first one. `angle_degrees` is the position angle (east of north) towards which rows count up. Columns
    then count up westwards of it, as on the sky with north up, unless the optics mirror.

    Source: Calabretta & Greisen 2002, A&A 395, 1077, section 5.1.3 (TAN).
    """

    ra_degrees: float
    dec_degrees: float
    angle_degrees: float
    arcseconds_per_pixel: float
    width: int
    height: int
    mirrored: bool = False

    def to_pixels(self, ra_degrees: Values | float, dec_degrees: Values | float) -> tuple[Values, Values]:
        """Return columns x and rows y; NaN for directions 80 degrees and more away."""
        xi, eta = self._standard(ra_degrees, dec_degrees)
        sine, cosine = self._turn()
        x = (eta * sine - xi * cosine) * self._sense()
        y = xi * sine + eta * cosine
        return x / self._radians() + self.centre[0], y / self._radians() + self.centre[1]

    def to_sky(self, x: Values | float, y: Values | float) -> tuple[Values, Values]:
        """Return right ascension (0 to 360) and declination of columns x and rows y."""
        right = (np.asarray(x, float) - self.centre[0]) * self._radians() * self._sense()
        up = (np.asarray(y, float) - self.centre[1]) * self._radians()
        sine, cosine = self._turn()
        xi, eta = up * sine - right * cosine, up * cosine + right * sine
        dec = np.radians(self.dec_degrees)
        down = np.cos(dec) - eta * np.sin(dec)
        ra = self.ra_degrees + np.degrees(np.arctan2(xi, down))
        north = np.degrees(np.arctan2(np.sin(dec) + eta * np.cos(dec), np.hypot(xi, down)))
        return np.asarray(ra % 360), np.asarray(north)

    @property
    def centre(self) -> tuple[float, float]:
        """Column and row of the pointing."""
        return (self.width - 1) / 2, (self.height - 1) / 2

    def matrix_degrees(self) -> NDArray[np.float64]:
        """Return FITS's CD matrix, from (column, row) to (xi, eta) in degrees, for unbinned pixels."""
        sine, cosine = self._turn()
        sense = self._sense()
        turned = np.array([[-sense * cosine, sine], [sense * sine, cosine]])
        return np.asarray(turned * self.arcseconds_per_pixel / 3600)

    def _standard(self, ra_degrees: Values | float, dec_degrees: Values | float) -> tuple[Values, Values]:
        east = np.radians(np.asarray(ra_degrees, float) - self.ra_degrees)
        dec, middle = np.radians(np.asarray(dec_degrees, float)), np.radians(self.dec_degrees)
        ahead = np.sin(dec) * np.sin(middle) + np.cos(dec) * np.cos(middle) * np.cos(east)
        ahead = np.where(ahead > 0.17, ahead, np.nan)
        xi = np.cos(dec) * np.sin(east) / ahead
        eta = (np.sin(dec) * np.cos(middle) - np.cos(dec) * np.sin(middle) * np.cos(east)) / ahead
        return np.asarray(xi), np.asarray(eta)

    def _turn(self) -> tuple[float, float]:
        return float(np.sin(np.radians(self.angle_degrees))), float(np.cos(np.radians(self.angle_degrees)))

    def _radians(self) -> float:
        return float(np.radians(self.arcseconds_per_pixel / 3600))

    def _sense(self) -> float:
        return -1.0 if self.mirrored else 1.0
