"""Where each pixel points, as commanded: gnomonic (TAN) projection about the middle of the sensor.

Source: M. R. Calabretta and E. W. Greisen, "Representations of celestial coordinates in FITS",
Astronomy & Astrophysics 395 (2002), 1077.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ocs_sim.images._cards import Card
from ocs_sim.images._facts import Facts
from ocs_sim.images._instrument import pixel_scale_arcseconds

if TYPE_CHECKING:
    from astropy.wcs import WCS

_ARCSECONDS_PER_DEGREE = 3600.0


def commanded_wcs(
    ra_degrees: float,
    dec_degrees: float,
    *,
    position_angle_degrees: float,
    scale_arcseconds: tuple[float, float],
    width: int,
    height: int,
    binning: tuple[int, int] = (1, 1),
    start: tuple[int, int] = (0, 0),
    mirrored: bool = False,
) -> WCS:
    """Return the WCS of an image whose sensor's middle points at ICRS `ra_degrees`, `dec_degrees`.

    `position_angle_degrees` is that of the columns (of growing row number), from north through east;
    `scale_arcseconds`, `width` and `height` belong to the whole sensor in unbinned pixels, each (x, y);
    `start` is where the subframe begins, in binned pixels from 0. Not `mirrored` means that with the first
    row at the bottom and north up, east is left.
    """
    from astropy.wcs import WCS

    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.cunit = ["deg", "deg"]
    wcs.wcs.crval = [ra_degrees, dec_degrees]
    wcs.wcs.crpix = [
        size / 2 / binned + 0.5 - first
        for size, binned, first in zip((width, height), binning, start, strict=True)
    ]
    along_x, along_y = (
        scale * binned / _ARCSECONDS_PER_DEGREE
        for scale, binned in zip(scale_arcseconds, binning, strict=True)
    )
    wcs.wcs.cd = _matrix(math.radians(position_angle_degrees), along_x, along_y, 1 if mirrored else -1)
    wcs.wcs.radesys = "ICRS"
    wcs.wcs.name = "COMMANDED"
    wcs.wcs.set()
    return wcs


def _matrix(angle: float, along_x: float, along_y: float, parity: int) -> list[list[float]]:
    # The columns' direction is (sin, cos) of the angle in (east, north); the rows' is a quarter turn from it.
    east, north = math.sin(angle), math.cos(angle)
    return [[parity * along_x * north, along_y * east], [-parity * along_x * east, along_y * north]]


def commanded_wcs_of(facts: Facts) -> WCS | None:
    """Return the WCS of an image, or None if pointing, detector or focal length are not known."""
    pointing, detector, optics = facts.pointing, facts.detector, facts.optics
    if not (pointing and detector and optics and optics.focal_length_millimetres):
        return None
    return commanded_wcs(
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


def wcs_cards(wcs: WCS) -> Iterator[Card]:
    """Return a header's cards for a WCS from commanded_wcs, with a CD matrix, which everybody reads."""
    yield Card("WCSAXES", 2, "axes of the world coordinates")
    yield Card("WCSNAME", wcs.wcs.name, "as commanded, not solved")
    for axis, (name, kind) in enumerate(
        (("right ascension", "RA---TAN"), ("declination", "DEC--TAN")), start=1
    ):
        yield Card(f"CTYPE{axis}", kind, f"{name}, gnomonic projection")
        yield Card(f"CUNIT{axis}", "deg", "unit of this axis")
        yield Card(f"CRVAL{axis}", float(wcs.wcs.crval[axis - 1]), "[deg] at the reference pixel")
        yield Card(f"CRPIX{axis}", float(wcs.wcs.crpix[axis - 1]), "[pix] reference pixel, the first is 1")
        for column in (1, 2):
            value = float(wcs.wcs.cd[axis - 1][column - 1])
            yield Card(f"CD{axis}_{column}", value, "[deg/pix] rotation and scale")
