"""A catalogue that somebody has in a file."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ocs_sim.sky._columns import DEC, J2000, PM_DEC, PM_RA, RA, Columns
from ocs_sim.sky._errors import BadCatalogue
from ocs_sim.sky._moving import MovingStars
from ocs_sim.sky._proper_motion import moved
from ocs_sim.sky._stars import Stars

FORMATS = {
    ".csv": "ascii.csv",
    ".ecsv": "ascii.ecsv",
    ".fits": "fits",
    ".fit": "fits",
    ".vot": "votable",
    ".votable": "votable",
    ".xml": "votable",
}


class CatalogueFile:
    """The stars of a table: CSV, ECSV, FITS or VOTable, by the ending of its name.

    It needs columns of right ascension and declination (ICRS; degrees unless their unit says otherwise, or
    sexagesimal text, then hours and degrees) and of magnitudes; colours (B-V) and names may be there.
    The usual names of columns are known: ra, RAJ2000, RA_ICRS; dec, DEJ2000, DE_ICRS; mag, Vmag,
    phot_g_mean_mag; colour, B_V, bp_rp. Rows without a position or a magnitude are left out.

    Proper motions (pmra with cos dec, pmdec; milliarcseconds a year unless their unit says otherwise) are
    applied if there are any, from the epoch that ref_epoch has (years) or else from J2000.0.

    Raises BadCatalogue, which names the file and the column.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._stars = _read(self.path)

    def __len__(self) -> int:
        return len(self._stars)

    def stars_near(
        self,
        ra_degrees: float,
        dec_degrees: float,
        radius_degrees: float,
        faintest_magnitude: float,
        *,
        unix: float | None = None,
    ) -> Stars:
        """Return the stars within a radius of an ICRS position, brightest first; see Catalogue."""
        stars = self._stars.near(ra_degrees, dec_degrees, radius_degrees, unix)
        return stars[stars.magnitude <= faintest_magnitude].brightest_first()


def _read(path: Path) -> MovingStars:
    columns = Columns(path, _table(path))
    ra, dec = columns.angle(RA, text_unit="hourangle"), columns.angle(DEC, text_unit="deg")
    magnitude = columns.magnitude()
    if np.any(np.abs(dec) > 90.0):
        raise BadCatalogue(path=path, fault="a declination is beyond 90 degrees: is its unit right?")
    complete = np.isfinite(ra) & np.isfinite(dec) & np.isfinite(magnitude)
    if not complete.any():
        raise BadCatalogue(path=path, fault="no row has a position and a magnitude")
    motion = columns.motion(PM_RA), columns.motion(PM_DEC)
    at_j2000 = moved(ra, dec, *motion, J2000 - columns.epoch())
    return MovingStars(Stars(*at_j2000, magnitude, columns.colour(), columns.names()), *motion)[complete]


def _table(path: Path) -> Any:
    # Half a second, which those who have no file need not wait.
    from astropy.table import Table

    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(FORMATS)
        raise BadCatalogue(path=path, fault=f"its name ends in {path.suffix!r}, and not in one of {known}")
    if not path.is_file():
        raise BadCatalogue(path=path, fault="there is no such file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # units and standards which others have bent
            return Table.read(path, format=kind)
    except Exception as error:  # each format of astropy has errors of its own
        raise BadCatalogue(path=path, fault=f"{type(error).__name__}: {error}") from error
