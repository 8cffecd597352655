"""A catalogue that somebody has in a file."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units
from astropy.table import Table

from ocs_sim.sky._columns import DEC, RA, Columns
from ocs_sim.sky._cone import within
from ocs_sim.sky._errors import BadCatalogue
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
    phot_g_mean_mag; colour, B_V, bp_rp. Rows without a position or a magnitude are left out. Positions
    are taken as they are, at any moment.

    Raises BadCatalogue, which names the file and the column.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        stars = _read(self.path)
        self._stars = stars[np.argsort(stars.dec_degrees, kind="stable")]

    def __len__(self) -> int:
        return len(self._stars)

    def stars_near(
        self,
        ra_degrees: float,
        dec_degrees: float,
        radius_degrees: float,
        faintest_magnitude: float,
        *,
        unix: float | None = None,  # noqa: ARG002 - no motions are known
    ) -> Stars:
        """Return the stars within a radius of an ICRS position, brightest first; see Catalogue."""
        zone = np.searchsorted(
            self._stars.dec_degrees, [dec_degrees - radius_degrees, dec_degrees + radius_degrees + 1e-9]
        )
        stars = self._stars[zone[0] : zone[1]]
        inside = within(stars.ra_degrees, stars.dec_degrees, ra_degrees, dec_degrees, radius_degrees)
        return stars[inside & (stars.magnitude <= faintest_magnitude)].brightest_first()


def _read(path: Path) -> Stars:
    columns = Columns(path, _table(path))
    stars = Stars(
        columns.angle(RA, text_unit=units.hourangle) % 360.0,
        columns.angle(DEC, text_unit=units.deg),
        columns.magnitude(),
        columns.colour(),
        columns.names(),
    )
    if np.any(np.abs(stars.dec_degrees) > 90.0):
        raise BadCatalogue(path=path, fault="a declination is beyond 90 degrees: is its unit right?")
    complete = np.isfinite(stars.ra_degrees) & np.isfinite(stars.dec_degrees) & np.isfinite(stars.magnitude)
    if not complete.any():
        raise BadCatalogue(path=path, fault="no row has a position and a magnitude")
    return stars[complete]


def _table(path: Path) -> Any:
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(FORMATS)
        raise BadCatalogue(path=path, fault=f"its name ends in {path.suffix!r}, and not in one of {known}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # units and standards which others have bent
            return Table.read(path, format=kind)
    except Exception as error:  # each format of astropy has errors of its own
        raise BadCatalogue(path=path, fault=f"{type(error).__name__}: {error}") from error
