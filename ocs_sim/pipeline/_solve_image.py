"""Solves an image that is in a file."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.time import Time
from astropy.wcs import WCS

from ocs_sim.pipeline._detections import Detections
from ocs_sim.pipeline._errors import BadImage
from ocs_sim.pipeline._extract import extract_stars
from ocs_sim.pipeline._solution import Solution
from ocs_sim.pipeline._solve import solve_field
from ocs_sim.sky import Catalogue


@dataclass(frozen=True)
class SolvedImage:
    """An image file with its stars and where it points."""

    path: Path
    header: fits.Header
    detections: Detections
    solution: Solution


def solve_image(
    path: str | Path,
    catalogue: Catalogue,
    *,
    approximate: WCS | None = None,
    search_arcminutes: float = 10.0,
    saturation: float | None = None,
) -> SolvedImage:
    """Return the stars of a FITS image, and where it points: by default near to what its header says.

    The first extension with two axes is taken, so compressed images do too; its DATE-OBS says when.

    Raises BadImage for a file without an image or a WCS, NotSolved.
    """
    path = Path(path)
    data, header = _read(path)
    detections = extract_stars(data, saturation=saturation)
    solution = solve_field(
        detections,
        _wcs(path, header) if approximate is None else approximate,
        catalogue,
        search_arcminutes=search_arcminutes,
        unix=_unix(header),
    )
    return SolvedImage(path, header, detections, solution)


def _read(path: Path) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float32]], fits.Header]:
    try:
        with fits.open(path) as extensions:
            for extension in extensions:
                if extension.is_image and extension.header.get("NAXIS") == 2:
                    return np.array(extension.data), extension.header
    except OSError as error:
        raise BadImage(what=path, fault=str(error)) from error
    raise BadImage(what=path, fault="it has no extension with two axes")


def _wcs(path: Path, header: fits.Header) -> WCS:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it translates old keywords, and says so
        wcs = WCS(header)
    if not wcs.has_celestial:
        raise BadImage(what=path, fault="its header has no WCS (CTYPE1, CRVAL1, ...) that says roughly where")
    return wcs


def _unix(header: fits.Header) -> float | None:
    try:
        return float(Time(header["DATE-OBS"], scale="utc").unix)
    except (KeyError, ValueError):
        return None
