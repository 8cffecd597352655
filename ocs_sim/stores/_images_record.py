"""What the image database knows of an image.

Source: the columns of Photon Ranch's table `images`, as photonranch-api's db.py has them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from ocs_sim.stores._images_errors import BadImageRecord, BadImageSearch

# SQLite takes 50,000 bytes, and what is longer than a name finds nothing.
LONGEST_PATTERN = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRecord:
    """An image; None is what is not known, or, when it is recorded, what shall stay as it is.

    `base_filename` is the first four parts of its files' names; their keys in the store of objects are
    `{directory}/{base_filename}-{data_type}{level}.{extension}`. Dates are UTC with their time zone, degrees
    are degrees, `exposure_time` is seconds. `fits_01_exists` is of levels 00 and 01, `fits_10_exists` of 10
    and 13, `jpg_medium_exists` of 10 and 13, `jpg_small_exists` of 11. `image_id` is the database's.
    Raises BadImageRecord for a date without time zone, and for texts that no database takes.
    """

    base_filename: str
    site: str
    data_type: str = "EX"
    directory: str | None = None
    capture_date: datetime | None = None
    sort_date: datetime | None = None
    right_ascension: float | None = None
    declination: float | None = None
    altitude: float | None = None
    azimuth: float | None = None
    filter_used: str | None = None
    airmass: float | None = None
    exposure_time: float | None = None
    username: str | None = None
    user_id: str | None = None
    header: Mapping[str, Any] | None = None
    fits_01_exists: bool = False
    fits_10_exists: bool = False
    jpg_medium_exists: bool = False
    jpg_small_exists: bool = False
    image_id: int | None = None

    def __post_init__(self) -> None:
        try:
            _check_all(self)
        except ValueError as fault:
            raise BadImageRecord(base_filename=self.base_filename, fault=fault) from fault

    def key(self, level: int, extension: str) -> str:
        """Return the key of one of the image's files in the store of objects."""
        name = f"{self.base_filename}-{self.data_type}{level:02d}.{extension}"
        return f"{self.directory}/{name}" if self.directory else name


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFilter:
    """Which images are wanted: those for which all that is given holds; bounds are part of the range.

    `filename` is a pattern for `base_filename` in which `%` is any text and `_` any character; a backslash
    before one of them, or before a backslash, means the character itself. Upper case is not lower case.
    Raises BadImageSearch for a pattern of more than 1000 characters, a date without time zone, a bound that
    is no number, and texts that no database takes.
    """

    site: str | None = None
    username: str | None = None
    user_id: str | None = None
    filter_used: str | None = None
    exposure_time_min: float | None = None
    exposure_time_max: float | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    filename: str | None = None

    def __post_init__(self) -> None:
        try:
            _check_all(self)
            if len(self.filename or "") > LONGEST_PATTERN:
                raise ValueError(f"its pattern has more than {LONGEST_PATTERN} characters")
            if any(
                each is not None and math.isnan(each)
                for each in (self.exposure_time_min, self.exposure_time_max)
            ):
                raise ValueError("a bound of the exposure time is not a number")
        except ValueError as fault:
            raise BadImageSearch(fault=fault) from fault


def is_storable(text: str) -> bool:
    """Return whether databases take a text: PostgreSQL has no NUL, and nobody half a character."""
    try:
        return "\0" not in text and bool(text.encode() or True)
    except UnicodeEncodeError:
        return False


def literally(text: str) -> str:
    """Return a pattern that matches this text only, to make an ImageFilter's `filename` of."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _check_all(record: ImageRecord | ImageFilter) -> None:
    """Turn dates into UTC; raise ValueError for what no database takes."""
    for each in fields(record):
        value = getattr(record, each.name)
        if isinstance(value, datetime):
            object.__setattr__(record, each.name, _utc(each.name, value))
        elif isinstance(value, str) and not is_storable(value):
            raise ValueError(f"{each.name} {value!r} is no text that can be kept")


def _utc(name: str, moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{name} has no time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{name} is beyond all dates") from error
