"""Whether an image's world coordinates can be used, and point where the header says that it points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ocs_sim.images._fault import Fault

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

_SCALE_TOLERANCE = 0.05


def wcs_faults(header: Header, shape: tuple[int, ...]) -> Iterator[Fault]:
    """Return what is wrong with the WCS of a header, if it has one."""
    from astropy.wcs import WCS

    if "CTYPE1" not in header:
        return
    try:
        wcs = WCS(header)
        middle = wcs.celestial.wcs_pix2world([[shape[-1] / 2 - 0.5, shape[-2] / 2 - 0.5]], 0)[0]
    except Exception as error:
        yield Fault("error", f"the WCS cannot be used: {' '.join(str(error).split())}", key="CTYPE1")
        return
    if not all(math.isfinite(value) for value in middle):
        yield Fault("error", "the WCS gives no coordinates for the middle of the image", key="CRVAL1")
    yield from _scale(header, wcs)


def _scale(header: Header, wcs: WCS) -> Iterator[Fault]:
    from astropy.wcs.utils import proj_plane_pixel_scales

    scale = float(proj_plane_pixel_scales(wcs.celestial)[0]) * 3600
    told = header.get("PIXSCALE")
    if isinstance(told, float) and not math.isclose(scale, told, rel_tol=_SCALE_TOLERANCE):
        yield Fault("error", f"{told} contradicts the WCS, {scale:.5f} arcsec/pix", key="PIXSCALE")
