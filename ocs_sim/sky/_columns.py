"""Which columns of somebody's table are positions, magnitudes and colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ocs_sim.sky._errors import BadCatalogue
from ocs_sim.sky._stars import Floats

# What catalogues call the same thing, lower case, the first that is there is taken.
RA = ("ra", "ra_icrs", "raj2000", "_raj2000", "ra_deg", "radeg", "ra_degrees", "right_ascension", "alpha")
DEC = (
    "dec",
    "de_icrs",
    "dej2000",
    "_dej2000",
    "dec_deg",
    "dedeg",
    "decdeg",
    "dec_degrees",
    "de",
    "declination",
    "delta",
)
MAGNITUDE = (
    "mag",
    "magnitude",
    "v",
    "vmag",
    "v_mag",
    "phot_g_mean_mag",
    "gmag",
    "g",
    "rmag",
    "r",
    "imag",
    "bmag",
)
COLOUR = ("colour", "color", "b_v", "b-v", "bv", "bp_rp", "bp-rp")
NAME = ("name", "id", "designation", "source_id", "hip", "star")
PM_RA = ("pmra", "pm_ra", "pm_ra_cosdec", "pmra_cosdec")
PM_DEC = ("pmdec", "pm_dec", "pmde", "pm_de")
EPOCH = ("ref_epoch", "epoch")
USUAL_COLOUR = 0.65
J2000 = 2000.0
PM_UNIT = "mas/yr"


class Column(NamedTuple):
    """A column that was found: its name in the table, and its values."""

    name: str
    values: Any


class Columns:
    """Finds columns of a table by what they are usually called, and reads them as numbers."""

    def __init__(self, path: Path, table: Any) -> None:
        self._path = path
        self._table = table
        self._names = {name.lower(): name for name in table.colnames}

    def angle(self, aliases: tuple[str, ...], *, text_unit: str) -> Floats:
        """Return a column of angles in degrees; texts like 05:35:17.3 are read in `text_unit`."""
        from astropy import units
        from astropy.coordinates import Angle

        name, values = self._needed(aliases)
        unit = getattr(values, "unit", None)
        try:
            if np.asarray(values).dtype.kind in "US":
                degrees = Angle(np.asarray(values), unit=text_unit).degree
            else:
                degrees = Angle(self._numbers(name, values), unit=unit or units.deg).degree
        except (ValueError, units.UnitsError) as error:
            raise self._bad(f"column {name!r} does not hold angles ({error})") from error
        return np.asarray(degrees, dtype=np.float64)

    def magnitude(self) -> Floats:
        """Return the magnitudes, nan where one is missing."""
        name, values = self._needed(MAGNITUDE)
        return self._numbers(name, values)

    def colour(self) -> Floats:
        """Return the colours; of a star like the Sun where the table has none."""
        found = self._find(COLOUR)
        if found is None:
            return np.full(len(self._table), USUAL_COLOUR)
        colour = self._numbers(*found)
        return np.where(np.isfinite(colour), colour, USUAL_COLOUR)

    def motion(self, aliases: tuple[str, ...]) -> Floats:
        """Return a column of proper motions in milliarcseconds a year; 0 where there is none."""
        from astropy import units

        found = self._find(aliases)
        if found is None:
            return np.zeros(len(self._table))
        motion = self._numbers(*found)
        unit = getattr(found.values, "unit", None)
        if unit is not None:
            try:
                motion = motion * units.Unit(unit).to(PM_UNIT)
            except units.UnitsError as error:
                raise self._bad(f"column {found.name!r} does not hold proper motions ({error})") from error
        return np.where(np.isfinite(motion), motion, 0.0)

    def epoch(self) -> Floats:
        """Return the epochs of the positions, in years."""
        found = self._find(EPOCH)
        if found is None:
            return np.full(len(self._table), J2000)
        epoch = self._numbers(*found)
        return np.where(np.isfinite(epoch), epoch, J2000)

    def names(self) -> tuple[str, ...] | None:
        """Return what the stars are called, if the table says so."""
        found = self._find(NAME)
        return None if found is None else tuple(str(value) for value in np.asarray(found.values))

    def _numbers(self, name: str, values: Any) -> Floats:
        try:
            return np.asarray(np.ma.filled(np.ma.asarray(values).astype(np.float64), np.nan))
        except ValueError as error:
            raise self._bad(f"column {name!r} does not hold numbers ({error})") from error

    def _needed(self, aliases: tuple[str, ...]) -> Column:
        found = self._find(aliases)
        if found is None:
            there = ", ".join(self._table.colnames)
            raise self._bad(f"no column is called {', '.join(aliases[:-1])} or {aliases[-1]}; it has {there}")
        return found

    def _find(self, aliases: tuple[str, ...]) -> Column | None:
        name = next((self._names[alias] for alias in aliases if alias in self._names), None)
        return None if name is None else Column(name, self._table[name])

    def _bad(self, fault: str) -> BadCatalogue:
        return BadCatalogue(path=self._path, fault=fault)
