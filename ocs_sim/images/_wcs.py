"""Where each pixel points, as commanded: gnomonic (TAN) projection about the middle of the sensor.

Source: M. R. Calabretta and E. W. Greisen, "Representations of celestial coordinates in FITS",
Astronomy & Astrophysics 395 (2002), 1077.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ocs_sim.images._cards import Card
from ocs_sim.images._facts import Facts
from ocs_sim.images._instrument import pixel_scale_arcseconds

if TYPE_CHECKING:
    from astropy.wcs import WCS

_ARCSECONDS_PER_DEGREE = 3600.0
_AXES = (("right ascension", "RA---TAN"), ("declination", "DEC--TAN"))
_NAME = "COMMANDED"

Pair = tuple[float, float]


@dataclass(frozen=True)
class Projection:
    """The numbers of a WCS: reference values [deg], reference pixel (the first is 1), CD matrix [deg/pix]."""

    crval: Pair
    crpix: Pair
    cd: tuple[Pair, Pair]

    def to_wcs(self) -> WCS:
        """Return it for astropy."""
        from astropy.wcs import WCS

        wcs = WCS(naxis=2)
        wcs.wcs.ctype = [kind for _, kind in _AXES]
        wcs.wcs.cunit = ["deg", "deg"]
        wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cd = self.crval, self.crpix, self.cd
        wcs.wcs.radesys = "ICRS"
        wcs.wcs.name = _NAME
        wcs.wcs.set()
        return wcs

    def cards(self) -> Iterator[Card]:
        """Return it for a header, with a CD matrix, which everybody reads."""
        yield Card("WCSAXES", len(_AXES), "axes of the world coordinates")
        yield Card("WCSNAME", _NAME, "as commanded, not solved")
        for number, (name, kind) in enumerate(_AXES):
            axis = number + 1
            yield Card(f"CTYPE{axis}", kind, f"{name}, gnomonic projection")
            yield Card(f"CUNIT{axis}", "deg", "unit of this axis")
            yield Card(f"CRVAL{axis}", self.crval[number], "[deg] at the reference pixel")
            yield Card(f"CRPIX{axis}", self.crpix[number], "[pix] reference pixel, the first is 1")
            for column in range(len(_AXES)):
                yield Card(f"CD{axis}_{column + 1}", self.cd[number][column], "[deg/pix] rotation and scale")


def commanded_projection(
    ra_degrees: float,
    dec_degrees: float,
    *,
    position_angle_degrees: float,
    scale_arcseconds: Pair,
    width: int,
    height: int,
    binning: tuple[int, int] = (1, 1),
    start: tuple[int, int] = (0, 0),
    mirrored: bool = False,
) -> Projection:
    """Return the WCS of an image whose sensor's middle points at ICRS `ra_degrees`, `dec_degrees`.

    `position_angle_degrees` is that of the columns (of growing row number), from north through east;
    `scale_arcseconds`, `width` and `height` belong to the whole sensor in unbinned pixels, each (x, y);
    `start` is where the subframe begins, in binned pixels from 0. Not `mirrored` means that with the first
    row at the bottom and north up, east is left.
    """
    along_x, along_y = (
        scale * binned / _ARCSECONDS_PER_DEGREE
        for scale, binned in zip(scale_arcseconds, binning, strict=True)
    )
    return Projection(
        crval=(ra_degrees, dec_degrees),
        crpix=(width / 2 / binning[0] + 0.5 - start[0], height / 2 / binning[1] + 0.5 - start[1]),
        cd=_matrix(math.radians(position_angle_degrees), along_x, along_y, 1 if mirrored else -1),
    )


def _matrix(angle: float, along_x: float, along_y: float, parity: int) -> tuple[Pair, Pair]:
    # The columns' direction is (sin, cos) of the angle in (east, north); the rows' is a quarter turn from it.
    east, north = math.sin(angle), math.cos(angle)
    return (parity * along_x * north, along_y * east), (-parity * along_x * east, along_y * north)


def commanded_wcs_of(facts: Facts) -> WCS | None:
    """Return the WCS of an image, or None if pointing, detector or focal length are not known."""
    projection = commanded_projection_of(facts)
    return projection.to_wcs() if projection else None


def commanded_projection_of(facts: Facts) -> Projection | None:
    """Return the numbers of an image's WCS, or None if pointing, detector or focal length are not known."""
    pointing, detector, optics = facts.pointing, facts.detector, facts.optics
    if not (pointing and detector and optics and optics.focal_length_millimetres):
        return None
    return commanded_projection(
        float(pointing.ra_degrees),
        float(pointing.dec_degrees),
        position_angle_degrees=float(pointing.position_angle_degrees),
        scale_arcseconds=pixel_scale_arcseconds(optics, detector),
        width=detector.width,
        height=detector.height,
        binning=(detector.bin_x, detector.bin_y),
        start=(detector.start_x, detector.start_y),
        mirrored=optics.mirrored,
    )
