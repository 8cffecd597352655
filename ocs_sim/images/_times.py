"""Moments as FITS writes them (FITS standard 4.0, section 9): UTC, ISO 8601 without a zone, and MJD."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_MJD_OF_UNIX_EPOCH = 40587.0
_DAY_SECONDS = 86400.0
_DEGREES_PER_HOUR = 15.0


def iso_text(unix: float) -> str:
    """Return a moment as 2026-11-21T03:04:05.678, to the millisecond."""
    moment = datetime.fromtimestamp(round(unix, 3), UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00")


def mjd(unix: float) -> float:
    """Return a moment as modified Julian date, UTC."""
    return round(_MJD_OF_UNIX_EPOCH + unix / _DAY_SECONDS, 9)


def observing_day(unix: float, longitude_degrees: float) -> str:
    """Return the date on which the night began, YYYYMMDD; the day begins at the place's mean noon."""
    local = datetime.fromtimestamp(unix, UTC) + timedelta(hours=longitude_degrees / _DEGREES_PER_HOUR - 12)
    return f"{local:%Y%m%d}"
