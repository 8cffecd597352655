"""What is recorded of an image, from its FITS header.

Source: photonranch's ingestion: right ascension (degrees) and declination are those of the WCS, or else
what the mount was told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ocs_sim.images import ImageName
from ocs_sim.remote import LastImage
from ocs_sim.stores import ImageRecord

_DEGREES_PER_HOUR = 15.0
_TEXTS = ("COMMENT", "HISTORY", "")
Header = Mapping[str, Any]


def plain_header(header: Any) -> dict[str, Any]:
    """Return an astropy header as a mapping; COMMENT and HISTORY with all their lines."""
    from astropy.io.fits.card import Undefined

    values = {key: header[key] for key in header if key not in _TEXTS}
    told = {key: None if isinstance(value, Undefined) else value for key, value in values.items()}
    return {**told, **{key: str(header[key]) for key in _TEXTS if key and key in header}}


def describe(name: ImageName, site: str, header: Header, *, has_pictures: bool) -> ImageRecord:
    """Return the record of an image whose files are at `{site}/...` in the store of objects."""
    hours = _number(header, "RAHRS")
    return ImageRecord(
        base_filename=name.base,
        site=site,
        directory=site,
        data_type=name.kind,
        capture_date=start_of(header),
        right_ascension=_first(
            _number(header, "CRVAL1"),
            _number(header, "RA"),
            None if hours is None else hours * _DEGREES_PER_HOUR,
        ),
        declination=_first(_number(header, "CRVAL2"), _number(header, "DEC")),
        altitude=_number(header, "ALTITUDE"),
        azimuth=_number(header, "AZIMUTH"),
        filter_used=_text(header, "FILTER"),
        airmass=_number(header, "AIRMASS"),
        exposure_time=_number(header, "EXPTIME"),
        username=_text(header, "USERNAME") or _text(header, "OBSERVER"),
        user_id=_text(header, "USERID"),
        header={"ORIGNAME": str(name), **header},
        fits_01_exists=True,
        jpg_medium_exists=has_pictures,
        jpg_small_exists=has_pictures,
    )


def last_image(name: ImageName, key: str, header: Header) -> LastImage:
    """Return what the site's state tells of an image."""
    start, binning = start_of(header), _number(header, "XBINNING")
    return LastImage(
        name=str(name),
        key=key,
        start_unix=None if start is None else start.timestamp(),
        exposure_seconds=_number(header, "EXPTIME"),
        binning=None if binning is None else int(binning),
    )


def metadata_of(site: str, digest: str, header: Header) -> dict[str, str]:
    """Return what stands beside the object: printable ASCII, as stores want it."""
    told = {
        "site": site,
        "sha256": digest,
        "date-obs": _text(header, "DATE-OBS"),
        "exptime": header.get("EXPTIME"),
        "filter": _text(header, "FILTER"),
        "object": _text(header, "OBJECT"),
    }
    return {name: text for name, value in told.items() if (text := _ascii(value))}


def start_of(header: Header) -> datetime | None:
    """Return when the shutter opened."""
    try:
        start = datetime.fromisoformat(str(header.get("DATE-OBS")))
    except ValueError:
        return None
    return start.replace(tzinfo=UTC) if start.tzinfo is None else start


def _number(header: Header, key: str) -> float | None:
    value = header.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(header: Header, key: str) -> str | None:
    value = header.get(key)
    return str(value).strip() or None if value is not None else None


def _first(*values: float | None) -> float | None:
    return next((each for each in values if each is not None), None)


def _ascii(value: Any) -> str:
    text = "" if value is None else str(value)
    return "".join(each if " " <= each <= "~" else "?" for each in text).strip()[:200]
