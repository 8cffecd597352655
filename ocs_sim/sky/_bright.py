"""The real bright stars, and those of them which have names."""

from __future__ import annotations

import csv
import difflib
from functools import cache
from importlib.resources import files

import numpy as np

from ocs_sim.sky._errors import NoSuchStar
from ocs_sim.sky._moving import MovingStars
from ocs_sim.sky._stars import Floats, Stars


@cache
def bright_stars() -> MovingStars:
    """Return the real stars, brightest first, complete to V = 6. The data file says their source."""
    text = (files("ocs_sim.sky") / "data" / "bright_stars.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))

    def column(name: str) -> Floats:
        return np.array([float(row[name]) for row in rows])

    stars = Stars(column("ra"), column("dec"), column("v"), column("b_v"), tuple(row["name"] for row in rows))
    return MovingStars(stars, column("pm_ra"), column("pm_dec"))


@cache
def _named() -> MovingStars:
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
