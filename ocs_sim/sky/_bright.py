"""The real bright stars, and those of them which have names."""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from ocs_sim.sky._cone import within
from ocs_sim.sky._errors import NoSuchStar
from ocs_sim.sky._proper_motion import moved
from ocs_sim.sky._stars import Floats, Stars

# No star moves farther than this from its place of J2000 within three centuries, in degrees.
FARTHEST_MOTION_DEGREES = 0.5


@dataclass(frozen=True)
class BrightStars:
    """The table of real stars: positions of J2000.0, and proper motions in milliarcseconds a year."""

    stars: Stars
    pm_ra_milliarcseconds: Floats
    pm_dec_milliarcseconds: Floats

    def at(self, unix: float | None) -> Stars:
        """Return all of them as they are at a moment; at J2000.0 if None."""
        if unix is None:
            return self.stars
        ra, dec = moved(
            self.stars.ra_degrees,
            self.stars.dec_degrees,
            self.pm_ra_milliarcseconds,
            self.pm_dec_milliarcseconds,
            unix,
        )
        return Stars(ra, dec, self.stars.magnitude, self.stars.colour, self.stars.names)

    def __getitem__(self, chosen: object) -> BrightStars:
        return BrightStars(
            self.stars[chosen],
            self.pm_ra_milliarcseconds[chosen],  # type: ignore[call-overload]
            self.pm_dec_milliarcseconds[chosen],  # type: ignore[call-overload]
        )

    def near(self, ra_degrees: float, dec_degrees: float, radius_degrees: float, unix: float | None) -> Stars:
        """Return those within a radius of a position, as they are at a moment."""
        margin = 0.0 if unix is None else FARTHEST_MOTION_DEGREES
        position = (ra_degrees, dec_degrees)
        around = self[
            within(self.stars.ra_degrees, self.stars.dec_degrees, *position, radius_degrees + margin)
        ]
        now = around.at(unix)
        return now[within(now.ra_degrees, now.dec_degrees, *position, radius_degrees)]


@cache
def bright_stars() -> BrightStars:
    """Return the real stars, brightest first, complete to V = 6. The data file says their source."""
    text = (files("ocs_sim.sky") / "data" / "bright_stars.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))

    def column(name: str) -> Floats:
        return np.array([float(row[name]) for row in rows])

    stars = Stars(column("ra"), column("dec"), column("v"), column("b_v"), tuple(row["name"] for row in rows))
    return BrightStars(stars, column("pm_ra"), column("pm_dec"))


@cache
def _named() -> BrightStars:
    table = bright_stars()
    return table[np.array([bool(name) for name in table.stars.names or ()])]


def named_stars(unix: float | None = None) -> Stars:
    """Return the stars that have proper names, brightest first, as they are at a moment (J2000.0 if None)."""
    return _named().at(unix)


def named_star(name: str, unix: float | None = None) -> Stars:
    """Return one star by its name; capitals, spaces, hyphens and apostrophes do not matter.

    Raises NoSuchStar, which suggests a name that is spelled alike.
    """
    stars = named_stars(unix)
    known = {_plain(star): index for index, star in enumerate(stars.names or ())}
    index = known.get(_plain(name))
    if index is None:
        alike = difflib.get_close_matches(_plain(name), known, n=1)
        names = stars.names or ()
        raise NoSuchStar(name=name, hint=f" Did you mean {names[known[alike[0]]]!r}?" if alike else "")
    return stars[index : index + 1]


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
