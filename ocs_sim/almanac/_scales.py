"""From unix seconds to the time scales of astronomy, as two-part Julian dates."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any

import erfa
import numpy as np
from numpy.typing import NDArray

from ocs_sim.almanac._numbers import Number

_UNIX_EPOCH_JD = 2440587.5
_MJD_ZERO_JD = 2400000.5
_DAY_SECONDS = 86400.0
_TT_MINUS_TAI_SECONDS = 32.184
# Columns of finals2000A.all, as its readme numbers them: MJD 8-15, UT1-UTC 59-68.
_MJD_COLUMNS = slice(7, 15)
_UT1_COLUMNS = slice(58, 68)

JulianDate = tuple[Number, Number]


def utc_julian(unix: Number) -> JulianDate:
    """Return UTC as days and fraction of a day."""
    days = np.floor_divide(unix, _DAY_SECONDS)
    return _UNIX_EPOCH_JD + days, (unix - days * _DAY_SECONDS) / _DAY_SECONDS


def tt_julian(unix: Number) -> JulianDate:
    """Return terrestrial time; what separates it from TDB, 2 ms, moves nothing that we calculate."""
    day, fraction = utc_julian(unix)
    return day, fraction + (tai_minus_utc_seconds(unix) + _TT_MINUS_TAI_SECONDS) / _DAY_SECONDS


def ut1_julian(unix: Number) -> JulianDate:
    """Return the time scale of the Earth's rotation."""
    day, fraction = utc_julian(unix)
    return day, fraction + ut1_minus_utc_seconds(unix) / _DAY_SECONDS


def tai_minus_utc_seconds(unix: Number) -> Number:
    """Return the leap seconds so far; from 1972 on, no more than pyerfa knows of."""
    since, offsets = _leap_seconds()
    return offsets[np.searchsorted(since, unix, side="right") - 1]


def ut1_minus_utc_seconds(unix: Number) -> Number:
    """Return UT1-UTC from the tables that came with astropy; beyond them their last value, without them 0."""
    moments, ut1_minus_tai = _earth_rotation()
    if not len(moments):
        return 0.0
    return np.interp(unix, moments, ut1_minus_tai) + tai_minus_utc_seconds(unix)


@functools.cache
def _leap_seconds() -> tuple[NDArray[Any], NDArray[Any]]:
    table = erfa.leap_seconds.get()
    table = table[table["year"] >= 1972]
    day, fraction = erfa.cal2jd(table["year"], table["month"], 1)
    since = (day - _UNIX_EPOCH_JD + fraction) * _DAY_SECONDS
    since[0] = -np.inf
    return since, table["tai_utc"]


@functools.cache
def _earth_rotation() -> tuple[NDArray[Any], NDArray[Any]]:
    """Return moments and UT1-TAI, which, other than UT1-UTC, never jumps."""
    rows = [
        (float(line[_MJD_COLUMNS]), float(line[_UT1_COLUMNS]))
        for line in _lines()
        if line[_UT1_COLUMNS].strip()
    ]
    table = np.array(rows, dtype=float).reshape(-1, 2)
    moments = (table[:, 0] + _MJD_ZERO_JD - _UNIX_EPOCH_JD) * _DAY_SECONDS
    return moments, table[:, 1] - tai_minus_utc_seconds(moments)


def _lines() -> list[str]:
    try:
        table = resources.files("astropy_iers_data") / "data" / "finals2000A.all"
        return table.read_text(encoding="ascii").splitlines()
    except (ImportError, OSError):
        return []
