"""The names of images' files, as Photon Ranch ingests them.

`{site}-{instrument}-{YYYYMMDD}-{8 digits}-{kind}{level}.{extension}`: exactly five parts between four
hyphens, a site of 3 to 6 characters, a kind of letters, a level of two digits. Levels: 00 raw FITS,
01 reduced FITS, 10 display size, 11 thumbnail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath

from ocs_sim.images._errors import NotAnImageName

RAW, REDUCED, DISPLAY, THUMBNAIL = 0, 1, 10, 11
HIGHEST_NUMBER = 99_999_999
_RULES = {
    "site": (r"[A-Za-z0-9_]{3,6}", "a site is 3 to 6 letters, digits or _"),
    "instrument": (r"[A-Za-z0-9_]+", "an instrument is letters, digits or _"),
    "kind": (r"[A-Za-z]+", "a kind is letters, as in EX"),
    "extension": (r"[A-Za-z]+(\.(bz2|fz))?", "an extension is letters, and may end in .fz or .bz2"),
}
_SHAPE = re.compile(
    r"(?P<site>[^-]*)-(?P<instrument>[^-]*)-(?P<day>[^-]*)-(?P<number>[0-9]{8})"
    r"-(?P<kind>[^-.0-9]*)(?P<level>[0-9]{2})\.(?P<extension>[^-]*)",
    re.ASCII,
)


@dataclass(frozen=True, order=True)
class ImageName:
    """A file's name; `day` is the night's date as YYYYMMDD. Raises NotAnImageName."""

    site: str
    instrument: str
    day: str
    number: int
    kind: str = "EX"
    level: int = RAW
    extension: str = "fits"

    def __post_init__(self) -> None:
        for part, (pattern, rule) in _RULES.items():
            if not re.fullmatch(pattern, getattr(self, part), re.ASCII):
                raise NotAnImageName(text=getattr(self, part), reason=rule)
        if not _is_day(self.day):
            raise NotAnImageName(text=self.day, reason="a day is a date as YYYYMMDD")
        if not 0 <= self.number <= HIGHEST_NUMBER:
            raise NotAnImageName(text=str(self.number), reason="a number has eight digits")
        if not 0 <= self.level <= 99:
            raise NotAnImageName(text=str(self.level), reason="a level has two digits")

    @classmethod
    def parse(cls, text: str | PurePath) -> ImageName:
        """Return the parts of a file's name, or of a path's last part; raises NotAnImageName."""
        name = PurePath(text).name
        found = _SHAPE.fullmatch(name)
        if not found:
            raise NotAnImageName(text=name, reason="it has not the five parts")
        site, instrument, day, number, kind, level, extension = found.groups()
        return cls(site, instrument, day, int(number), kind, int(level), extension)

    @property
    def base(self) -> str:
        """The first four parts, which are the same for all files of one image."""
        return f"{self.site}-{self.instrument}-{self.day}-{self.number:08d}"

    def of(self, level: int, extension: str) -> ImageName:
        """Return the name of another file of the same image."""
        return replace(self, level=level, extension=extension)

    def __str__(self) -> str:
        return f"{self.base}-{self.kind}{self.level:02d}.{self.extension}"


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{8}", text, re.ASCII):
        return False
    try:
        datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return False
    return True
