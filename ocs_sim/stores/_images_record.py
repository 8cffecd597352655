"""What the image database knows of an image.

Source: the columns of Photon Ranch's table `images`, as photonranch-api's db.py has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ocs_sim.stores._images_errors import BadImageRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRecord:
    """An image; None is what is not known, or, when it is recorded, what shall stay as it is.

    `base_filename` is the first four parts of its files' names; their keys in the store of objects are
    `{directory}/{base_filename}-{data_type}{level}.{extension}`. Dates are UTC with their time zone, degrees
    are degrees, `exposure_time` is seconds. `fits_01_exists` is of levels 00 and 01, `fits_10_exists` of 10
    and 13, `jpg_medium_exists` of 10 and 13, `jpg_small_exists` of 11. `image_id` is the database's.
    Raises BadImageRecord for a date without time zone.
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
        for name in ("capture_date", "sort_date"):
            moment: datetime | None = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise BadImageRecord(base_filename=self.base_filename, fault=f"{name} has no time zone")
            if moment is not None:
                object.__setattr__(self, name, moment.astimezone(UTC))

    def key(self, level: int, extension: str) -> str:
        """Return the key of one of the image's files in the store of objects."""
        name = f"{self.base_filename}-{self.data_type}{level:02d}.{extension}"
        return f"{self.directory}/{name}" if self.directory else name


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFilter:
    """Which images are wanted: those for which all that is given holds; bounds are part of the range.

    `filename` is a pattern for `base_filename` in which `%` is any text and `_` any character; a backslash
    before one of them, or before a backslash, means the character itself. Upper case is not lower case.
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


def literally(text: str) -> str:
    """Return a pattern that matches this text only, to make an ImageFilter's `filename` of."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
