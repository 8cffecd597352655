"""Whether the keys of an image's header are there, are what they should be, and agree with each other."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ocs_sim.images._check_wcs import wcs_faults
from ocs_sim.images._fault import Fault

if TYPE_CHECKING:
    from astropy.io.fits import Header

ALWAYS = (
    *(
        "DATE-OBS",
        "DATE-BEG",
        "DATE-AVG",
        "DATE-END",
        "TIMESYS",
        "MJD-OBS",
        "EXPTIME",
        "IMAGETYP",
        "TELESCOP",
    ),
    *(
        "INSTRUME",
        "XBINNING",
        "YBINNING",
        "XPIXSZ",
        "YPIXSZ",
        "BUNIT",
        "GAIN",
        "EGAIN",
        "RDNOISE",
        "CCD-TEMP",
    ),
    *("SWCREATE", "SIMULATE", "DAY-OBS", "SITEID", "SITELAT", "SITELONG", "SITEELEV"),
    *("OBSGEO-X", "OBSGEO-Y", "OBSGEO-Z"),
)
ON_THE_SKY = (
    *("OBJECT", "OBJCTRA", "OBJCTDEC", "RA", "DEC", "RAHRS", "RADESYS", "AIRMASS", "ALTITUDE", "AZIMUTH"),
    *(
        "HA",
        "LST",
        "FILTER",
        "FOCALLEN",
        "APTDIA",
        "CTYPE1",
        "CTYPE2",
        "CRVAL1",
        "CRVAL2",
        "CRPIX1",
        "CRPIX2",
    ),
)
_SKY_TYPES = ("LIGHT", "FOCUS")
_MANY = ("COMMENT", "HISTORY", "", "CONTINUE")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?")
_UNIT = re.compile(r"\[([^\]]*)\]")
UNITS = frozenset(
    [
        *("deg", "h", "s", "d", "yr", "m", "mm", "um", "m/s", "mm/h", "pix", "step", "%", "degC", "hPa"),
        *("electron", "electron/adu", "adu", "arcsec", "arcsec/pix", "deg/pix", "mag/arcsec2"),
        *("h m s", "d m s"),
    ]
)
RANGES = {
    "RA": (0, 360),
    "DEC": (-90, 90),
    "RAHRS": (0, 24),
    "CRVAL1": (0, 360),
    "CRVAL2": (-90, 90),
    "ALTITUDE": (-90, 90),
    "AZIMUTH": (0, 360),
    "HA": (-12, 12),
    "LST": (0, 24),
    "AIRMASS": (0.99, 45),
    "SITELAT": (-90, 90),
    "SITELONG": (-180, 360),
    "EXPTIME": (0, math.inf),
    "HUMIDITY": (0, 100),
    "DOMEAZ": (0, 360),
    "CCD-TEMP": (-273.15, 100),
    "XBINNING": (1, 4096),
    "YBINNING": (1, 4096),
    "GAIN": (0, math.inf),
    "EGAIN": (0, math.inf),
    "RDNOISE": (0, math.inf),
    "CLOUDCVR": (0, 100),
}
_MJD_OF_UNIX_EPOCH = 40587.0
_DAY_SECONDS = 86400.0
_MILLISECOND = 2e-3


def header_faults(header: Header, shape: tuple[int, ...]) -> Iterator[Fault]:
    """Return what is wrong with the header of an image of `shape` [rows, columns]."""
    yield from _missing(header)
    for key, times in Counter(card.keyword for card in header.cards).items():
        if times > 1 and key not in _MANY:
            yield Fault("error", f"it is there {times} times", key=key)
    checks: tuple[Callable[[Header], Iterator[Fault]], ...] = (_units, _ranges, _times, _agreement)
    for check in checks:
        yield from check(header)
    yield from wcs_faults(header, shape)


def _missing(header: Header) -> Iterator[Fault]:
    on_the_sky = str(header.get("IMAGETYP", "LIGHT")).upper().startswith(_SKY_TYPES)
    for key in ALWAYS + (ON_THE_SKY if on_the_sky else ()):
        if key not in header:
            yield Fault("warning", "it is missing", key=key)


def _units(header: Header) -> Iterator[Fault]:
    for card in header.cards:
        unit = _UNIT.match(card.comment)
        if unit and unit[1] not in UNITS:
            yield Fault("warning", f"its comment gives an unknown unit, [{unit[1]}]", key=card.keyword)


def _ranges(header: Header) -> Iterator[Fault]:
    for key, (low, high) in RANGES.items():
        value = header.get(key, low)
        if not _is_number(value):
            yield Fault("error", f"{value!r} is no number", key=key)
        elif not low <= value <= high:
            yield Fault("error", f"{value} is not between {low} and {high}", key=key)


def _times(header: Header) -> Iterator[Fault]:
    moments: dict[str, float] = {}
    for key in ("DATE-OBS", "DATE-BEG", "DATE-AVG", "DATE-END"):
        if key in header:
            moment = _unix(header[key])
            if moment is None:
                yield Fault("error", f"{header[key]!r} is no date as 2026-11-21T03:04:05.678", key=key)
            else:
                moments[key] = moment
    begin, end = (moments.get(key) for key in ("DATE-BEG", "DATE-END"))
    exposure = header.get("EXPTIME")
    if begin is not None and end is not None and _is_number(exposure):
        lasted = end - begin
        if lasted < exposure - _MILLISECOND:
            yield Fault("error", f"{lasted:.3f} s after DATE-BEG, sooner than EXPTIME", key="DATE-END")
    if "DATE-OBS" in moments and isinstance(mjd := header.get("MJD-OBS"), float):
        off = (mjd - _MJD_OF_UNIX_EPOCH) * _DAY_SECONDS - moments["DATE-OBS"]
        if abs(off) > _MILLISECOND:
            yield Fault("error", f"it is {off:.3f} s after DATE-OBS", key="MJD-OBS")


def _unix(text: Any) -> float | None:
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _agreement(header: Header) -> Iterator[Fault]:
    """Compare keys that say the same thing twice."""
    for key, other, factor in (("RA", "RAHRS", 15.0), ("GAIN", "EGAIN", 1.0), ("FOCUSPOS", "FOCPOS", 1.0)):
        one, two = header.get(key), header.get(other)
        if not (_is_number(one) and _is_number(two)):
            continue
        if not math.isclose(one, two * factor, rel_tol=1e-9, abs_tol=1e-9):
            yield Fault("error", f"{one} contradicts {other}, {two}", key=key)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
